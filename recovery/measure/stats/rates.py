"""Shares of customers: one rate, the difference and the ratio of two, and when they say anything.

Score intervals, never Wald: near 0 % and in small arms Wald promises far too much. `kt` of `nt`
customers converted in the treatment, `kc` of `nc` in the control (the hold-out); differences are
treatment minus control. An empty arm, or more converted than counted, is a ValueError.
"""

from dataclasses import dataclass
from math import exp, inf, log, sqrt

from recovery.measure.stats.result import Result
from recovery.measure.stats.tails import normal_p, z_of

ALPHA = 0.05
BURN_IN = 10  # converted, and not converted, in each arm before a difference is worth a word
PAYERS = 100  # in each arm before money is compared: its few largest orders rule smaller arms


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

    def times(self, factor: float) -> "Interval":
        """Both ends times a positive `factor`."""
        return Interval(self.low * factor, self.high * factor)

    def hull(self, other: "Interval") -> "Interval":
        """The narrowest interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))


@dataclass(frozen=True, slots=True, eq=False)
class Rate(Result):
    """A share and its interval."""

    rate: float
    lo: float
    hi: float

    @property
    def interval(self) -> Interval:
        """From `lo` to `hi`."""
        return Interval(self.lo, self.hi)


@dataclass(frozen=True, slots=True, eq=False)
class Difference(Result):
    """Treatment minus control, as a share (0.03 = three points), and its interval."""

    diff: float
    lo: float
    hi: float

    @property
    def interval(self) -> Interval:
        """From `lo` to `hi`."""
        return Interval(self.lo, self.hi)


@dataclass(frozen=True, slots=True, eq=False)
class Ratio(Result):
    """Treatment over control; `rr` is None when nobody converted in the control."""

    rr: float | None
    lo: float
    hi: float


@dataclass(frozen=True, slots=True, eq=False)
class ZTest(Result):
    """A z statistic and its two-sided p-value; None when everybody or nobody converted."""

    z: float | None
    p: float | None


def rate_of(k: float, n: float) -> float:
    """k / n; ValueError when that is no share."""
    if n <= 0:
        raise ValueError("nobody was counted: there is no rate")
    if not 0 <= k <= n < inf:
        raise ValueError(f"{k} of {n} is no proportion")
    return k / n


def wilson(k: float, n: float, alpha: float = ALPHA) -> Rate:
    """Wilson score interval of a rate, without continuity correction.

    Source: R. G. Newcombe (1998), Statistics in Medicine 17:857-872, method 3.
    """
    p, z2 = rate_of(k, n), z_of(alpha) ** 2
    shrink = 1 + z2 / n
    centre = (p + z2 / (2 * n)) / shrink
    reach = sqrt(z2 * (p * (1 - p) + z2 / (4 * n)) / n) / shrink
    # At 0 and at n the bound is exact; floating point would leave 1e-17 of dirt.
    return Rate(p, 0.0 if k == 0 else centre - reach, 1.0 if k == n else centre + reach)


def newcombe(kt: float, nt: float, kc: float, nc: float, alpha: float = ALPHA) -> Difference:
    """Difference of two rates and its hybrid score interval, for one look at a planned size.

    Source: R. G. Newcombe (1998), Statistics in Medicine 17:873-890, method 10.
    """
    t, c = wilson(kt, nt, alpha), wilson(kc, nc, alpha)
    diff = t.rate - c.rate
    down = sqrt((t.rate - t.lo) ** 2 + (c.hi - c.rate) ** 2)
    up = sqrt((t.hi - t.rate) ** 2 + (c.rate - c.lo) ** 2)
    return Difference(diff, diff - down, diff + up)


def rr_log_adjusted(kt: float, nt: float, kc: float, nc: float, alpha: float = ALPHA) -> Ratio:
    """Ratio of two rates; the interval adds half a customer to every count, on the log scale.

    Finite even at zero of `nc`. Source: S. D. Walter (1975), Biometrika 62:371-374; the adjustment
    is J. W. Pettigrew, J. J. Gart, D. G. Thomas (1986), Biometrika 73:425-435.
    """
    pt, pc = rate_of(kt, nt), rate_of(kc, nc)
    xt, mt, xc, mc = kt + 0.5, nt + 0.5, kc + 0.5, nc + 0.5
    centre = log(xt / mt) - log(xc / mc)
    reach = z_of(alpha) * sqrt(1 / xt - 1 / mt + 1 / xc - 1 / mc)
    return Ratio(pt / pc if pc else None, exp(centre - reach), exp(centre + reach))


def pooled_z(kt: float, nt: float, kc: float, nc: float) -> ZTest:
    """Test of two equal rates, with the variance of both arms together.

    The score test of Miettinen and Nurminen (1985) of no difference, without their correction, is
    this very number.
    """
    diff = rate_of(kt, nt) - rate_of(kc, nc)
    both = (kt + kc) / (nt + nc)
    variance = both * (1 - both) * (1 / nt + 1 / nc)
    if variance == 0:
        return ZTest(None, None)
    z = diff / sqrt(variance)
    return ZTest(z, normal_p(z))


score_test = pooled_z


def enough(*arms: Proportion) -> bool:
    """Whether every arm has at least `BURN_IN` converted and as many not converted."""
    return all(min(arm.count, arm.total - arm.count) >= BURN_IN for arm in arms)


def enough_payers(*payers: int) -> bool:
    """Whether every arm has the `PAYERS` without which an interval of money promises too much."""
    return all(count >= PAYERS for count in payers)
