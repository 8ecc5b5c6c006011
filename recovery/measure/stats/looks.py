"""Numbers that check our own checks: what peeking costs, and which of some arms is the best.

Neither decides anything here. A test harness that cannot find the false alarms of naive peeking
would not find ours; and "probability to be best" is no answer to "does it work".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, cos, exp, log, log1p, pi, prod, sqrt

from recovery.measure.stats.rates import ALPHA
from recovery.measure.stats.result import Result
from recovery.measure.stats.tails import beta_cdf, log_beta, z_of

_NODES = 16
_REACH = 40  # standard deviations on both sides of an arm that are looked at
_PANELS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Peeking(Result):
    """How often at least one of the looks cries wolf."""

    false_positive_rate: float


@dataclass(frozen=True, slots=True, eq=False)
class Best(Result):
    """For each arm, the probability that its rate is the highest."""

    p_best: list[float]


def peeking(looks: int, alpha: float = ALPHA) -> Peeking:
    """P(some |z| exceeds z(alpha) at one of `looks` equally spaced looks), without any effect.

    Carries the density of the sum of those not stopped so far from look to look.
    Source: P. Armitage, C. McPherson, B. Rowe (1969), J. R. Statist. Soc. A 132:235-244.
    """
    if looks < 1:
        raise ValueError(f"{looks} looks are none")
    z, stopped = z_of(alpha), alpha
    points = _grid(-z, z, ceil(z))
    density = [weight * _normal(x) for x, weight in points]
    for look in range(2, looks + 1):
        before, edge = points, z * sqrt(look)
        points = _grid(-edge, edge, ceil(edge))
        density = [
            weight
            * sum(mass * _normal(x - y) for (y, _), mass in zip(before, density, strict=True))
            for x, weight in points
        ]
        stopped = 1 - sum(density)
    return Peeking(stopped)


def p_best(arms: Sequence[tuple[int, int]]) -> Best:
    """Arms as (converted, counted), each rate with a uniform prior: Beta(1 + k, 1 + n − k)."""
    if not all(0 <= k <= n for k, n in arms):
        raise ValueError(f"not every one of {list(arms)} is a proportion")
    betas = [(1.0 + k, 1.0 + n - k) for k, n in arms]
    return Best([_chance(one, betas[:i] + betas[i + 1 :]) for i, one in enumerate(betas)])


def _chance(one: tuple[float, float], others: Sequence[tuple[float, float]]) -> float:
    """∫ density of one arm · probability that every other lies below."""
    a, b = one
    middle, width = a / (a + b), sqrt(a * b / (a + b + 1)) / (a + b)
    low, high = max(0.0, middle - _REACH * width), min(1.0, middle + _REACH * width)
    front = log_beta(a, b)
    return sum(
        weight
        * exp((a - 1) * log(x) + (b - 1) * log1p(-x) - front)
        * prod(beta_cdf(x, *other) for other in others)
        for x, weight in _grid(low, high, _PANELS)
    )


def _normal(x: float) -> float:
    return exp(-x * x / 2) / sqrt(2 * pi)


def _grid(low: float, high: float, panels: int) -> list[tuple[float, float]]:
    """Points and weights of Gauss and Legendre's rule on equal panels from `low` to `high`."""
    half = (high - low) / panels / 2
    return [
        (low + (2 * panel + 1 + x) * half, weight * half)
        for panel in range(panels)
        for x, weight in _legendre(_NODES)
    ]


@cache
def _legendre(order: int) -> list[tuple[float, float]]:
    """Nodes and weights on (−1, 1), by Newton's steps on the Legendre polynomial."""
    found = []
    for place in range(order):
        x = cos(pi * (place + 0.75) / (order + 0.5))
        for _ in range(20):
            value, slope = _polynomial(order, x)
            x -= value / slope
        found.append((x, 2 / ((1 - x * x) * slope * slope)))
    return found


def _polynomial(order: int, x: float) -> tuple[float, float]:
    before, value = 1.0, x
    for n in range(2, order + 1):
        before, value = value, ((2 * n - 1) * x * value - (n - 1) * before) / n
    return value, order * (x * value - before) / (x * x - 1)
