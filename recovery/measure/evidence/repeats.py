"""Orders of one customer hang together: what an order-level rate needs to know about that."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from recovery.measure.evidence.units import Arm, Question, arm_columns, enrolments, orders
from recovery.measure.evidence.units import paid_in_window as in_window
from recovery.measure.stats import Proportion


@dataclass(frozen=True, slots=True)
class Repeats:
    """Sums over the customers of an arm, mature enrolments only: m recovered of d enrolled."""

    customers: int
    m: int
    d: int
    mm: int
    dd: int
    md: int


NOBODY = Repeats(0, 0, 0, 0, 0, 0)


def repeats(
    connection: Connection, question: Question, counted: Mapping[Arm, Proportion]
) -> Mapping[Arm, Repeats]:
    """Every arm, with customers as clusters; `counted` is what was recovered of its mature orders.

    Only who came back is asked about: of all others each is a cluster of one."""
    e, now = enrolments.c, question.now
    paid = case((in_window(orders.c.paid_at, now), 1), else_=0)
    again = select(e.customer_id).group_by(e.customer_id).having(func.count() > 1)
    each = (
        select(*arm_columns(), e.customer_id, func.sum(paid).label("m"), func.count().label("d"))
        .join_from(enrolments, orders, orders.c.id == e.order_id)
        .where(e.window_ends_at <= now, e.layer.is_(None), e.customer_id.in_(again))
    )
    if question.campaign is not None:
        each = each.where(e.campaign == question.campaign)
    arm = ("campaign", "segment", "sequence", "holdout")
    grouped = each.group_by(*arm_columns(), e.customer_id).subquery("each")
    columns = [grouped.c[name] for name in arm]
    m, d = grouped.c.m, grouped.c.d
    sums = [func.sum(one) for one in (m, d, m * m, d * d, m * d)]
    statement = select(*columns, func.count(), *sums).group_by(*columns)
    came_back = {
        Arm(*row[:4]): Repeats(*(int(value) for value in row[4:]))
        for row in connection.execute(statement)
    }
    return {arm: _with_the_others(came_back.get(arm, NOBODY), one) for arm, one in counted.items()}


def _with_the_others(those: Repeats, all_: Proportion) -> Repeats:
    paid, orders_ = all_.count - those.m, all_.total - those.d
    return Repeats(
        customers=those.customers + orders_,
        m=all_.count,
        d=all_.total,
        mm=those.mm + paid,
        dd=those.dd + orders_,
        md=those.md + paid,
    )
