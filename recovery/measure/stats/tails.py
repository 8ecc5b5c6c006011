"""Tails and quantiles of the normal, χ² and t distributions, to about twelve digits.

Series and continued fractions as in W. H. Press et al., Numerical Recipes (3rd ed., 2007),
chapter 6. Logarithms of the beta function are put together from Stirling's series, because
differences of large log-gammas lose the digits that a t test with a million customers needs.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from math import erfc, exp, inf, lgamma, log, log1p, pi, sqrt
from statistics import NormalDist

_STANDARD = NormalDist()
_EPSILON = 1e-16
_TINY = 1e-300
_LARGE = 10.0  # from here on Stirling's series has all the digits of a float
_STEPS = 100_000
_FAR = 1e150  # no t is further away: its square would not be a number
# B(2k) / (2k (2k − 1)): the series of ln Γ(x) − ((x − ½) ln x − x + ½ ln 2π) in 1/x, 1/x³, …
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)


@lru_cache(maxsize=1024)
def z_of(alpha: float) -> float:
    """The z that a standard normal number exceeds, in size, with probability `alpha`.

    1.96 for 0.05. ValueError unless 0 < alpha < 1.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha {alpha!r} is not between 0 and 1")
    return -_STANDARD.inv_cdf(alpha / 2)


@lru_cache(maxsize=64)
def z_of_power(power: float) -> float:
    """The z below which a standard normal number lies with probability `power`; 0.84 for 0.8."""
    if not 0 < power < 1:
        raise ValueError(f"power {power!r} is not between 0 and 1")
    return _STANDARD.inv_cdf(power)


def normal_p(z: float) -> float:
    """Two-sided p-value of a standard normal `z`."""
    return erfc(abs(z) / sqrt(2))


def chi2_p(chi2: float, df: float) -> float:
    """Probability of a χ² of `df` degrees of freedom above `chi2`; 1 with none."""
    half = chi2 / 2
    if half <= 0 or df <= 0:
        return 1.0
    return 0.0 if half == inf else _gamma_q(df / 2, half)


def _gamma_q(a: float, x: float) -> float:
    """Regularised upper incomplete gamma function: its series below a + 1, else its fraction."""
    front = exp(a * log(x) - x - lgamma(a))
    if x >= a + 1:
        return front * _fraction(x + 1 - a, ((-n * (n - a), x + 2 * n + 1 - a) for n in count(1)))
    term = total = 1 / a
    for n in count(1):
        term *= x / (a + n)
        total += term
        if term < total * _EPSILON:
            break
    return 1 - front * total


def _fraction(first: float, terms: Iterator[tuple[float, float]]) -> float:
    """1 / (first + p₁ / (q₁ + p₂ / (q₂ + …))) by Lentz's method."""
    c, d = 1 / _TINY, 1 / (first or _TINY)
    value = d
    for _, (p, q) in zip(range(_STEPS), terms, strict=False):
        d = 1 / ((p * d + q) or _TINY)
        c = (q + p / c) or _TINY
        value *= d * c
        if abs(d * c - 1) < 4 * _EPSILON:
            break
    return value


def _stirling(x: float) -> float:
    """ln Γ(x) − ((x − ½) ln x − x + ½ ln 2π), for x of 10 and more."""
    inverse, square, total = 1 / x, 1 / (x * x), 0.0
    for coefficient in reversed(_STIRLING):
        total = total * square + coefficient
    return total * inverse


def log_beta(a: float, b: float) -> float:
    """ln B(a, b), exact to the last digits however large a and b are.

    Source: A. R. DiDonato, A. H. Morris (1992), ACM Trans. Math. Softw. 18:360-373.
    """
    a, b = (a, b) if a <= b else (b, a)
    if b < _LARGE:
        return lgamma(a) + lgamma(b) - lgamma(a + b)
    rest = _stirling(b) - _stirling(a + b)
    bend = log1p(-a / (a + b))
    if a < _LARGE:
        return lgamma(a) + rest + a - a * log(a + b) + (b - 0.5) * bend
    shares = (a - 0.5) * log(a / (a + b)) + b * bend
    return 0.5 * log(2 * pi / b) + _stirling(a) + rest + shares


def beta_cdf(x: float, a: float, b: float) -> float:
    """Probability that a Beta(a, b) number is at most `x` (regularised incomplete beta)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    return exp(_log_beta_cdf(log(x), log1p(-x), x, 1 - x, a, b))


def _log_beta_cdf(log_x: float, log_y: float, x: float, y: float, a: float, b: float) -> float:
    """ln of the same, with y = 1 − x and the logarithms of both told exactly."""
    front, ahead = a * log_x + b * log_y - log_beta(a, b), a * y - b * x
    if ahead >= 0:
        return front + log(_beta_fraction(x, y, a, b, ahead))
    rest = exp(front) * _beta_fraction(y, x, b, a, -ahead)
    return log1p(-rest) if rest < 1 else -inf


def _beta_fraction(x: float, y: float, a: float, b: float, ahead: float) -> float:
    """The even part of the usual fraction, for x below the mean; `ahead` is a·y − b·x.

    Unlike the usual one it subtracts nothing from 1 that is nearly 1. Source: as for `log_beta`.
    """

    def terms() -> Iterator[tuple[float, float]]:
        for n in count(1):
            drop, size = n * (b - n) * x, a + 2 * n - 1
            up = (a + n - 1) * (a + b + n - 1) * drop * x / (size * size)
            yield up, n + drop / size + (a + n) / (size + 2) * (1 + ahead + n * (1 + y))

    return _fraction((1 + ahead) * a / (a + 1), terms())


def t_p(t: float, df: float) -> float:
    """Two-sided p-value of a t statistic with `df` (> 0, need not be whole) degrees."""
    return exp(_log_t_p(t, df))


def _log_t_p(t: float, df: float) -> float:
    square = min(abs(t), _FAR) ** 2
    if square == 0:
        return 0.0
    x, y = df / (df + square), square / (df + square)
    return _log_beta_cdf(-log1p(square / df), -log1p(df / square), x, y, df / 2, 0.5)


def t_of(alpha: float, df: float) -> float:
    """The t that Student's t with `df` degrees exceeds, in size, with probability `alpha`.

    Newton's steps on ln p as a function of ln t, from the first terms of the expansion in 1 / df.
    That function is concave and nearly straight in the tails, so they arrive from anywhere.
    """
    z = z_of(alpha)
    t = z + z * (z * z + 1) / (4 * df) if df > z * z else z
    for _ in range(100):
        log_p = _log_t_p(t, df)
        step = (log_p - log(alpha)) / (2 * t * exp(_log_t_density(t, df) - log_p))
        t = min(t * exp(min(step, 300.0)), _FAR)
        if abs(step) < 1e-8 or t == _FAR:  # the next step would be the square of this one
            break
    return t


def _log_t_density(t: float, df: float) -> float:
    return -(df + 1) / 2 * log1p(t * t / df) - log_beta(df / 2, 0.5) - log(df) / 2
