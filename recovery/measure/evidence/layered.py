"""What lies across all campaigns: who was held out of everything, and who never gets an offer."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import add
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
)

from recovery.db import table
from recovery.measure.evidence.purses import OFF_THE_PRICE
from recovery.measure.evidence.units import Question, enrolments, orders, paid_in_window
from recovery.measure.stats import Proportion
from recovery.models import Coupon, CouponState, Customer

coupons, customers = table(Coupon), table(Customer)


@dataclass(frozen=True, slots=True)
class Quarter:
    """One drawing of the global hold-out: customers at their first enrolment of a quarter, in any
    campaign. `drawn` are all, mature or not; `share` is what was held out of them, in basis points:
    another share drew other people, at another time. None where no text tells it."""

    name: str
    begins: datetime
    ends: datetime
    reached: Proportion
    held_out: Proportion
    drawn: tuple[int, int]  # reached, held out
    share: int | None = None


@dataclass(slots=True)
class Sums:
    """Of one value over customers: how many, sum, sum of squares."""

    n: int = 0
    sum: float = 0.0
    squares: float = 0.0


@dataclass(slots=True)
class Shoppers:
    """Active customers of one side of the no-incentive draw."""

    active: int = 0
    abandonments: Sums = field(default_factory=Sums)
    net: defaultdict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))  # by currency


def quarters(
    connection: Connection, question: Question, shares: Mapping[int, int | None]
) -> list[Quarter]:
    """Every quarter in which somebody was held out globally, the oldest first; one for each of the
    `shares` that its versions drew by. Who entered while nothing was drawn is in none."""
    e, now = enrolments.c, question.now
    span = select(func.min(e.enrolled_at), func.max(e.enrolled_at)).where(
        e.layer.is_not(None), e.enrolled_at <= now
    )
    first, last = connection.execute(span).one()
    if first is None:
        return []
    return [
        quarter
        for one in _between(first, last)
        for quarter in _quarter(connection, question, shares, *one)
    ]


def _between(first: datetime, last: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    at = first.astimezone(UTC)
    year, number = at.year, (at.month - 1) // 3
    while True:
        begins = datetime(year, 3 * number + 1, 1, tzinfo=UTC)
        if begins > last:
            return
        name = f"{year}Q{number + 1}"
        year, number = (year, number + 1) if number < 3 else (year + 1, 0)
        yield name, begins, datetime(year, 3 * number + 1, 1, tzinfo=UTC)


def _quarter(
    connection: Connection,
    question: Question,
    shares: Mapping[int, int | None],
    name: str,
    begins: datetime,
    ends: datetime,
) -> Iterator[Quarter]:
    sides = defaultdict[int | None, dict[bool, list[int]]](dict)
    for version, held, *sums in connection.execute(_drawn(question, begins, ends)):
        if (share := shares.get(version)) != 0:
            side = sides[share].setdefault(bool(held), [0, 0, 0])
            side[:] = map(add, side, map(int, sums))
    for share, found in sides.items():
        (n, mature, converted), (m, over, anyway) = (
            found.get(held, [0, 0, 0]) for held in (False, True)
        )
        reached, held_out = Proportion(converted, mature), Proportion(anyway, over)
        yield Quarter(name, begins, ends, reached, held_out, (n, m), share)


def _drawn(question: Question, begins: datetime, ends: datetime) -> Select[Any]:
    """By version and whether they were held out: customers, the mature, the converted of these."""
    e, now = enrolments.c, question.now
    earlier, other = enrolments.alias("earlier"), orders.alias("other")
    theirs = orders.alias("theirs")
    before = exists().where(  # void enrolments are none
        earlier.c.customer_id == e.customer_id,
        earlier.c.enrolled_at >= begins,
        earlier.c.id < e.id,
        theirs.c.id == earlier.c.order_id,
        or_(theirs.c.paid_at.is_(None), theirs.c.paid_at > earlier.c.enrolled_at),
    )
    another = exists().where(
        other.c.customer_id == e.customer_id, paid_in_window(other.c.paid_at, now)
    )
    own = and_(orders.c.paid_at.is_not(None), paid_in_window(orders.c.paid_at, now))
    mature = e.window_ends_at <= now
    held = e.layer.is_not(None)
    return (
        select(
            e.version_id,
            held,
            func.count(),
            func.sum(case((mature, 1), else_=0)),
            func.sum(case((and_(mature, or_(own, another)), 1), else_=0)),
        )
        .join_from(enrolments, orders, orders.c.id == e.order_id)
        .where(
            e.enrolled_at >= begins,
            e.enrolled_at < ends,
            e.enrolled_at <= now,
            ~before,
            or_(orders.c.paid_at.is_(None), orders.c.paid_at > e.enrolled_at),
        )
        .group_by(e.version_id, held)
        .order_by(e.version_id)
    )


def paid_at_once(connection: Connection, since: datetime, now: datetime) -> float:
    """Share of the orders placed since then that were paid and never enrolled: 0 where the feed
    tells of unpaid orders only."""
    taken = exists().where(enrolments.c.order_id == orders.c.id, enrolments.c.enrolled_at <= now)
    smooth = and_(orders.c.paid_at.is_not(None), orders.c.paid_at <= now, ~taken)
    counted = select(func.count(), func.sum(case((smooth, 1), else_=0))).where(_placed(since, now))
    total, smoothly = connection.execute(counted).one()
    return int(smoothly or 0) / total if total else 0.0


def shoppers(
    connection: Connection, share: int, since: datetime, now: datetime
) -> dict[bool, Shoppers]:
    """Customers with an order placed since then, by whether they never get an offer (True)."""
    apart = customers.c.slot < share
    taken = exists().where(enrolments.c.order_id == orders.c.id, enrolments.c.enrolled_at <= now)
    each = (
        select(
            orders.c.customer_id,
            orders.c.currency,
            func.sum(case((taken, 1), else_=0)).label("abandoned"),
            func.sum(_left(now)).label("net"),
        )
        .where(_placed(since, now))
        .group_by(orders.c.customer_id, orders.c.currency)
        .subquery("each")
    )
    people = (
        select(each.c.customer_id, func.sum(each.c.abandoned).label("abandoned"))
        .group_by(each.c.customer_id)
        .subquery("people")
    )
    found = {False: Shoppers(), True: Shoppers()}
    value = cast(people.c.abandoned, Float)
    counted = (
        select(apart, func.count(), func.sum(value), func.sum(value * value))
        .join_from(people, customers, customers.c.id == people.c.customer_id)
        .where(customers.c.slot.is_not(None))
        .group_by(apart)
    )
    for side, count, total, squares in connection.execute(counted):
        found[bool(side)].active = count
        found[bool(side)].abandonments = Sums(count, float(total), float(squares))
    net = cast(each.c.net, Float)
    money = (
        select(apart, each.c.currency, func.sum(net), func.sum(net * net))
        .join_from(each, customers, customers.c.id == each.c.customer_id)
        .where(customers.c.slot.is_not(None))
        .group_by(apart, each.c.currency)
    )
    for side, currency, total, squares in connection.execute(money):
        one = found[bool(side)]
        one.net[currency] = Sums(one.active, float(total), float(squares))
    return found


def _placed(since: datetime, now: datetime) -> ColumnElement[bool]:
    return and_(orders.c.placed_at >= since, orders.c.placed_at <= now)


def _left(now: datetime) -> ColumnElement[int]:
    """What an order brought: nothing while unpaid or refunded; less what a code cost on top."""
    cost = (
        select(func.coalesce(func.sum(coupons.c.cost_minor), 0))
        .where(
            coupons.c.redeemed_order_id == orders.c.id,
            coupons.c.state == CouponState.REDEEMED,
            coupons.c.redeemed_at <= now,
            coupons.c.kind.not_in(OFF_THE_PRICE),
        )
        .correlate(orders)
        .scalar_subquery()
    )
    paid = and_(orders.c.paid_at.is_not(None), orders.c.paid_at <= now)
    kept = or_(orders.c.refunded_at.is_(None), orders.c.refunded_at > now)
    return case((and_(paid, kept), orders.c.amount_minor - cost), else_=0)
