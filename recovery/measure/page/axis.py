"""Scales of the pictures: where a value stands, in percent of the length."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, log10

_TICKS = 5
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from `low` to `high` with ticks at the multiples of `step`."""

    low: float
    high: float
    step: float

    @classmethod
    def over(cls, values: Iterable[float], least: float = 0.01) -> "Axis":
        """The shortest axis between round ticks, at most `_TICKS`, that holds zero, `least` and
        every value."""
        found = list(values)
        low, high = min([0.0, *found]), max([least, *found])
        step = _round_up((high - low) / (_TICKS - 1))
        return cls(floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step, step)

    @classmethod
    def until(cls, high: float, whole: float = 1.0) -> "Axis":
        """From zero to exactly `high`, with ticks at round multiples of `whole`."""
        return cls(0.0, high, max(1.0, _round_up(high / whole / (_TICKS - 1))) * whole)

    def place(self, value: float) -> float:
        """How far along `value` stands, 0 to 100; what lies outside stands at the end."""
        return max(0.0, min(100.0, (value - self.low) / (self.high - self.low) * 100))

    def at(self, value: float) -> str:
        """The same as text with its percent sign."""
        return f"{self.place(value):.2f}%"

    def width(self, begin: float, end: float) -> str:
        """How long a bar between two values is."""
        return f"{abs(self.place(end) - self.place(begin)):.2f}%"

    @property
    def ticks(self) -> list[float]:
        """Every round value, from end to end."""
        first, last = ceil(self.low / self.step - 1e-9), floor(self.high / self.step + 1e-9)
        return [number * self.step for number in range(first, last + 1)]


def path(x: Axis, y: Axis, points: Iterable[tuple[float, float]]) -> str:
    """A line through some points, in a picture of 100 × 100 whose y grows downwards."""
    return " ".join(f"{x.place(one):.2f},{100 - y.place(two):.2f}" for one, two in points)


def _round_up(rough: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    power: float = 10.0 ** floor(log10(rough))
    return next(one for one in _ROUND if one * power >= rough * (1 - 1e-9)) * power
