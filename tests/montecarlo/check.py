"""A check: a world whose truth is known, what the engine says of it, and how far it may be off."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf
from statistics import fmean

from tests.montecarlo.chance import Chance

Bound = Callable[[int], tuple[float, float]]


@dataclass(frozen=True)
class Seen:
    """What came out; and what a popular way makes of the same world."""

    value: float
    popular: float | None = None


@dataclass(frozen=True)
class Check:
    """`measure` lives through the world so many times; `bound` gives the lowest and the highest
    value that pass. `short` times in the tests, `long` times for the table; 0 is not at all."""

    name: str
    scene: str
    measure: Callable[[int], Seen]
    bound: Bound
    short: int
    long: int
    popular: str = ""  # what the popular way is called


def share(name: str, times: int, happens: Callable[[Chance], bool]) -> float:
    """How often it happens."""
    return fmean(happens(chance) for chance in chances(name, times))


def chances(name: str, times: int) -> Iterable[Chance]:
    """A stream for each life of a world."""
    return (Chance(f"{name} {number}") for number in range(times))


def between(low: float, high: float = inf) -> Bound:
    """The same bound for every number of lives."""
    return lambda _: (low, high)
