"""The interval of a ratio that goes with the interval of a difference, and never says otherwise.

Every r for which the interval of t − r·c holds zero: at r = 1 that is the difference itself, so one
of them lies above 1 exactly when the other lies above 0. Of Newcombe's interval it is MOVER-R: A.
Donner, G. Zou (2012), Statistical Methods in Medical Research 21:347-359; of a normal one it is
Fieller's: E. C. Fieller (1954), Journal of the Royal Statistical Society B 16:175-185.
"""

from dataclasses import dataclass
from math import inf, sqrt

from recovery.measure.stats.rates import Interval, wilson


@dataclass(frozen=True, slots=True)
class Spread:
    """A rate, and how far its own bounds lie below and above."""

    rate: float
    down: float
    up: float


def wilson_spread(count: int, total: int, alpha: float) -> Spread:
    """Of a share, by Wilson's interval: Newcombe's difference is made of these."""
    found = wilson(count, total, alpha)
    return Spread(found.rate, found.rate - found.lo, found.hi - found.rate)


def ratio_interval(treated: Spread, control: Spread) -> Interval:
    """Of `treated` ÷ `control`; endless above while the control's bounds reach zero."""
    t, c = treated.rate, control.rate
    least = max(t * t - treated.down**2, 0.0)  # no ratio is below zero
    near = t * c + _root(t, c, treated.down, control.up)
    far = t * c + _root(t, c, treated.up, control.down)
    beyond = c * c - control.down**2
    return Interval(
        least / near if near else inf if least else 0.0, far / beyond if beyond > 0 else inf
    )


def _root(t: float, c: float, dt: float, dc: float) -> float:
    """Of the quadratic (t − r·c)² = dt² + r²·dc² in r."""
    return sqrt(max((t * dc) ** 2 + (c * dt) ** 2 - (dt * dc) ** 2, 0.0))
