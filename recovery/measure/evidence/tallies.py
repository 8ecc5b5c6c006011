"""Who converted, and when: units counted by arm, campaign version and minute."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Subquery, literal, select

from recovery.measure.evidence.gathering import Key, People
from recovery.measure.evidence.grouping import grouped
from recovery.measure.evidence.units import KEPT, REVERSED, Columns, minute

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


def tallies(connection: Connection, people: People) -> dict[Key, Tally]:
    """Every arm by version, with its curve."""
    counted = people.units()
    keys = (counted.c.arm, *fate(counted), minute(counted).label("minute"))
    found: dict[Key, Tally] = {}
    for row in grouped(connection, counted, keys, (_ONE, counted.c.span)):
        tally = found.setdefault(people.arms[row.arm], Tally())
        tally.count(row)
        tally.draw(row)
    return found


def slices(
    connection: Connection, people: People, by: Columns, campaign: str | None = None
) -> dict[tuple[Key, tuple[Any, ...]], Tally]:
    """Every arm by version (of one `campaign`, if any) and by the values of `by`, without curves.

    `by` are columns of enrolments and orders, with names of their own.
    """
    counted = people.cut(by)
    u = counted.c
    asked = [number for number, (arm, _) in people.arms.items() if campaign in (None, arm.campaign)]
    cut = select(counted).where(u.unit == 1, u.arm.in_(asked)).subquery("asked")
    cuts = [cut.c[column.name] for column in by]
    found: dict[tuple[Key, tuple[Any, ...]], Tally] = {}
    for row in grouped(connection, cut, (cut.c.arm, *cuts, *fate(cut)), (_ONE,)):
        values = tuple(row[1 : 1 + len(cuts)])
        found.setdefault((people.arms[row.arm], values), Tally()).count(row)
    return found


def fate(counted: Subquery) -> Sequence[ColumnElement[Any]]:
    """What became of a unit: whether it is mature, of its own order, whether it converted."""
    return counted.c.mature, counted.c.own, counted.c.converted
