"""How many customers show a lift of a given size, and which lift a number of customers shows.

A test with chance `alpha` of a false alarm, both sides, that finds a real difference with
probability `power`; each arm with its own variance (unpooled normal approximation):

    (pt − pc)² = (z(alpha) + z(power))² · (pt·(1 − pt) / nt + pc·(1 − pc) / nc)

Source: J. L. Fleiss, B. Levin, M. C. Paik, Statistical Methods for Rates and Proportions, 3rd
edition (2003), chapter 4, without continuity correction. In simulations at the planned numbers the
power came out at 0.79 instead of 0.80.
"""

from dataclasses import dataclass
from math import ceil, sqrt

from recovery.measure.stats.rates import ALPHA
from recovery.measure.stats.result import Result
from recovery.measure.stats.tails import z_of, z_of_power

POWER = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Plan(Result):
    """Customers needed in all, and in each arm."""

    total_n_exact: float
    total_n: int
    n_treat: int
    n_ctrl: int


@dataclass(frozen=True, slots=True, eq=False)
class Smallest(Result):
    """The smallest ratio and rise that can be seen; None when not even 100 % would be.

    `mde_rr` is also None over a rate of zero, of which there are no ratios.
    """

    mde_rr: float | None
    mde_abs: float | None


def planned_total_n(
    pc: float, mde_rr: float, pi: float, power: float = POWER, alpha: float = ALPHA
) -> Plan:
    """Customers that show `mde_rr` times the control's rate `pc`, a share `pi` of them treated.

    ValueError when the ratio is 1, either rate is not between 0 and 1, or an arm stays empty.
    """
    exact = total_for(pc, pc * mde_rr, pi, power, alpha)
    total = ceil(exact)
    treated = ceil(pi * total)
    return Plan(exact, total, treated, total - treated)


def total_for(pc: float, pt: float, pi: float, power: float = POWER, alpha: float = ALPHA) -> float:
    """Customers, both arms, that tell a rate `pt` of the treated from a rate `pc`; as above."""
    if not 0 <= pc <= 1 or not 0 <= pt <= 1 or pc == pt:
        raise ValueError(f"no number of customers tells a rate of {pt!r} from one of {pc!r}")
    spread = pt * (1 - pt) / _share(pi) + pc * (1 - pc) / (1 - pi)
    return _z2(alpha, power) * spread / (pt - pc) ** 2


def mde_rr(
    pc: float, total_n: float, pi: float, power: float = POWER, alpha: float = ALPHA
) -> Smallest:
    """The smallest lift that `total_n` customers show, a share `pi` of them treated.

    ValueError when nobody is there, an arm stays empty, or `pc` is not between 0 and 1.
    """
    return smallest_seen(pc, total_n, pi, z_of(alpha), power)


def smallest_seen(
    pc: float, total_n: float, pi: float, reach: float, power: float = POWER
) -> Smallest:
    """The same for an interval that reaches `reach` standard errors to each side.

    The formula above is a quadratic in the lift; its positive root is the answer.
    """
    if not 0 <= pc <= 1 or total_n <= 0:
        raise ValueError(f"no lift to be seen over a rate of {pc!r} by {total_n!r} customers")
    nt, nc = _share(pi) * total_n, (1 - pi) * total_n
    z2 = (reach + z_of_power(power)) ** 2
    a, b = 1 + z2 / nt, -z2 * (1 - 2 * pc) / nt
    c = -z2 * pc * (1 - pc) * (1 / nt + 1 / nc)
    lift = (-b + sqrt(b * b - 4 * a * c)) / (2 * a)
    if pc + lift > 1 or lift <= 0:
        return Smallest(None, None)
    return Smallest(1 + lift / pc if pc else None, lift)


def _z2(alpha: float, power: float) -> float:
    return (z_of(alpha) + z_of_power(power)) ** 2


def _share(pi: float) -> float:
    if not 0 < pi < 1:
        raise ValueError(f"a share of {pi!r} leaves an arm empty")
    return pi
