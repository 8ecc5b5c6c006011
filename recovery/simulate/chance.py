"""Chance without state: every draw has a name, and the same name gives the same number for ever.

So nobody's luck depends on how often others were asked. Two sequences meet the same shoppers, who
differ by the messages alone (common random numbers: Law, Simulation Modeling, 5th ed., 11.2).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import blake2b
from math import exp, log
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")
_NORMAL = NormalDist()
_WHOLE = 1 << 53  # as many different numbers as a float keeps apart below 1


class Chance:
    """All draws below one name, such as a seed, or a shopper of that seed."""

    __slots__ = ("_name",)

    def __init__(self, *names: object) -> None:
        self._name = "\x1f".join(map(str, names))

    def of(self, *names: object) -> "Chance":
        """The draws of somebody, or something, in here."""
        return Chance(self._name, *names)

    def number(self, name: str) -> float:
        """Between 0 and 1, both out of reach: so it has a logarithm and a normal quantile."""
        digest = blake2b(f"{self._name}\x1f{name}".encode(), digest_size=8).digest()
        return ((int.from_bytes(digest) >> 11) + 0.5) / _WHOLE

    def happens(self, name: str, odds: float) -> bool:
        """Whether something of these odds (0 to 1) happens."""
        return self.number(name) < odds

    def between(self, name: str, low: float, high: float) -> float:
        """Uniform."""
        return low + (high - low) * self.number(name)

    def whole(self, name: str, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int((high - low + 1) * self.number(name))

    def one_of(self, name: str, these: Sequence[T]) -> T:
        """Any of them, all alike."""
        return these[int(len(these) * self.number(name))]

    def by_weight(self, name: str, weights: Mapping[T, float]) -> T:
        """One of the keys, by its share of all weights."""
        left = self.number(name) * sum(weights.values())
        for one, weight in weights.items():
            left -= weight
            if left < 0:
                return one
        return list(weights)[-1]

    def normal(self, name: str) -> float:
        """Standard normal."""
        return _NORMAL.inv_cdf(self.number(name))

    def wait(self, name: str, median: timedelta, spread: float) -> timedelta:
        """Log-normal, in whole seconds: half of all wait less than `median`; `spread` is the
        standard deviation of the logarithm."""
        seconds = exp(log(median.total_seconds()) + spread * self.normal(name))
        return timedelta(seconds=round(seconds))
