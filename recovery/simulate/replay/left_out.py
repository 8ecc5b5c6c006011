"""Orders that waited for their payment and entered no campaign, by the reason."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, or_, select

from recovery.campaign.schema import Campaign
from recovery.db import table
from recovery.facts import UNPAID, OrderStatus
from recovery.markets.rates import Rates
from recovery.models import Enrolment, Order
from recovery.planner.segment import in_audience
from recovery.simulate.replay.past import waited_as

orders, enrolments = table(Order), table(Enrolment)

NOBODY, EXPIRED = "no_segment_fits", "expired"
PAID_FIRST, CLOSED_FIRST = "paid_before_its_turn", "closed_before_its_turn"
OTHER_STATE, BUSY, REST = "no_campaign_waits_for_it", "another_order_is_in", "other"
_PAID = (OrderStatus.PAID, OrderStatus.REFUNDED)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many orders were unpaid for a while, how many entered, and why the others did not."""

    unpaid: int
    entered: int
    why: Counter[str]


def left_out(
    connection: Connection, campaigns: Sequence[Campaign], rates: Rates, every: timedelta
) -> LeftOut:
    """Judge every order that is in no campaign by what is known of it in the end."""
    unpaid, entered, why = 0, 0, Counter[str]()
    found = select(*_about(connection, campaigns, rates)).where(_waited())
    for row in connection.execute(found, execution_options={"yield_per": 1000}):
        unpaid += 1
        entered += row.entered
        if not row.entered:
            fits = row._mapping
            fitting = [one for one in campaigns if fits[f"fits {one.campaign}"]]
            why[_why(row, fitting, every)] += 1
    return LeftOut(unpaid, entered, why)


def _waited() -> ColumnElement[bool]:
    """Whether there was a time between the placing of an order and its end."""
    o = orders.c
    return or_(
        o.status.in_(sorted(UNPAID)),
        o.paid_at > o.placed_at,
        and_(o.paid_at.is_(None), o.updated_at > o.placed_at),
    )


def _about(
    connection: Connection, campaigns: Sequence[Campaign], rates: Rates
) -> list[ColumnElement[Any]]:
    o = orders.c
    currencies = connection.execute(select(o.currency).distinct()).scalars().all()
    fits = [
        or_(*(in_audience(one, rates, currencies) for one in campaign.segments)).label(
            f"fits {campaign.campaign}"
        )
        for campaign in campaigns
    ]
    entered = exists().where(enrolments.c.order_id == o.id).label("entered")
    busy = exists().where(enrolments.c.customer_id == o.customer_id).label("busy")
    times = (o.unpaid_since, o.updated_at, o.paid_at, o.failed_at, o.expires_at)
    return [entered, busy, o.status, o.payment_method, *times, *fits]


def _why(row: Row[Any], fitting: Sequence[Campaign], every: timedelta) -> str:
    if not fitting:
        return NOBODY
    waited = _waited_as(row)
    fitting = [one for one in fitting if one.trigger.status is waited]
    if not fitting:
        return OTHER_STATE
    turn = row.unpaid_since + min(one.trigger.after for one in fitting)
    ended = None if row.status in UNPAID else row.paid_at or row.updated_at
    if ended is not None and ended <= turn + every:  # the run after its turn came too late
        return PAID_FIRST if row.status in _PAID else CLOSED_FIRST
    if row.expires_at is not None and row.expires_at <= turn + every:
        return EXPIRED
    return BUSY if row.busy else REST


def _waited_as(row: Row[Any]) -> OrderStatus:
    """The state in which it waited last; of one that has ended, what its row still shows."""
    if row.status in UNPAID:
        return OrderStatus(row.status)
    return waited_as(row.failed_at is not None, row.payment_method)
