"""Several comparisons at once, and one comparison over several versions of an experiment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt

from recovery.measure.stats.rates import ALPHA, rate_of
from recovery.measure.stats.result import Result
from recovery.measure.stats.tails import z_of


@dataclass(frozen=True, slots=True, eq=False)
class Adjusted(Result):
    """p-values in the order they came, made larger; `rejections` of them are ≤ alpha."""

    adjusted: list[float]
    rejections: int


@dataclass(frozen=True, slots=True, eq=False)
class Stratified(Result):
    """A difference within versions, put together; interval None without any variance.

    `wrong_pooled_diff` throws the versions together first: when the share of the hold-out and the
    base rate change at once, it finds lifts that are not there. Never to be reported.
    """

    diff: float
    se: float
    lo: float | None
    hi: float | None
    wrong_pooled_diff: float


def bonferroni(p: Sequence[float], alpha: float = ALPHA) -> Adjusted:
    """Each p-value times their number. What a confidence sequence does with alpha / m."""
    return _adjusted([len(p) * one for one in _checked(p)], alpha)


def holm(p: Sequence[float], alpha: float = ALPHA) -> Adjusted:
    """Step-down: never less power than Bonferroni, for looks at a planned size.

    Source: S. Holm (1979), Scandinavian Journal of Statistics 6:65-70.
    """
    order = sorted(range(len(p)), key=_checked(p).__getitem__)
    raised = accumulate(((len(p) - rank) * p[place] for rank, place in enumerate(order)), max)
    return _adjusted(_back(order, list(raised)), alpha)


def bh(p: Sequence[float], alpha: float = ALPHA) -> Adjusted:
    """Step-up: holds the share of false alarms among all alarms, not the chance of any.

    Source: Y. Benjamini, Y. Hochberg (1995), J. R. Statist. Soc. B 57:289-300.
    """
    order = sorted(range(len(p)), key=_checked(p).__getitem__, reverse=True)
    ranks = range(len(p), 0, -1)
    lowered = accumulate(
        (len(p) / rank * p[place] for rank, place in zip(ranks, order, strict=True)), min
    )
    return _adjusted(_back(order, list(lowered)), alpha)


def _checked(p: Sequence[float]) -> Sequence[float]:
    if not all(0 <= one <= 1 for one in p):
        raise ValueError(f"not every one of {list(p)} is a p-value")
    return p


def _back(order: Sequence[int], values: Sequence[float]) -> list[float]:
    return [value for _, value in sorted(zip(order, values, strict=True))]


def _adjusted(raised: Sequence[float], alpha: float) -> Adjusted:
    capped = [min(1.0, one) for one in raised]
    return Adjusted(capped, sum(one <= alpha for one in capped))


def stratified_lift(strata: Sequence[Mapping[str, float]], alpha: float = ALPHA) -> Stratified:
    """Lift over versions with other shares of the draw: differences within each, weighted by its
    part of the treated customers.

    Each stratum has kt, nt, kc, nc; one without treated customers weighs nothing.
    ValueError when nobody was treated, or a stratum has no control to compare with.
    """
    used = [(s["kt"], s["nt"], s["kc"], s["nc"]) for s in strata if s["nt"]]
    treated = sum(nt for _, nt, _, _ in used)
    if not treated:
        raise ValueError("nobody was treated: there is no lift")
    diff = variance = 0.0
    for kt, nt, kc, nc in used:
        pt, pc, weight = rate_of(kt, nt), rate_of(kc, nc), nt / treated
        diff += weight * (pt - pc)
        variance += weight**2 * (pt * (1 - pt) / nt + pc * (1 - pc) / nc)
    se, (all_kt, all_nt, all_kc, all_nc) = sqrt(variance), map(sum, zip(*used, strict=True))
    reach = z_of(alpha) * se
    return Stratified(
        diff=diff,
        se=se,
        lo=diff - reach if se else None,
        hi=diff + reach if se else None,
        wrong_pooled_diff=rate_of(all_kt, all_nt) - rate_of(all_kc, all_nc),
    )
