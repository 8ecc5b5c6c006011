"""How likely a change is mere chance: one-sided p-values of a rise from the usual. Pure.

Three ways, of which the least sure counts: the score test (exact where counts are small), and,
where a rate is known to jump about from day to day, a test that takes that for what it is.
"""

from collections.abc import Sequence
from math import exp, fsum, lgamma, sqrt

from recovery.measure import stats
from recovery.measure.alerts.series import Cell
from recovery.measure.stats.tails import beta_cdf, t_p

SMALL = 5.0  # expected in a cell of the table: below, the score test promises too much
DAYS = 5  # fewer periods say nothing about how much a rate jumps about


def rise(last: Cell, usual: Cell, baseline: Sequence[Cell] = ()) -> float:
    """The chance of a rate as high as `last`'s, or higher, if nothing has changed since `usual`.

    `baseline` are the periods of `usual`. Both must have somebody: ValueError.
    """
    if not last.total or not usual.total:
        raise ValueError("nobody was counted: there is nothing to compare")
    small = min(_expected(last, usual)) < SMALL
    p = exact_rise(last, usual) if small else _one_sided(last, usual)
    return max(p, _jumping(last, usual, baseline))


def _one_sided(last: Cell, usual: Cell) -> float:
    test = stats.score_test(last.count, last.total, usual.count, usual.total)
    if test.z is None or test.p is None:
        return 1.0
    return test.p / 2 if test.z > 0 else 1 - test.p / 2


def _expected(last: Cell, usual: Cell) -> tuple[float, float]:
    both = (last.count + usual.count) / (last.total + usual.total)
    smaller = min(last.total, usual.total)
    return both * smaller, (1 - both) * smaller


def exact_rise(last: Cell, usual: Cell) -> float:
    """Fisher's exact test, one-sided: the chance of `last.count` or more, given all counts.

    Source: R. A. Fisher (1934), Statistical Methods for Research Workers, section 21.02.
    """
    hits = last.count + usual.count
    most = min(hits, last.total)
    every = _log_choose(last.total + usual.total, hits)

    def chance(count: int) -> float:
        ways = _log_choose(last.total, count) + _log_choose(usual.total, hits - count)
        return exp(ways - every)

    least = max(last.count, hits - usual.total)
    return min(1.0, fsum(chance(count) for count in range(least, most + 1)))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def unrest(baseline: Sequence[Cell]) -> float:
    """How much more a rate differs between periods than chance would have it; at least 1.

    Pearson's χ² over its degrees of freedom. Source: P. McCullagh, J. A. Nelder (1989),
    Generalized Linear Models, section 4.5.
    """
    cells = [cell for cell in baseline if cell.total]
    count, total = sum(cell.count for cell in cells), sum(cell.total for cell in cells)
    if len(cells) < 2 or not 0 < count < total:
        return 1.0
    rate = count / total
    squares = ((cell.count - cell.total * rate) ** 2 / cell.total for cell in cells)
    return max(1.0, fsum(squares) / (rate * (1 - rate)) / (len(cells) - 1))


def _jumping(last: Cell, usual: Cell, baseline: Sequence[Cell]) -> float:
    """A score test whose variance is as large as the usual's own days show it to be."""
    cells = [cell for cell in baseline if cell.total]
    if len(cells) < DAYS:
        return 0.0
    test = stats.score_test(last.count, last.total, usual.count, usual.total)
    if test.z is None:
        return 1.0
    t = test.z / sqrt(unrest(cells))
    half = t_p(t, len(cells) - 1) / 2
    return half if t > 0 else 1 - half


def at_least(count: int, total: int, rate: float) -> float:
    """The chance of `count` or more of `total` where each has the chance `rate` (binomial)."""
    return 1.0 if count <= 0 else beta_cdf(rate, count, total - count + 1)
