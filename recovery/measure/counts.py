"""The counting: a fixed number of SELECTs by arm, whatever the number of orders.

An arm is (campaign, segment, sequence, hold-out); a segment's hold-out is one arm, without a
sequence. Everyone enrolled counts, sent to or not. Nothing after `now` is looked at.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal, select

from recovery.db import table
from recovery.measure.evidence.gathering import People, gathered
from recovery.measure.evidence.grouping import grouped
from recovery.measure.evidence.units import NOT, Arm, Question, enrolments, orders
from recovery.models import Coupon, CouponState

coupons = table(Coupon)


@dataclass(slots=True)
class Sum:
    """One currency's money of one arm, in minor units; orders whose window is over only."""

    recovered: int = 0  # before a discount that this engine gave
    incentives: int = 0
    refunded: int = 0


@dataclass(slots=True)
class Counts:
    """What was counted for one arm."""

    enrolled: int = 0
    mature: int = 0  # their window is over
    recovered: int = 0  # of the mature ones, paid inside the window
    money: defaultdict[str, Sum] = field(default_factory=lambda: defaultdict(Sum))


def count(connection: Connection, now: datetime, campaign: str | None = None) -> dict[Arm, Counts]:
    """Everything the report needs, by arm; of one `campaign` or of all."""
    with gathered(connection, Question(now, campaign)) as people:
        return counted(connection, people)


def counted(connection: Connection, people: People) -> dict[Arm, Counts]:
    """The same of everybody who was gathered."""
    found: defaultdict[Arm, Counts] = defaultdict(Counts)
    _count_orders(connection, people, found)
    _sum_recovered(connection, people, found)
    _sum_incentives(connection, people, found)
    return dict(found)


def _recovered(people: People) -> ColumnElement[bool]:
    """Whether the window is over, and the order was paid in it."""
    f = people.fates.c
    return and_(f.mature == 1, f.own != NOT)


def _count_orders(connection: Connection, people: People, found: defaultdict[Arm, Counts]) -> None:
    recovered = case((_recovered(people), 1), else_=0).label("recovered")
    fates = select(people.fates.c.arm, people.fates.c.mature, recovered).subquery("each")
    for row in grouped(connection, fates, [*fates.c], (literal(1).label("n"),)):
        arm, _ = people.arms[row.arm]
        found[arm].enrolled += row.n
        found[arm].mature += row.n * row.mature
        found[arm].recovered += row.n * row.recovered


def _sum_recovered(connection: Connection, people: People, found: defaultdict[Arm, Counts]) -> None:
    o = orders.c
    refunded = case((o.refunded_at <= people.question.now, o.amount_minor), else_=0)
    source = (
        select(people.fates.c.arm, o.currency, o.amount_minor, refunded.label("refunded"))
        .join_from(people.fates, enrolments, enrolments.c.id == people.fates.c.id)
        .join(orders, o.id == enrolments.c.order_id)
        .where(_recovered(people))
        .subquery("recovered")
    )
    r = source.c
    for row in grouped(connection, source, (r.arm, r.currency), (r.amount_minor, r.refunded)):
        arm, _ = people.arms[row.arm]
        found[arm].money[row.currency].recovered += int(row.amount_minor)
        found[arm].money[row.currency].refunded += int(row.refunded)


def _sum_incentives(
    connection: Connection, people: People, found: defaultdict[Arm, Counts]
) -> None:
    """Redeemed coupons, charged to the arm that issued them, whoever used them.

    A shop may tell the paid amount after the discount. That part is added back to `recovered`,
    so that taking the incentive off does not take it off twice.
    """
    f, e, c = people.fates.c, enrolments.c, coupons.c
    already_off = e.amount_minor - orders.c.amount_minor
    ours = and_(
        f.own != NOT,
        e.order_id == orders.c.id,
        e.currency == orders.c.currency,
        already_off > 0,
    )
    added_back = case(
        (and_(ours, already_off < c.cost_minor), already_off), (ours, c.cost_minor), else_=0
    )
    statement = (
        select(f.arm, orders.c.currency, func.sum(c.cost_minor), func.sum(added_back))
        .join_from(coupons, people.fates, f.id == c.enrolment_id)
        .join(enrolments, e.id == f.id)
        .join(orders, c.redeemed_order_id == orders.c.id)
        .where(
            f.mature == 1,
            c.state == CouponState.REDEEMED,
            c.redeemed_at <= people.question.now,
            c.cost_minor > 0,
        )
        .group_by(f.arm, orders.c.currency)
    )
    for number, currency, cost, back in connection.execute(statement):
        arm, _ = people.arms[number]
        found[arm].money[currency].incentives += int(cost)
        found[arm].money[currency].recovered += int(back)
