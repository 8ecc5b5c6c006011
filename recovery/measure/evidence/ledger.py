"""Money by the day on which it moved, for bookkeeping: payments, refunds, redeemed codes, messages.

By arm, currency and quarter of an hour. An order that was in several campaigns counts in the last
one that it entered before it was paid; whoever paid before entering is nobody's.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    exists,
    func,
    null,
    select,
)

from recovery.db import table
from recovery.measure.evidence.letters import SENT
from recovery.measure.evidence.purses import OFF_THE_PRICE
from recovery.measure.evidence.spans import quarter_hours
from recovery.measure.evidence.units import Question, enrolments, orders
from recovery.message import Channel
from recovery.models import Coupon, CouponState, Touch

coupons, touches = table(Coupon), table(Touch)

BATCH = 10_000


class Side(NamedTuple):
    """Whose money it is: a sequence's, its campaign's hold-out's (without a sequence), or that of
    the hold-out over all campaigns (`everywhere`)."""

    campaign: str
    sequence: str | None
    holdout: bool
    everywhere: bool


class Entry(NamedTuple):
    """Sums of one kind in one quarter of an hour since 1970."""

    side: Side
    currency: str
    at: int
    sums: tuple[int, ...]


class Sendings(NamedTuple):
    """Messages that left: e-mails, or segments of SMS."""

    side: Side
    at: int
    channel: str
    country: str
    units: int


def payments(connection: Connection, question: Question) -> Iterator[Entry]:
    """By date of payment: orders, and what they came to before a discount of ours."""
    o = _paid(question).c
    return _entries(connection, o, o.paid_at, func.count(), func.sum(o.list_minor))


def refunds(connection: Connection, question: Question) -> Iterator[Entry]:
    """By date of refund: what the customer had paid."""
    o = _paid(question).c
    back = o.refunded_at <= question.now
    return _entries(connection, o, o.refunded_at, func.sum(o.list_minor - o.off_minor), where=back)


def redemptions(connection: Connection, question: Question) -> Iterator[Entry]:
    """By date of redemption: what came off a price, and what else a code cost; of the arm that
    issued it, in the currency of the order that used it."""
    c, off = coupons.c, coupons.c.kind.in_(OFF_THE_PRICE)
    used = (
        select(*_side(), orders.c.currency, c.redeemed_at, c.cost_minor, off.label("off"))
        .join_from(coupons, enrolments, enrolments.c.id == c.enrolment_id)
        .join(orders, orders.c.id == c.redeemed_order_id)
        .where(*_redeemed(question), *_asked(question))
        .subquery("used")
    ).c
    discount, subsidy = (
        func.sum(case((used.off == kind, used.cost_minor), else_=0)) for kind in (True, False)
    )
    return _entries(connection, used, used.redeemed_at, discount, subsidy)


def sendings(connection: Connection, question: Question) -> Iterator[Sendings]:
    """By date of sending."""
    t = touches.c
    left = func.coalesce(t.tried_at, t.due_at)
    parts = case((t.channel == Channel.SMS, func.coalesce(t.segments, 1)), else_=1)
    sent = (
        select(
            *_side(),
            quarter_hours(left).label("at"),
            t.channel,
            orders.c.country,
            parts.label("parts"),
        )
        .join_from(touches, enrolments, enrolments.c.id == t.enrolment_id)
        .join(orders, orders.c.id == enrolments.c.order_id)
        .where(t.state.in_(SENT), left <= question.now, *_asked(question))
        .subquery("sent")
    ).c
    keys = (*_of_side(sent), sent.at, sent.channel, sent.country)
    for row in _streamed(connection, select(*keys, func.sum(sent.parts)).group_by(*keys)):
        yield Sendings(_named(row), row[4], row[5], row[6], int(row[7]))


def _entries(
    connection: Connection,
    source: Any,
    at: ColumnElement[Any],
    *sums: ColumnElement[Any],
    where: ColumnElement[bool] | None = None,
) -> Iterator[Entry]:
    when = quarter_hours(at).label("quarter_hour")
    keys = (*_of_side(source), source.currency, when)
    statement = select(*keys, *sums).group_by(*keys)
    for row in _streamed(connection, statement if where is None else statement.where(where)):
        yield Entry(_named(row), row[4], row[5], tuple(int(one) for one in row[6:]))


def _streamed(connection: Connection, statement: Select[Any]) -> Iterator[Any]:
    yield from connection.execute(statement.execution_options(yield_per=BATCH))


def _paid(question: Question) -> Subquery:
    """Every enrolled order that was paid, once, with `list_minor`, and `off_minor` of it that a
    code took off. A shop may tell what was paid, or what it was before: it was seen when enrolled,
    and at most what the code cost is added back."""
    e, o, c = enrolments.c, orders.c, coupons.c
    used = and_(c.redeemed_order_id == o.id, *_redeemed(question))
    same = e.currency == o.currency
    dropped = case((same, e.amount_minor - o.amount_minor), else_=0)
    cost = func.coalesce(func.sum(c.cost_minor), 0)
    off = func.coalesce(func.sum(case((c.kind.in_(OFF_THE_PRICE), c.cost_minor), else_=0)), 0)
    back = case((dropped <= 0, 0), (dropped < cost, dropped), else_=cost)
    later = enrolments.alias("later")
    overtaken = exists().where(
        later.c.order_id == e.order_id, later.c.id > e.id, later.c.enrolled_at < o.paid_at
    )
    plain = (o.currency, o.paid_at, o.refunded_at)
    return (
        select(
            *_side(), *plain, (o.amount_minor + back).label("list_minor"), off.label("off_minor")
        )
        .join_from(enrolments, orders, o.id == e.order_id)
        .outerjoin(coupons, used)
        .where(o.paid_at > e.enrolled_at, o.paid_at <= question.now, ~overtaken, *_asked(question))
        .group_by(e.id, o.id)
        .subquery("paid")
    )


def _redeemed(question: Question) -> tuple[ColumnElement[bool], ...]:
    c = coupons.c
    return (
        c.state == CouponState.REDEEMED,
        c.redeemed_at <= question.now,
        c.cost_minor.is_not(None),
    )


def _asked(question: Question) -> tuple[ColumnElement[bool], ...]:
    known = enrolments.c.enrolled_at <= question.now
    if question.campaign is None:
        return (known,)
    return known, enrolments.c.campaign == question.campaign


def _side() -> tuple[ColumnElement[Any], ...]:
    e = enrolments.c
    return (
        e.campaign,
        case((e.holdout, null()), else_=e.sequence).label("sequence"),
        e.holdout,
        case((e.layer.is_(None), 0), else_=cast(1, Integer)).label("everywhere"),
    )


def _of_side(source: Any) -> tuple[ColumnElement[Any], ...]:
    return source.campaign, source.sequence, source.holdout, source.everywhere


def _named(row: Any) -> Side:
    return Side(row[0], row[1], bool(row[2]), bool(row[3]))
