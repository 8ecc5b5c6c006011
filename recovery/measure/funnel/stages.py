"""The counting: how far the orders of a window came, in one SELECT, whatever their number.

What each stage means with the facts that a feed tells:

    placed     any order but a cart; test payments are left out
    failed     a payment was told to have failed, or a code says so
    attempted  it failed, was paid, or waits for a voucher or a transfer
    contacted  an e-mail or SMS about it went out, and is not known to have come back
    clicked    a person followed a link in one, before the payment; machines never count
    paid       the shop says so
    refunded   the shop says so, later

Nothing after `now` is looked at, but for the order's status, of which the newest is kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
)

from recovery.db import table
from recovery.facts import OrderStatus
from recovery.measure.evidence.spans import microseconds
from recovery.message import Channel
from recovery.models import Click, Enrolment, Order, Touch, TouchState
from recovery.reasons import FailureReason

orders, enrolments = table(Order), table(Enrolment)
touches, clicks = table(Touch), table(Click)

REPLACED_WITHIN = timedelta(days=7)  # a later order of the same customer that was paid
ARRIVED = (TouchState.SENT, TouchState.DELIVERED)
MESSAGES = (Channel.EMAIL, Channel.SMS)
NO_FAILURE = (FailureReason.NOT_A_FAILURE, FailureReason.VOUCHER_PENDING)
SMALLEST_UNIT = timedelta(microseconds=1)


class Stage(StrEnum):
    """How far an order came, in this order."""

    PLACED = "placed"
    ATTEMPTED = "attempted"
    FAILED = "failed"
    CONTACTED = "contacted"
    CLICKED = "clicked"
    PAID = "paid"
    REFUNDED = "refunded"


STOPS = tuple(Stage)[:5]  # where an order that is not paid can have stopped


class By(StrEnum):
    """What a funnel can be split by."""

    MARKET = "market"
    METHOD = "method"
    REASON = "reason"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Window:
    """Orders placed from `since` on and before `until`."""

    since: datetime
    until: datetime


@dataclass(slots=True)
class Tally:
    """Orders by stage, pairs of stages, and money in minor units of one currency."""

    placed: int = 0
    attempted: int = 0
    failed: int = 0
    contacted: int = 0
    clicked: int = 0
    paid: int = 0
    refunded: int = 0
    failed_contacted: int = 0
    clicked_paid: int = 0
    failed_paid: int = 0
    replaced: int = 0  # not paid, and a later order of the customer was
    placed_minor: int = 0
    paid_minor: int = 0
    refunded_minor: int = 0
    replaced_minor: int = 0
    # not paid and not replaced, by the stage where they stopped
    lost_at_placed: int = 0
    lost_at_attempted: int = 0
    lost_at_failed: int = 0
    lost_at_contacted: int = 0
    lost_at_clicked: int = 0

    def add(self, other: "Tally") -> None:
        """Count the orders of `other` here, too."""
        for name in NAMES:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def lost_minor(self) -> int:
        """What is still not paid."""
        return sum(self.lost_at(stage) for stage in STOPS)

    @property
    def unfailing(self) -> int:
        """Orders that were paid without ever failing: a feed without any tells half the story."""
        return self.paid - self.failed_paid

    def lost_at(self, stage: Stage) -> int:
        """What stopped at `stage`, one of STOPS."""
        return int(getattr(self, f"lost_at_{stage}"))


NAMES = tuple(field.name for field in fields(Tally))
Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The orders of one source and currency that share what the funnel is split by."""

    key: Key
    source: str
    currency: str
    tally: Tally


def count(
    connection: Connection, window: Window, by: Sequence[By], now: datetime
) -> Iterator[Group]:
    """Every group of the window: one statement, and no more rows than groups."""
    each = _each(window, now)
    parts = [each.c[one.value] for one in by]
    keys = (*parts, each.c.source, each.c.currency)
    statement = select(*keys, *_sums(each)).group_by(*keys)
    for row in connection.execute(statement):
        told = [int(number or 0) for number in row[len(keys) :]]
        tally = Tally(**dict(zip(NAMES, told, strict=True)))
        yield Group(tuple(row[: len(parts)]), row[len(parts)], row[len(parts) + 1], tally)


def _sums(each: CTE) -> Iterator[ColumnElement[int]]:
    """One sum for each name of a Tally."""
    o = each.c
    parts: dict[str, Any] = {
        "placed": literal(1),
        **{name: o[name] for name in ("attempted", "failed", "contacted", "clicked", "paid")},
        "refunded": o.refunded,
        "failed_contacted": o.failed * o.contacted,
        "clicked_paid": o.clicked * o.paid,
        "failed_paid": o.failed * o.paid,
        "replaced": o.replaced,
        "placed_minor": o.amount_minor,
        **{f"{name}_minor": o[name] * o.amount_minor for name in ("paid", "refunded", "replaced")},
        **{f"lost_at_{at}": case((o.stopped == at.value, o.amount_minor), else_=0) for at in STOPS},
    }
    return (func.sum(parts[name]) for name in NAMES)


def _each(window: Window, now: datetime) -> CTE:
    """One row an order: its groups, how far it came, and where it stopped if it is not paid."""
    facts = _facts(window, now)
    f = facts.c
    lost = and_(f.paid == 0, f.replaced == 0)
    stopped = case(
        (~lost, null()),
        (f.clicked == 1, Stage.CLICKED.value),
        (f.contacted == 1, Stage.CONTACTED.value),
        (f.failed == 1, Stage.FAILED.value),
        (f.awaiting == 1, Stage.ATTEMPTED.value),
        else_=Stage.PLACED.value,
    )
    attempted = case((f.failed + f.paid + f.awaiting > 0, 1), else_=0)
    # A failure without a code has a reason, too: nobody knows it.
    unknown = case((f.failed == 1, FailureReason.UNKNOWN.value))
    reason = func.coalesce(f.failure_reason, unknown)
    plain = [f[name] for name in ("market", "method", "provider", "source", "currency")]
    told = [f[name] for name in ("failed", "contacted", "clicked", "paid", "refunded", "replaced")]
    return select(
        *plain,
        *told,
        f.amount_minor,
        reason.label("reason"),
        attempted.label("attempted"),
        stopped.label("stopped"),
    ).cte("each_order")


def _facts(window: Window, now: datetime) -> CTE:
    o, messages = orders.c, _messages(window, now)
    paid = and_(o.paid_at.is_not(None), o.paid_at <= now)
    return (
        select(
            o.country.label("market"),
            o.payment_method.label("method"),
            o.failure_source.label("provider"),
            o.failure_reason,
            o.source,
            o.currency,
            o.amount_minor,
            _flag(failed(now)).label("failed"),
            _flag(o.status == OrderStatus.AWAITING).label("awaiting"),
            func.coalesce(messages.c.contacted, 0).label("contacted"),
            func.coalesce(messages.c.clicked, 0).label("clicked"),
            _flag(paid).label("paid"),
            _flag(and_(paid, o.refunded_at <= now)).label("refunded"),
            case((paid, 0), (_replaced(now), 1), else_=0).label("replaced"),
        )
        .join_from(orders, messages, messages.c.order_id == o.id, isouter=True)
        .where(*_placed(window))
        .cte("facts")
        # Told once, used often: else a database works out each fact for every use of it.
        .prefix_with("MATERIALIZED")
    )


def failed(now: datetime) -> ColumnElement[bool]:
    """Whether a payment of an order is known to have failed."""
    o = orders.c
    by_code = and_(o.failure_reason.is_not(None), o.failure_reason.not_in(NO_FAILURE))
    return or_(
        and_(o.failed_at.is_not(None), o.failed_at <= now), and_(o.failed_at.is_(None), by_code)
    )


def real() -> tuple[ColumnElement[bool], ...]:
    """Orders, not carts and not test payments."""
    o = orders.c
    test = func.coalesce(o.failure_reason, "") == FailureReason.TEST_MODE.value
    return o.status != OrderStatus.CART.value, ~test


def _placed(window: Window) -> tuple[ColumnElement[bool], ...]:
    o = orders.c
    return (o.placed_at >= window.since, o.placed_at < window.until, *real())


def _replaced(now: datetime) -> ColumnElement[bool]:
    """Whether the customer placed another order soon after, and paid that one."""
    later = orders.alias("later")
    span = microseconds(later.c.placed_at, orders.c.placed_at)
    return exists(
        select(literal(1)).where(
            later.c.customer_id == orders.c.customer_id,
            later.c.placed_at > orders.c.placed_at,
            later.c.paid_at <= now,
            span <= REPLACED_WITHIN // SMALLEST_UNIT,
        )
    )


def _messages(window: Window, now: datetime) -> CTE:
    """Orders that were written to, and whether a person followed a link."""
    t, o = touches.c, orders.c
    clicked = exists(
        select(literal(1)).where(
            clicks.c.touch_id == t.id,
            ~clicks.c.machine,
            clicks.c.at <= now,
            or_(o.paid_at.is_(None), clicks.c.at <= o.paid_at),
        )
    )
    statement: Select[Any] = (
        select(
            enrolments.c.order_id,
            literal(1).label("contacted"),
            func.max(case((clicked, 1), else_=0)).label("clicked"),
        )
        .join_from(orders, enrolments, enrolments.c.order_id == o.id)
        .join(touches, t.enrolment_id == enrolments.c.id)
        .where(
            *_placed(window),
            t.channel.in_(MESSAGES),
            t.state.in_(ARRIVED),
            func.coalesce(t.tried_at, t.due_at) <= now,
        )
        .group_by(enrolments.c.order_id)
    )
    return statement.cte("messages")


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)
