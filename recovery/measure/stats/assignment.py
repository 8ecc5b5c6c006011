"""The draw under GrowthBook's own names, so that its public test cases run against ours.

The draw itself is `recovery.draws`. Each function also takes `cases=[[argument, …], …]` and then
answers {"values": [result, …]}.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from math import fsum
from typing import Any

from recovery import draws
from recovery.measure.stats.result import Result


@dataclass(frozen=True, slots=True, eq=False)
class Assigned(Result):
    """For each customer, its number from 0 to below 1 and the name of its arm."""

    bucket: list[float]
    arm: list[str]


def _also_cases(one: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(one)
    def call(*args: Any, cases: Sequence[Sequence[Any]] | None = None, **named: Any) -> Any:
        if cases is not None:
            return {"values": [one(*case) for case in cases]}
        return one(*args, **named)

    return call


@_also_cases
def hash(seed: str, value: str, version: int = 2) -> float | None:
    """A number from 0 to below 1; None for a version that is unknown."""
    return draws.bucket(seed, value, version)


@_also_cases
def chooseVariation(n: float, ranges: Sequence[draws.Range]) -> int:
    """The first of `ranges` that has `n`, or -1."""
    return draws.choose_variation(n, ranges)


@_also_cases
def getBucketRanges(
    n: int, coverage: float = 1.0, weights: Sequence[float] | None = None
) -> list[list[float]]:
    """For each of `n` variations, from and below; strange weights count as equal."""
    return [list(bounds) for bounds in draws.bucket_ranges(n, coverage, weights)]


def assign(
    salt: str, ids: Sequence[str], weights: Sequence[float], arms: Sequence[str]
) -> Assigned:
    """Draw each of `ids` under `salt`. Weights that don't sum to 1 are a ValueError, not equal.

    The last arm reaches up to 1, so that rounding leaves nobody between the arms.
    """
    if len(weights) != len(arms) or min(weights, default=-1) < 0 or abs(fsum(weights) - 1) > 1e-9:
        raise ValueError(f"weights {list(weights)} do not share 1 among {len(arms)} arms")
    ranges = draws.bucket_ranges(len(arms), 1.0, weights)
    ranges[-1] = (ranges[-1][0], 1.0)
    numbers = [draws.slot(salt, customer) / draws.SLOTS for customer in ids]
    return Assigned(numbers, [arms[draws.choose_variation(one, ranges)] for one in numbers])
