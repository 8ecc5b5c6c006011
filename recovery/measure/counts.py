"""The counting: a fixed number of SELECTs by arm, whatever the number of orders.

An arm is (campaign, segment, sequence, hold-out); a segment's hold-out is one arm, without a
sequence. Everyone enrolled counts, sent to or not. Nothing after `now` is looked at.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import CTE, ColumnElement, Connection, and_, case, func, null, select

from recovery.db import table
from recovery.measure.evidence.units import Arm
from recovery.models import Coupon, CouponState, Enrolment, Order

enrolments = table(Enrolment)
orders = table(Order)
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
    arms = _arms(now, campaign)
    found: defaultdict[Arm, Counts] = defaultdict(Counts)
    _count_orders(connection, arms, found)
    _sum_recovered(connection, arms, now, found)
    _sum_incentives(connection, arms, now, found)
    return dict(found)


def _arms(now: datetime, campaign: str | None) -> CTE:
    """Every enrolment known at `now` with its arm, and whether it is mature and recovered."""
    e, o = enrolments.c, orders.c
    mature = e.window_ends_at <= now
    in_window = and_(mature, o.paid_at > e.enrolled_at, o.paid_at <= e.window_ends_at)
    columns: tuple[ColumnElement[object], ...] = (
        e.id,
        e.order_id,
        e.amount_minor.label("enrolled_minor"),
        e.currency.label("enrolled_currency"),
        e.campaign,
        e.segment,
        case((e.holdout, null()), else_=e.sequence).label("sequence"),
        e.holdout,
        case((mature, 1), else_=0).label("mature"),
        case((in_window, 1), else_=0).label("recovered"),
    )
    statement = select(*columns).join_from(enrolments, orders, e.order_id == o.id)
    statement = statement.where(e.enrolled_at <= now, e.layer.is_(None))
    if campaign is not None:
        statement = statement.where(e.campaign == campaign)
    return statement.cte("arms")


def _by(arms: CTE) -> tuple[ColumnElement[object], ...]:
    return (arms.c.campaign, arms.c.segment, arms.c.sequence, arms.c.holdout)


def _count_orders(connection: Connection, arms: CTE, found: defaultdict[Arm, Counts]) -> None:
    totals = (func.count(), func.sum(arms.c.mature), func.sum(arms.c.recovered))
    for *arm, enrolled, mature, recovered in connection.execute(
        select(*_by(arms), *totals).group_by(*_by(arms))
    ):
        counts = found[Arm(*arm)]
        counts.enrolled, counts.mature, counts.recovered = enrolled, int(mature), int(recovered)


def _sum_recovered(
    connection: Connection, arms: CTE, now: datetime, found: defaultdict[Arm, Counts]
) -> None:
    refunded = case((orders.c.refunded_at <= now, orders.c.amount_minor), else_=0)
    statement = (
        select(*_by(arms), orders.c.currency, func.sum(orders.c.amount_minor), func.sum(refunded))
        .join_from(arms, orders, arms.c.order_id == orders.c.id)
        .where(arms.c.recovered == 1)
        .group_by(*_by(arms), orders.c.currency)
    )
    for *arm, currency, amount, back in connection.execute(statement):
        found[Arm(*arm)].money[currency].recovered += int(amount)
        found[Arm(*arm)].money[currency].refunded += int(back)


def _sum_incentives(
    connection: Connection, arms: CTE, now: datetime, found: defaultdict[Arm, Counts]
) -> None:
    """Redeemed coupons, charged to the arm that issued them, whoever used them.

    A shop may tell the paid amount after the discount. That part is added back to `recovered`,
    so that taking the incentive off does not take it off twice.
    """
    already_off = arms.c.enrolled_minor - orders.c.amount_minor
    ours = and_(
        arms.c.recovered == 1,
        arms.c.order_id == orders.c.id,
        arms.c.enrolled_currency == orders.c.currency,
        already_off > 0,
    )
    added_back = case(
        (and_(ours, already_off < coupons.c.cost_minor), already_off),
        (ours, coupons.c.cost_minor),
        else_=0,
    )
    statement = (
        select(*_by(arms), orders.c.currency, func.sum(coupons.c.cost_minor), func.sum(added_back))
        .join_from(coupons, arms, coupons.c.enrolment_id == arms.c.id)
        .join(orders, coupons.c.redeemed_order_id == orders.c.id)
        .where(
            arms.c.mature == 1,
            coupons.c.state == CouponState.REDEEMED,
            coupons.c.redeemed_at <= now,
            coupons.c.cost_minor > 0,
        )
        .group_by(*_by(arms), orders.c.currency)
    )
    for *arm, currency, cost, back in connection.execute(statement):
        found[Arm(*arm)].money[currency].incentives += int(cost)
        found[Arm(*arm)].money[currency].recovered += int(back)
