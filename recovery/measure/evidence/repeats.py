"""Orders of one customer hang together: what an order-level rate needs to know about that."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from recovery.measure.evidence.units import Arm, Question, arm_columns, enrolments, orders
from recovery.measure.evidence.units import paid_in_window as in_window


@dataclass(frozen=True, slots=True)
class Repeats:
    """Sums over the customers of an arm, mature enrolments only: m recovered of d enrolled."""

    customers: int
    m: int
    d: int
    mm: int
    dd: int
    md: int


def repeats(connection: Connection, question: Question) -> Mapping[Arm, Repeats]:
    """Every arm, with customers as clusters."""
    e, now = enrolments.c, question.now
    paid = case((in_window(orders.c.paid_at, now), 1), else_=0)
    each = (
        select(*arm_columns(), e.customer_id, func.sum(paid).label("m"), func.count().label("d"))
        .join_from(enrolments, orders, orders.c.id == e.order_id)
        .where(e.window_ends_at <= now, e.layer.is_(None))
    )
    if question.campaign is not None:
        each = each.where(e.campaign == question.campaign)
    arm = ("campaign", "segment", "sequence", "holdout")
    grouped = each.group_by(*arm_columns(), e.customer_id).subquery("each")
    columns = [grouped.c[name] for name in arm]
    m, d = grouped.c.m, grouped.c.d
    sums = [func.sum(one) for one in (m, d, m * m, d * d, m * d)]
    statement = select(*columns, func.count(), *sums).group_by(*columns)
    return {
        Arm(*row[:4]): Repeats(*(int(value) for value in row[4:]))
        for row in connection.execute(statement)
    }
