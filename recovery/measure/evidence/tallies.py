"""Who converted, and when: units counted by arm, campaign version and minute."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, case, literal

from recovery.measure.evidence.grouping import grouped
from recovery.measure.evidence.units import (
    KEPT,
    REVERSED,
    Arm,
    Columns,
    Question,
    minute,
    of_arm,
    units,
)

Minute = int
_ONE = literal(1).label("n")


@dataclass(slots=True)
class Curve:
    """How long it took, of everybody watched so far: by minute, how many and how long in all.

    `spans` are microseconds, summed, so that the mean of a minute is exact.
    """

    paid: Counter[Minute] = field(default_factory=Counter)
    waiting: Counter[Minute] = field(default_factory=Counter)
    paid_spans: Counter[Minute] = field(default_factory=Counter)
    waiting_spans: Counter[Minute] = field(default_factory=Counter)


@dataclass(slots=True)
class Tally:
    """Units of one arm. Rates stand on the mature ones; the curve on all."""

    enrolled: int = 0
    mature: int = 0  # their window is over; all below is of these
    converted: int = 0  # the enrolled order or another one of the same customer was paid in time
    recovered: int = 0  # the enrolled order itself was
    reversed: int = 0  # of the recovered: the money went back
    minutes: Counter[Minute] = field(default_factory=Counter)  # of the converted
    curve: Curve = field(default_factory=Curve)

    def add(self, other: "Tally") -> None:
        """Count the units of `other` here, too."""
        for name in ("enrolled", "mature", "converted", "recovered", "reversed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.minutes.update(other.minutes)
        for name in Curve.__slots__:
            getattr(self.curve, name).update(getattr(other.curve, name))

    def count(self, row: Any) -> None:
        """Count `row.n` units with one fate."""
        self.enrolled += row.n
        if row.mature:
            self.mature += row.n
            self.converted += row.n * row.converted
            self.recovered += row.n * (row.own in (KEPT, REVERSED))
            self.reversed += row.n * (row.own == REVERSED)

    def draw(self, row: Any) -> None:
        """Note how long those units were watched: `row.minute`, and `row.span` of all of them."""
        if row.mature and row.converted:
            self.minutes[row.minute] += row.n
        curve = self.curve
        if row.converted:
            counts, spans = curve.paid, curve.paid_spans
        else:
            counts, spans = curve.waiting, curve.waiting_spans
        counts[row.minute] += row.n
        spans[row.minute] += int(row.span)

    def converted_by(self, minute: Minute) -> int:
        """How many of the mature ones had converted within so many minutes."""
        return sum(count for at, count in self.minutes.items() if at <= minute)


Key = tuple[Arm, int]  # an arm under one version of its campaign


def tallies(connection: Connection, question: Question) -> dict[Key, Tally]:
    """Every arm by version, with its curve."""
    counted = units(question)
    columns = (
        *of_arm(counted),
        counted.c.version_id,
        *fate(counted),
        minute(counted).label("minute"),
    )
    found: dict[Key, Tally] = {}
    for row in grouped(connection, counted, columns, (_ONE, counted.c.span)):
        tally = found.setdefault((Arm(*row[:4]), row.version_id), Tally())
        tally.count(row)
        tally.draw(row)
    return found


def slices(
    connection: Connection, question: Question, by: Columns
) -> dict[tuple[Arm, int, tuple[Any, ...]], Tally]:
    """Every arm by version and by the values of `by`, without curves."""
    counted = units(question, by)
    cuts = [counted.c[column.name] for column in by]
    columns = (*of_arm(counted), counted.c.version_id, *cuts, *fate(counted))
    found: dict[tuple[Arm, int, tuple[Any, ...]], Tally] = {}
    for row in grouped(connection, counted, columns, (_ONE,)):
        key = (Arm(*row[:4]), row.version_id, tuple(row[5 : 5 + len(cuts)]))
        found.setdefault(key, Tally()).count(row)
    return found


def fate(counted: CTE) -> Sequence[ColumnElement[Any]]:
    """What became of a unit: whether it is mature, of its own order, whether it converted."""
    converted = case((counted.c.converted_at.is_(None), 0), else_=1).label("converted")
    return counted.c.mature, counted.c.own, converted
