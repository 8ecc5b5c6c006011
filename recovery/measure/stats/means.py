"""Differences of means, ratios and adjusted means, for one look at a planned size.

Arm `a` is the control and `b` the treatment, as in GrowthBook's statistics; the difference is
b − a, or (b − a) / a when it is relative. moments.py says what an arm is made of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from recovery.measure.stats.moments import Moments, Sums, moments, ratio
from recovery.measure.stats.rates import ALPHA
from recovery.measure.stats.result import Result
from recovery.measure.stats.tails import t_of, t_p, z_of


@dataclass(frozen=True, slots=True, eq=False)
class Effect(Result):
    """A difference, its interval, standard error and p-value.

    None where something is not defined: relative to zero, or without any variance, which would
    make an interval of no width.
    """

    est: float | None
    lo: float | None
    hi: float | None
    se: float | None
    p: float | None


@dataclass(frozen=True, slots=True, eq=False)
class OrderRates(Result):
    """Two order-level rates, their errors with customers as clusters, and the difference.

    `naive_binomial_se` takes the orders of one customer for strangers: too small, never to be
    reported. (se / naive_binomial_se)² says how much the orders hang together.
    """

    rate_t: float
    rate_c: float
    se_t: float
    se_c: float
    diff: float
    se: float
    lo_z: float
    hi_z: float
    naive_binomial_se: float


def welch_delta(
    a: Sums | Moments,
    b: Sums | Moments,
    kind: str = "ttest",
    diff: str = "absolute",
    alpha: float = ALPHA,
) -> Effect:
    """Welch's t test; a relative difference by the delta method.

    Source: B. L. Welch (1947), Biometrika 34:28-35; degrees of freedom after Satterthwaite.
    """
    if kind != "ttest":
        raise ValueError(f"no test of kind {kind!r}; there is ttest")
    control, treated = moments(a, b)
    est, se = effect(control, treated, diff)
    if est is None or not se:
        return Effect(est, None, None, se, None)
    df = _freedom(control, treated)
    reach = t_of(alpha, df) * se
    return Effect(est, est - reach, est + reach, se, t_p(est / se, df))


def effect(control: Moments, treated: Moments, diff: str) -> tuple[float | None, float | None]:
    """Estimate and standard error of a difference; None where they are not defined."""
    if diff not in ("absolute", "relative"):
        raise ValueError(f"no difference {diff!r}; there are absolute and relative")
    relative = diff == "relative"
    if relative and control.base == 0:
        return None, None
    est, over = treated.mean - control.mean, 1.0
    if relative:
        est, over = est / control.base, control.base**2
    if control.variance is None or treated.variance is None:
        return est, None
    lean = (treated.base / control.base) ** 2 if relative else 1.0
    variance = treated.variance / treated.n + control.variance / control.n * lean
    return est, sqrt(max(variance, 0.0) / over)


def _freedom(control: Moments, treated: Moments) -> float:
    parts = [(arm.variance or 0.0) / arm.n for arm in (control, treated)]
    below = [part**2 / (arm.n - 1) for part, arm in zip(parts, (control, treated), strict=True)]
    return sum(parts) ** 2 / sum(below)


def order_rate_delta(
    treat_num: Sequence[float],
    treat_den: Sequence[float],
    ctrl_num: Sequence[float],
    ctrl_den: Sequence[float],
    alpha: float = ALPHA,
) -> OrderRates:
    """Recovered ÷ enrolled orders in both arms: two numbers a customer, customers as clusters."""
    return order_rates(_sums(treat_num, treat_den), _sums(ctrl_num, ctrl_den), alpha)


def order_rates(treated: Sums, control: Sums, alpha: float = ALPHA) -> OrderRates:
    """The same from the sums of each arm (n, ms, mss, ds, dss, md, as in moments.py).

    ValueError when an arm has fewer than two customers.
    """
    t, c = ratio(**treated), ratio(**control)
    if t.variance is None or c.variance is None:
        raise ValueError("an error needs two customers in each arm")
    of_t, of_c = t.variance / t.n, c.variance / c.n
    diff, se = t.mean - c.mean, sqrt(of_t + of_c)
    reach = z_of(alpha) * se
    naive = t.mean * (1 - t.mean) / treated["ds"] + c.mean * (1 - c.mean) / control["ds"]
    return OrderRates(
        *(t.mean, c.mean, sqrt(of_t), sqrt(of_c), diff, se),
        *(diff - reach, diff + reach, sqrt(max(naive, 0.0))),
    )


def _sums(num: Sequence[float], den: Sequence[float]) -> Sums:
    if len(num) != len(den):
        raise ValueError(f"{len(num)} numerators, {len(den)} denominators: one of each a customer")
    pairs = list(zip(num, den, strict=True))
    return {
        "n": len(pairs),
        "ms": sum(m for m, _ in pairs),
        "mss": sum(m * m for m, _ in pairs),
        "ds": sum(d for _, d in pairs),
        "dss": sum(d * d for _, d in pairs),
        "md": sum(m * d for m, d in pairs),
    }
