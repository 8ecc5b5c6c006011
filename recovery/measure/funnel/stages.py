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

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from operator import add
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
    or_,
    select,
)

from recovery.db import table
from recovery.facts import OrderStatus
from recovery.measure.evidence.spans import microseconds
from recovery.measure.funnel.tally import FACTS, Tally
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


Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The orders of one source and currency that share what the funnel is split by."""

    key: Key
    source: str
    currency: str
    tally: Tally


def count(connection: Connection, window: Window, by: Sequence[By], now: datetime) -> list[Group]:
    """Every group of the window: one statement, whose rows are groups, never orders."""
    facts = _facts(window, now)
    keys = *(facts.c[one.value] for one in by), facts.c.source, facts.c.currency
    # One number for all that is known of an order: a narrow row is sorted more quickly.
    known = reduce(add, (facts.c[name] * 2**bit for bit, name in enumerate(FACTS)))
    statement = select(*keys, known, func.count(), func.sum(facts.c.amount_minor))
    found: dict[tuple[str | None, ...], Tally] = {}
    for row in connection.execute(statement.group_by(*keys, known)):
        bits, orders_, minor = row[len(keys) :]
        told = {name: bool(int(bits) >> bit & 1) for bit, name in enumerate(FACTS)}
        found.setdefault(tuple(row[: len(keys)]), Tally()).take(told, orders_, int(minor))
    return [Group(key[:-2], str(key[-2]), str(key[-1]), tally) for key, tally in found.items()]


def _facts(window: Window, now: datetime) -> CTE:
    o, messages = orders.c, _messages(window, now)
    paid = and_(o.paid_at.is_not(None), o.paid_at <= now)
    # A failure without a code has a reason, too.
    nobody_knows = case((failed(now), FailureReason.UNKNOWN.value))
    return (
        select(
            o.country.label("market"),
            o.payment_method.label("method"),
            o.failure_source.label("provider"),
            func.coalesce(o.failure_reason, nobody_knows).label("reason"),
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
        .prefix_with("MATERIALIZED")  # or SQLite sorts wide rows, in more and more memory
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
