"""The arithmetic of honesty: intervals for a rate and for the difference of two. Pure, no rows.

Score intervals, never Wald: near 0 % and in small arms Wald promises far too much.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
BURN_IN = 10  # recovered, and not recovered, in each arm before a difference is worth a word


@dataclass(frozen=True, slots=True)
class Proportion:
    """`count` of `total`, both whole and not negative."""

    count: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.total:
            raise ValueError(f"{self.count} of {self.total} is no proportion")

    @property
    def rate(self) -> float:
        """count / total; ZeroDivisionError when nobody was counted."""
        return self.count / self.total


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both included."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def wilson(seen: Proportion, confidence: float = CONFIDENCE) -> Interval:
    """Wilson score interval of a rate, without continuity correction.

    Source: R. G. Newcombe (1998), Statistics in Medicine 17:857-872, method 3.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    n, p = seen.total, seen.rate
    shrink = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / shrink
    reach = z / shrink * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # At 0 and at n the bound is exact; floating point would leave 1e-17 of dirt.
    low = 0.0 if seen.count == 0 else centre - reach
    high = 1.0 if seen.count == n else centre + reach
    return Interval(low, high)


def newcombe(
    treated: Proportion, control: Proportion, confidence: float = CONFIDENCE
) -> tuple[float, Interval]:
    """Difference of two rates (treated minus control) and its hybrid score interval.

    Source: R. G. Newcombe (1998), Statistics in Medicine 17:873-890, method 10.
    """
    difference = treated.rate - control.rate
    t, c = wilson(treated, confidence), wilson(control, confidence)
    down = sqrt((treated.rate - t.low) ** 2 + (c.high - control.rate) ** 2)
    up = sqrt((t.high - treated.rate) ** 2 + (control.rate - c.low) ** 2)
    return difference, Interval(difference - down, difference + up)


def enough(*arms: Proportion) -> bool:
    """Whether every arm has at least `BURN_IN` recovered and as many not recovered."""
    return all(min(arm.count, arm.total - arm.count) >= BURN_IN for arm in arms)
