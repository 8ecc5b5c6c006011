"""Every arm cut into slices: by what its orders have in common, and by when they were enrolled.

Instants are grouped by quarters of an hour in SQL, and these by periods here: memory never
holds orders.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Label,
    Subquery,
    case,
    func,
    literal,
    select,
)

from recovery.measure.bands import Bands
from recovery.measure.evidence.gathering import People
from recovery.measure.evidence.grouping import grouped
from recovery.measure.evidence.spans import quarter_hours
from recovery.measure.evidence.tallies import Curve, Tally, fate
from recovery.measure.evidence.units import NOT, Arm, Question, enrolments, minute, orders
from recovery.measure.funnel.stages import failed
from recovery.measure.periods import Calendar, Period
from recovery.reasons import FailureReason

_ONE = literal(1).label("n")
_NO_RATE = -1  # of an amount in a currency that can't be compared

Key = tuple[Any, ...]  # a value for each part


class Part(StrEnum):
    """What a report can be cut by."""

    MARKET = "market"
    FAILURE = "failure"
    CUSTOMER = "customer"
    AMOUNT = "amount"
    METHOD = "method"
    PROVIDER = "provider"
    CURRENCY = "currency"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


PERIODS = (Part.WEEK, Part.MONTH, Part.QUARTER)


@dataclass(slots=True)
class Slice:
    """Of one arm: its orders, and its customers by version of the campaign."""

    enrolled: int = 0
    mature: int = 0
    recovered: int = 0  # of the mature ones
    people: dict[int, Tally] = field(default_factory=lambda: defaultdict(Tally))


@dataclass(frozen=True, slots=True)
class Knife:
    """How to cut."""

    question: Question
    by: Sequence[Part]
    bands: Bands
    calendar: Calendar | None  # with a period only

    def columns(self) -> list[Label[Any]]:
        """One column for each part, over enrolments and orders."""
        return [
            self._column(part).label(name) for part, name in zip(self.by, self.names, strict=True)
        ]

    def _column(self, part: Part) -> ColumnElement[Any]:
        if part in PERIODS:
            return quarter_hours(enrolments.c.enrolled_at)
        if part is Part.AMOUNT:
            return _band(self.bands)
        if part is Part.FAILURE:
            unknown = case((failed(self.question.now), FailureReason.UNKNOWN.value))
            return func.coalesce(orders.c.failure_reason, unknown)
        return {
            Part.MARKET: orders.c.country,
            Part.CUSTOMER: orders.c.customer_type,
            Part.METHOD: orders.c.payment_method,
            Part.PROVIDER: orders.c.failure_source,
            Part.CURRENCY: enrolments.c.currency,
        }[part]

    @property
    def names(self) -> list[str]:
        """What those columns are called."""
        return [f"by_{part.value}" for part in self.by]

    def of(self, source: Subquery) -> list[ColumnElement[Any]]:
        """The same columns of a subquery that has them."""
        return [source.c[name] for name in self.names]

    def key(self, values: Sequence[Any]) -> Key:
        """What the database calls a slice → what we call it."""
        return tuple(self._value(*one) for one in zip(self.by, values, strict=True))

    def _value(self, part: Part, value: Any) -> Any:
        if self.calendar and part in PERIODS:
            return self.calendar.of_quarter_hour(value)
        return None if value == _NO_RATE else value

    def period(self, key: Key) -> Period | None:
        """The period of a slice."""
        return next((one for one in key if isinstance(one, Period)), None)


def currencies(connection: Connection, question: Question) -> list[str]:
    """Every currency of an enrolled order."""
    found = select(enrolments.c.currency).where(enrolments.c.enrolled_at <= question.now)
    return sorted(connection.execute(found.distinct()).scalars())


def slices(connection: Connection, people: People, knife: Knife) -> dict[tuple[Arm, Key], Slice]:
    """Every slice of every arm that anybody is in."""
    found: dict[tuple[Arm, Key], Slice] = defaultdict(Slice)
    everybody = people.cut(knife.columns())
    u = everybody.c
    for row in grouped(
        connection, everybody, (u.arm, *knife.of(everybody), u.unit, *fate(everybody)), (_ONE,)
    ):
        arm, version = people.arms[row.arm]
        one = found[arm, knife.key(row[1 : 1 + len(knife.by)])]
        one.enrolled += row.n
        one.mature += row.n * row.mature
        one.recovered += row.n * row.mature * (row.own != NOT)
        if row.unit:
            one.people[version].count(row)
    return dict(found)


def curves(
    connection: Connection, people: People, knife: Knife, since: datetime
) -> dict[tuple[Arm, Key], Curve]:
    """How long it took the customers of each slice, of those enrolled since then."""
    found: dict[tuple[Arm, Key], Tally] = defaultdict(Tally)
    everybody = people.cut((*knife.columns(), enrolments.c.enrolled_at))
    u = everybody.c
    young = select(everybody).where(u.unit == 1, u.enrolled_at >= since).subquery("young")
    keys = (young.c.arm, *knife.of(young), *fate(young), minute(young).label("minute"))
    for row in grouped(connection, young, keys, (_ONE, young.c.span)):
        arm, _ = people.arms[row.arm]
        found[arm, knife.key(row[1 : 1 + len(knife.by)])].draw(row)
    return {key: tally.curve for key, tally in found.items()}


def _band(bands: Bands) -> ColumnElement[Any]:
    """How many bounds an amount has reached; _NO_RATE where its currency has none."""
    e = enrolments.c
    if not bands.minor:
        return literal(_NO_RATE)
    reached: ColumnElement[Any] = literal(0)
    for number in range(len(bands.bounds)):
        bound = case({one: limits[number] for one, limits in bands.minor.items()}, value=e.currency)
        reached = reached + case((e.amount_minor >= bound, 1), else_=0)
    return case((e.currency.in_(sorted(bands.minor)), reached), else_=_NO_RATE)
