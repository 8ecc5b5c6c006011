"""Numbers as places in pictures: lifts with the truth marked, curves, the fall of money. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recovery.measure.page.axis import Axis, path
from recovery.measure.page.views import lift_is_shown
from recovery.measure.report import Row
from recovery.measure.stats import Interval
from recovery.simulate.page.told import Told
from recovery.simulate.verdict import Purse

_DROPS = ("caused", "lost", "incentives", "messages", "net")


@dataclass(frozen=True, slots=True)
class Mark:
    """One sequence: its reported lift and interval, if any, and the true one."""

    row: Row
    interval: Interval | None
    caught: bool | None
    truth: float | None

    @property
    def lift(self) -> float | None:
        """As reported."""
        return self.row.lift.absolute if self.row.lift and self.interval else None


def marks(told: Told, rows: Iterable[Row]) -> tuple[Axis, list[Mark]]:
    """Every sequence of a segment on one scale."""
    found = [_mark(told, row) for row in rows]
    ends = [end for one in found for end in _ends(one)]
    return Axis.over(ends), found


def _mark(told: Told, row: Row) -> Mark:
    effect = told.verdict.effect(row)
    shown = row.lift.interval if row.lift and lift_is_shown(row) else None
    return Mark(row, shown, told.caught(row), effect.lift if effect else None)


def _ends(one: Mark) -> Iterator[float]:
    yield from (one.interval.low, one.interval.high) if one.interval else ()
    if one.truth is not None:
        yield one.truth


@dataclass(frozen=True, slots=True)
class Causes:
    """One sequence: credited, and what is true, on one scale of customers."""

    row: Row
    axis: Axis
    bars: tuple[tuple[str, int, str], ...]  # key, count, class


def causes(told: Told, rows: Sequence[Row]) -> list[Causes]:
    """Of every sequence whose truth is known, one scale for all."""
    found = [(row, effect) for row in rows if (effect := told.verdict.effect(row))]
    most = [max(told.credited(row), effect.caused, effect.harmed) for row, effect in found]
    axis = Axis.over(most, least=1.0)
    return [
        Causes(
            row,
            axis,
            (
                ("bar_credited", told.credited(row), "credited"),
                ("bar_caused", effect.caused, "caused"),
                ("bar_harmed", effect.harmed, "harmed"),
            ),
        )
        for row, effect in found
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the curves: its name, its colour, its path, and where it ends."""

    name: str
    kind: str
    path: str
    end: int


@dataclass(frozen=True, slots=True)
class Curves:
    """Orders paid after all, by the day on which they were left."""

    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    shaded: tuple[tuple[float, float, str], ...] = ()  # begin and width in percent, what it was


def curves(
    found: Mapping[str, Sequence[Mapping[str, Any]]],
    silent: str,
    incidents: Sequence[tuple[float, float, str]] = (),
) -> Curves:
    """A line for each of `found`, and one, named `silent`, for a world without messages: that of
    the first. `incidents` are days from and to, and what happened."""
    paid = {name: [day["recovered"] for day in days] for name, days in found.items()}
    first = next(iter(found.values()))
    without = [day["recovered"] - day["caused"] + day["lost"] for day in first]
    x = Axis.until(len(first))
    y = Axis.over([float(n) for line in (*paid.values(), without) for n in line], least=1.0)
    lines = [_line(name, f"arm-{n % 4}", line, x, y) for n, (name, line) in enumerate(paid.items())]
    shaded = tuple((x.place(a), x.place(b) - x.place(a), what) for a, b, what in incidents)
    return Curves(x, y, (*lines, _line(silent, "control", without, x, y)), shaded)


def _line(name: str, kind: str, values: Sequence[int], x: Axis, y: Axis) -> Line:
    points = [(0.0, 0.0), *((float(day), float(n)) for day, n in enumerate(values, 1))]
    return Line(name, kind, path(x, y, points), values[-1])


@dataclass(frozen=True, slots=True)
class Drop:
    """A step of the fall of money, in minor units, drawn between two heights."""

    key: str
    amount: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Fall:
    """One currency: caused − lost − discounts − messages = net."""

    currency: str
    purse: Purse
    axis: Axis
    drops: tuple[Drop, ...]


def falls(purses: Mapping[str, Purse]) -> list[Fall]:
    """Every currency in which anything moved."""
    return [
        _fall(currency, purse)
        for currency, purse in purses.items()
        if purse.caused or purse.cost or purse.given or purse.messages
    ]


def _fall(currency: str, purse: Purse) -> Fall:
    height, drops = purse.caused, [Drop("caused", purse.caused, 0, purse.caused)]
    for key, less in zip(_DROPS[1:], (purse.cost, purse.given, purse.messages), strict=False):
        drops.append(Drop(key, -less, height, height - less))
        height -= less
    drops.append(Drop("net", purse.net, 0, purse.net))
    ends = [float(end) for one in drops for end in (one.begin, one.end)]
    return Fall(currency, purse, Axis.over(ends, least=1.0), tuple(drops))
