"""What a mean, a rate or a ratio of one arm comes down to: size, value, variance of one customer.

Arms arrive as sums that a database can make (never as rows), keyed as `t` says:

    prop    n, sum                       a rate: `sum` of `n` customers
    mean    n, sum, ss                   a mean: sum and sum of squares
    ratio   n, ms, mss, ds, dss, md      a ratio of sums over `n` customers (recovered ÷ enrolled
                                         orders): of the numerator m, the denominator d, and m·d
    ra      n, ps, pss, xs, xss, px      a mean p adjusted by what was known before, x (CUPED);
                                         `theta`, their slope, is fitted over both arms if absent

Sources: delta method for the ratio; A. Deng, Y. Xu, R. Kohavi, T. Walker (2013), WSDM, for CUPED.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from recovery.measure.stats.rates import rate_of

Sums = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moments:
    """One arm: `n` customers, the `mean`, and the variance of a single customer about it.

    `base` is what a relative difference is measured against: the mean before any adjustment.
    `variance` is None where a single customer shows none.
    """

    n: float
    mean: float
    variance: float | None
    base: float


def prop(n: float, sum: float) -> Moments:
    """A rate: `sum` of `n` customers converted."""
    p = rate_of(sum, n)
    return Moments(n, p, p * (1 - p), p)


def mean(n: float, sum: float, ss: float) -> Moments:
    """A mean, from the sum and the sum of squares."""
    value = _over(sum, n)
    return Moments(n, value, _spread(n, sum, sum, ss), value)


def ratio(n: float, ms: float, mss: float, ds: float, dss: float, md: float) -> Moments:
    """A ratio of sums, ms ÷ ds; its variance by the delta method, customers as clusters."""
    value, middle = _over(ms, ds), _over(ds, n)
    # The delta method in one number: the variance of the residuals m − r·d, whose mean is 0.
    spread = _spread(n, 0, 0, max(0.0, mss - 2 * value * md + value * value * dss))
    return Moments(n, value, None if spread is None else spread / middle**2, value)


def adjusted(
    n: float, ps: float, pss: float, xs: float, xss: float, px: float, theta: float
) -> Moments:
    """A mean p minus `theta` times the mean of x."""
    after, before = mean(n, ps, pss), mean(n, xs, xss)
    together = _spread(n, ps, xs, px)
    if after.variance is None or before.variance is None or together is None:
        variance = None
    else:
        variance = after.variance + theta**2 * before.variance - 2 * theta * together
    return Moments(n, after.mean - theta * before.mean, variance, after.mean)


_KINDS: Mapping[str, Callable[..., Moments]] = {"prop": prop, "mean": mean, "ratio": ratio}


def moments(a: Sums | Moments, b: Sums | Moments) -> tuple[Moments, Moments]:
    """Both arms, from either form. ValueError for an unknown kind or an empty arm."""
    return _one(a, a, b), _one(b, a, b)


def _one(arm: Sums | Moments, a: Sums | Moments, b: Sums | Moments) -> Moments:
    if isinstance(arm, Moments):
        return arm
    sums = dict(arm)
    kind = sums.pop("t", "mean")
    if kind == "ra":
        return adjusted(**sums) if "theta" in sums else adjusted(**sums, theta=_slope(a, b))
    if kind not in _KINDS:
        raise ValueError(f"no arm of kind {kind!r}; there are prop, mean, ratio and ra")
    return _KINDS[kind](**sums)


def _slope(a: Any, b: Any) -> float:
    """The slope of p on x over both arms; 0 when x never varies."""
    n, ps, xs, xss, px = (a[key] + b[key] for key in ("n", "ps", "xs", "xss", "px"))
    before = _spread(n, xs, xs, xss)
    return (_spread(n, ps, xs, px) or 0.0) / before if before else 0.0


def _over(top: float, bottom: float) -> float:
    if bottom <= 0:
        raise ValueError("nobody was counted: there is no mean")
    return top / bottom


def _spread(n: float, x: float, y: float, xy: float) -> float | None:
    """Covariance from sums; whole numbers stay whole until the division, so money keeps its
    digits."""
    return (n * xy - x * y) / (n * (n - 1)) if n > 1 else None
