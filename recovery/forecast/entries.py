"""Those who enter now, by everything a marketer asks: segment, market, reason, arm."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from recovery.db import table
from recovery.models import Enrolment, EnrolmentState, Order

enrolments, orders = table(Enrolment), table(Order)


class Cell(NamedTuple):
    """Orders alike; `amount` in minor units of `currency`."""

    campaign: str
    segment: str
    sequence: str
    holdout: bool
    layer: str | None  # that holds them out of every campaign
    country: str
    reason: str | None  # of the failed payment
    currency: str
    orders: int
    amount: int


@dataclass(slots=True)
class Entry:
    """What enters one segment."""

    campaign: str
    segment: str
    orders: int = 0
    holdout: int = 0  # this campaign's
    global_holdout: int = 0  # of all campaigns together
    sequences: Counter[str] = field(default_factory=Counter)  # without the hold-out
    markets: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    amounts: Counter[str] = field(default_factory=Counter)  # currency → minor units


def cells(connection: Connection, after: int) -> list[Cell]:
    """Enrolments with an id above `after`, counted."""
    e, o = enrolments.c, orders.c
    arm = e.campaign, e.segment, e.sequence, e.holdout, e.layer
    by = (*arm, o.country, o.failure_reason, e.currency)
    counted = (
        select(*by, func.count(), func.sum(e.amount_minor))
        .join_from(enrolments, orders, o.id == e.order_id)
        .where(e.id > after)
        .group_by(*by)
    )
    return [Cell._make((*row[:-1], int(row[-1]))) for row in connection.execute(counted)]


def entries(found: Sequence[Cell]) -> list[Entry]:
    """The cells of each segment added up, the largest first."""
    segments: dict[tuple[str, str], Entry] = {}
    for cell in found:
        key = cell.campaign, cell.segment
        entry = segments.setdefault(key, Entry(*key))
        entry.orders += cell.orders
        if cell.layer:
            entry.global_holdout += cell.orders
        elif cell.holdout:
            entry.holdout += cell.orders
        entry.sequences[cell.sequence] += 0 if cell.holdout else cell.orders
        entry.markets[cell.country] += cell.orders
        entry.reasons[cell.reason or "unknown"] += cell.orders
        entry.amounts[cell.currency] += cell.amount
    return sorted(segments.values(), key=lambda one: (-one.orders, one.campaign, one.segment))


def sizes(found: Sequence[Cell]) -> dict[tuple[str, str], tuple[int, int]]:
    """(Campaign, segment) → orders that its experiment is about and, of these, held out."""
    return {
        (one.campaign, one.segment): (one.orders - one.global_holdout, one.holdout)
        for one in entries(found)
    }


def in_several(connection: Connection) -> int:
    """Customers who are in more than one campaign at once, after those of now have entered."""
    live = (
        select(enrolments.c.customer_id)
        .where(enrolments.c.state == EnrolmentState.ACTIVE)
        .group_by(enrolments.c.customer_id)
        .having(func.count() > 1)
        .subquery()
    )
    return int(connection.execute(select(func.count()).select_from(live)).scalar_one())
