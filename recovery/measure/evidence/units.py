"""The units of every comparison: customers, each at the first enrolment in a campaign's segment.

What makes a unit, and what becomes of it. Nothing after `now` is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Table,
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
from recovery.measure.evidence.spans import MICROSECONDS, microseconds
from recovery.models import Enrolment, Order

enrolments, orders = table(Enrolment), table(Order)

MINUTE = 60 * MICROSECONDS  # times are counted by the minute, as delays are written
NOT, KEPT, REVERSED = 0, 1, 2  # what became of the enrolled order

Columns = Sequence[ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: all that was known at `now`, of one campaign or of all."""

    now: datetime
    campaign: str | None = None
    refunds: timedelta = timedelta(days=30)  # after the window: so long a payment can be reversed


class Arm(NamedTuple):
    """Whom we compare; `sequence` is None for a hold-out."""

    campaign: str
    segment: str
    sequence: str | None
    holdout: bool


def arm_columns() -> tuple[ColumnElement[Any], ...]:
    """An enrolment's arm; a segment's hold-out is one arm, whatever it would have been sent."""
    e = enrolments.c
    return (
        e.campaign,
        e.segment,
        case((~e.holdout, e.sequence), else_=null()).label("sequence"),
        e.holdout,
    )


def fates(question: Question, numbers: Table) -> Select[Any]:
    """Every enrolment: its `place` and `arm`, by the row of `numbers` with the same values, and

    unit       1 where its customer counts by it, else 0: the first enrolment in the segment. One
               whose order turns out to have been paid before is void, in whatever arm
    mature     1 when its window is over
    own        what became of the enrolled order
    converted  1 when that order, or any other one of the customer, was first paid in the window
    span       how many microseconds it was watched: until then, the window's end, or now

    Who is held out of everything was not drawn here.
    """
    e, now = enrolments.c, question.now
    unit = case((or_(_is_void(), _came_before()), 0), else_=1).label("unit")
    mature = case((e.window_ends_at <= now, 1), else_=0).label("mature")
    number = (numbers.c.place, numbers.c.arm)
    plain = (e.id, *number, unit, mature, _own(question), e.enrolled_at, e.window_ends_at)
    same = and_(*(numbers.c[one.name] == one for one in common()))
    found = _fenced(asked(question, (*plain, *_payments(now))).join(numbers, same), "found").c
    earliest, own_paid_at = found.any_paid_at, found.own_paid_at
    sooner = or_(earliest.is_(None), own_paid_at < earliest)
    converted_at = case((sooner, own_paid_at), else_=earliest).label("converted_at")
    u = _fenced(select(*(found[one.name] for one in plain), converted_at), "dated").c
    end = case((u.mature == 1, u.window_ends_at), else_=literal(now, u.enrolled_at.type))
    span = microseconds(func.coalesce(u.converted_at, end), u.enrolled_at).label("span")
    converted = case((u.converted_at.is_(None), 0), else_=1).label("converted")
    return select(u.id, u.place, u.arm, u.unit, u.mature, u.own, converted, span)


def common() -> Columns:
    """What many enrolments have in common."""
    e = enrolments.c
    own = (e.campaign, e.version_id, e.segment, e.sequence, e.holdout, e.currency)
    return *own, orders.c.country


def minute(units: Subquery) -> ColumnElement[int]:
    """For how many minutes a unit was watched. The one in which it converted counts as over: so
    whoever asks for whole minutes is answered exactly."""
    begun = case((units.c.converted == 0, 0), else_=MINUTE - 1)
    return (units.c.span + begun) // MINUTE


def asked(question: Question, columns: Columns) -> Select[Any]:
    """Columns of every enrolment that the question is about, and of its order."""
    e = enrolments.c
    statement = (
        select(*columns)
        .join_from(enrolments, orders, e.order_id == orders.c.id)
        .where(e.enrolled_at <= question.now, e.layer.is_(None))
    )
    if question.campaign is not None:
        statement = statement.where(e.campaign == question.campaign)
    return statement


def _fenced(statement: Select[Any], name: str) -> Subquery:
    """A row is worked out once: without the fence both databases copy each expression to wherever
    its value is used."""
    return statement.offset(0).subquery(name)


def _is_void() -> ColumnElement[bool]:
    """Whether the order was paid before it was enrolled; never unknown."""
    return and_(orders.c.paid_at.is_not(None), orders.c.paid_at <= enrolments.c.enrolled_at)


def paid_in_window(paid_at: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    """Open on the left, closed on the right; and known at `now`."""
    e = enrolments.c
    return and_(paid_at > e.enrolled_at, paid_at <= e.window_ends_at, paid_at <= now)


def _own(question: Question) -> ColumnElement[int]:
    o, now = orders.c, question.now
    after = microseconds(o.refunded_at, enrolments.c.window_ends_at)
    in_time = after <= question.refunds // timedelta(microseconds=1)
    reversed_ = and_(o.refunded_at <= now, in_time)
    fate = case((~_paid(o.paid_at, now), NOT), (reversed_, REVERSED), else_=KEPT)
    return fate.label("own")


def _paid(paid_at: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    """As `paid_in_window`, and never unknown: SQL's NOT of nothing is nothing."""
    return and_(paid_at.is_not(None), paid_in_window(paid_at, now))


def _payments(now: datetime) -> Columns:
    """When the enrolled order was paid, wherever it went since, and when the customer first paid
    anything: inside the window."""
    other = orders.alias("other")
    earliest = (
        select(func.min(other.c.paid_at))
        .where(
            other.c.customer_id == enrolments.c.customer_id, paid_in_window(other.c.paid_at, now)
        )
        .correlate(enrolments)
        .scalar_subquery()
    )
    own = case((_paid(orders.c.paid_at, now), orders.c.paid_at), else_=null())
    return own.label("own_paid_at"), earliest.label("any_paid_at")


def _came_before() -> ColumnElement[bool]:
    """Whether the customer was enrolled in this segment earlier; void enrolments are none."""
    earlier, theirs = enrolments.alias("earlier"), orders.alias("theirs")
    void = (
        exists()
        .where(
            theirs.c.id == earlier.c.order_id,
            theirs.c.paid_at <= earlier.c.enrolled_at,
            # said again: so it is asked about those who came back only
            earlier.c.id < enrolments.c.id,
        )
        .correlate(earlier, enrolments)
    )
    return exists().where(
        earlier.c.customer_id == enrolments.c.customer_id,
        earlier.c.campaign == enrolments.c.campaign,
        earlier.c.segment == enrolments.c.segment,
        earlier.c.id < enrolments.c.id,
        earlier.c.layer.is_(None),
        ~void,
    )
