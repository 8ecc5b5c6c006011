"""The units of every comparison: customers, each at the first enrolment in a campaign's segment.

One row a unit, as a CTE that the counting statements start from. Nothing after `now` is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Subquery,
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


def of_arm(source: CTE | Subquery) -> tuple[ColumnElement[Any], ...]:
    """The same columns of a CTE that has them."""
    return (source.c.campaign, source.c.segment, source.c.sequence, source.c.holdout)


def members(question: Question, extra: Columns = ()) -> CTE:
    """Every customer's first enrolment in a segment, with its arm; `extra` are more columns of the
    enrolment or of its order. An enrolment whose order turns out to have been paid before is void,
    in whatever arm. Who is held out of everything was not drawn here."""
    return _members(question, extra).cte("members")


def units(question: Question, extra: Columns = ()) -> CTE:
    """The same with their fate.

    `converted_at` is when the enrolled order, or any other order of the customer, was first paid
    inside the window; `own` tells what became of the enrolled one; `span` how many microseconds
    the unit was watched, until it converted, its window ended, or now.
    """
    now = question.now
    found = _fenced(_members(question, (*extra, _own(question), *_payments(now))), "found")
    earliest, own_paid_at = found.c.any_paid_at, found.c.own_paid_at
    told = [column for column in found.c if column not in (earliest, own_paid_at)]
    sooner = or_(earliest.is_(None), own_paid_at < earliest)
    dated = _fenced(
        select(*told, case((sooner, own_paid_at), else_=earliest).label("converted_at")), "dated"
    )
    u = dated.c
    end = case((u.mature == 1, u.window_ends_at), else_=literal(now, u.enrolled_at.type))
    span = microseconds(func.coalesce(u.converted_at, end), u.enrolled_at)
    return select(*u, span.label("span")).offset(0).cte("units")


def minute(units: CTE) -> ColumnElement[int]:
    """For how many minutes a unit was watched. The one in which it converted counts as over: so
    whoever asks for whole minutes is answered exactly."""
    begun = case((units.c.converted_at.is_(None), 0), else_=MINUTE - 1)
    return (units.c.span + begun) // MINUTE


def everybody(question: Question, extra: Columns = ()) -> Subquery:
    """Every enrolment; `unit` is 1 where it is the one its customer counts by, else 0."""
    unit = case((or_(_is_void(), _came_before()), 0), else_=1).label("unit")
    return _fenced(_enrolled(question, (*extra, unit)), "everybody")


def _fenced(statement: Select[Any], name: str) -> Subquery:
    """A row is worked out once: without the fence both databases copy each expression to wherever
    its value is used."""
    return statement.offset(0).subquery(name)


def _members(question: Question, extra: Columns) -> Select[Any]:
    return _enrolled(question, extra).where(~_is_void(), ~_came_before())


def _enrolled(question: Question, extra: Columns) -> Select[Any]:
    e, now = enrolments.c, question.now
    statement = (
        select(
            e.id,
            *arm_columns(),
            e.version_id,
            e.customer_id,
            e.order_id,
            e.currency,
            e.enrolled_at,
            e.window_ends_at,
            case((e.window_ends_at <= now, 1), else_=0).label("mature"),
            *extra,
        )
        .join_from(enrolments, orders, e.order_id == orders.c.id)
        .where(e.enrolled_at <= now, e.layer.is_(None))
    )
    if question.campaign is not None:
        statement = statement.where(e.campaign == question.campaign)
    return statement


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
