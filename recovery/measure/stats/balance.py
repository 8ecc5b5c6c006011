"""Do the arms have the sizes they were drawn for (sample ratio mismatch, SRM)?

A mismatch means that customers were lost or added after the draw, so that the arms are no longer
alike: no lift of such an experiment may be shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, inf, lgamma, log

from recovery.measure.stats.result import Result
from recovery.measure.stats.tails import chi2_p

SRM_ALPHA = 0.001  # 0.05 would stop one sound experiment in twenty
CONCENTRATION = 10_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Balance(Result):
    """Pearson's χ² of the counts against the weights; `srm` says that they do not fit."""

    chi2: float
    p: float
    srm: bool


@dataclass(frozen=True, slots=True, eq=False)
class SequentialBalance(Result):
    """Evidence against the weights; `p` holds at every look (a monitor keeps the smallest)."""

    log_bayes_factor: float
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class Marginals(Result):
    """Log likelihoods: of any split drawn from the prior (1), and of the weights (0)."""

    log_M1: float
    log_M0: float
    log_bayes_factor: float


def srm(counts: Sequence[float], weights: Sequence[float], alpha: float = SRM_ALPHA) -> Balance:
    """Pearson's χ² test, for one look. `weights` need not sum to 1.

    Somebody in an arm of weight 0 is a mismatch by itself. ValueError when nobody was counted.
    """
    shares, total = _shares(counts, weights), sum(counts)
    if not total:
        raise ValueError("nobody was counted: there is no balance to test")
    filled = [(count, share * total) for count, share in zip(counts, shares, strict=True) if share]
    stray = any(count and not share for count, share in zip(counts, shares, strict=True))
    chi2 = inf if stray else fsum((count - due) ** 2 / due for count, due in filled)
    p = 0.0 if stray else chi2_p(chi2, len(filled) - 1)
    return Balance(chi2, p, p < alpha)


def dirichlet_multinomial_p(
    counts: Sequence[float], weights: Sequence[float], conc: float = CONCENTRATION
) -> SequentialBalance:
    """Test of the weights that may be looked at after every customer.

    The alternative draws the true split from a Dirichlet with mean `weights` and concentration
    `conc`. Source: M. Lindon, A. Malek (2020), arXiv:2011.03567.
    """
    shares = _shares(counts, weights)
    if conc <= 0 or not all(shares):
        raise ValueError("the prior needs a concentration and weights above 0")
    factor = _log_any(counts, [conc * share for share in shares]) - _log_fixed(counts, shares)
    return SequentialBalance(factor, min(1.0, exp(-max(factor, 0.0))))


def log_marginal_likelihoods(
    data: Sequence[Sequence[float]], weights: Sequence[float], alpha: Sequence[float]
) -> Marginals:
    """The two likelihoods behind the test above, for rows of counts in their order.

    `alpha` is the Dirichlet prior. How rows are batched changes both likelihoods by the same
    factor (the orders within a batch), hence not their ratio.
    """
    counts = [sum(column) for column in zip(*data, strict=True)] or [0.0] * len(weights)
    shares = _shares(counts, weights)
    if len(alpha) != len(shares) or min(alpha) <= 0 or not all(shares):
        raise ValueError("weights and prior need one number above 0 for each arm")
    orders = fsum(lgamma(sum(row) + 1) - fsum(lgamma(one + 1) for one in row) for row in data)
    any_split, fixed = _log_any(counts, alpha), _log_fixed(counts, shares)
    return Marginals(any_split + orders, fixed + orders, any_split - fixed)


def _shares(counts: Sequence[float], weights: Sequence[float]) -> list[float]:
    if len(counts) != len(weights) or not counts:
        raise ValueError(f"{len(counts)} counts and {len(weights)} weights: one of each an arm")
    if min(counts) < 0 or min(weights) < 0 or not sum(weights):
        raise ValueError("counts and weights are never below 0, and some weight is above it")
    return [weight / sum(weights) for weight in weights]


def _log_any(counts: Sequence[float], prior: Sequence[float]) -> float:
    gained = (lgamma(a + n) - lgamma(a) for n, a in zip(counts, prior, strict=True))
    return lgamma(sum(prior)) - lgamma(sum(prior) + sum(counts)) + fsum(gained)


def _log_fixed(counts: Sequence[float], shares: Sequence[float]) -> float:
    return fsum(n * log(share) for n, share in zip(counts, shares, strict=True))
