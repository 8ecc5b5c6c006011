"""Why orders are unpaid, counted by the provider's raw code: what is common, what nobody knows."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from recovery.db import table, written_in
from recovery.facts import UNPAID
from recovery.models import Order
from recovery.reasons import MEANINGS, FailureReason, Meaning, listed

orders = table(Order)


@dataclass(frozen=True, slots=True)
class Failure:
    """One code as one provider spells it, over all unpaid orders."""

    source: str | None  # of the code, as the shop named it
    code: str
    reason: FailureReason
    mapping: str | None  # version of the lists that it was read with; None: older than versions
    orders: int

    @property
    def listed(self) -> bool:
        """Whether the code stands in the lists of today."""
        return listed(self.source, self.code)

    @property
    def meaning(self) -> Meaning:
        """What follows from it."""
        return MEANINGS[self.reason]


def failures(connection: Connection) -> Sequence[Failure]:
    """The codes of unpaid orders, the most frequent first."""
    columns = (
        orders.c.failure_source,
        orders.c.failure_code,
        orders.c.failure_reason,
        orders.c.failure_mapping,
    )
    counted = (
        select(*columns, func.count().label("orders"))
        .where(written_in(orders.c.status, sorted(UNPAID)), orders.c.failure_code.is_not(None))
        .where(orders.c.failure_reason.is_not(None))
        .group_by(*columns)
        .order_by(func.count().desc(), *columns[:2])
    )
    return [
        Failure(source, code, FailureReason(reason), mapping, count)
        for source, code, reason, mapping, count in connection.execute(counted)
    ]
