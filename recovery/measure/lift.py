"""What a sequence caused: its customers against those of its hold-out. Pure.

While a test runs, only an interval that holds at every look decides; `decision: fixed` looks once,
when the planned number of customers has matured. Versions with other shares of the draw are strata:
compared within, and put together by their treated customers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from recovery.campaign.experiments import Decision, Rule
from recovery.measure import stats
from recovery.measure.stats import ALPHA, AnytimeRatio, Interval, Moments, Proportion
from recovery.measure.stats.anytime import sequence_of
from recovery.measure.stats.moments import prop
from recovery.measure.stats.planning import Smallest
from recovery.measure.stats.tails import normal_p, z_of

BASIS = 10_000


@dataclass(frozen=True, slots=True)
class Stratum:
    """Mature customers drawn by the same shares: treated, and held out."""

    treated: Proportion
    control: Proportion

    @property
    def cells(self) -> tuple[int, int, int, int]:
        """As the estimators want them: kt, nt, kc, nc."""
        return self.treated.count, self.treated.total, self.control.count, self.control.total

    @property
    def moments(self) -> tuple[Moments, Moments]:
        """Both rates with their variance."""
        kt, nt, kc, nc = self.cells
        return prop(nt, kt), prop(nc, kc)


@dataclass(frozen=True, slots=True)
class Lift:
    """Rate of a sequence minus rate of its hold-out; None while one of them has no rate.

    `interval` decides: with 95 % it holds the truth for all sequences of the segment together, at
    every look or at one. `share` is the treated's part of the pair as drawn.
    """

    treated: Proportion
    control: Proportion  # the hold-out it is compared with
    rule: Rule = Rule.ANYTIME
    share: float | None = None
    absolute: float | None = None
    interval: Interval | None = None
    one_look: Interval | None = None  # what it would be if this were the only look ever
    p: float | None = None  # of this pair alone, valid as `rule` says
    relative: float | None = None
    relative_interval: Interval | None = None
    enough_data: bool = False
    harm_p: float | None = None  # of the exact test on every converter so far: fewer than held out

    @property
    def incremental(self) -> float | None:
        """Conversions among the mature treated that would not have been."""
        return None if self.absolute is None else self.absolute * self.treated.total

    @property
    def incremental_interval(self) -> Interval | None:
        """The interval's ends, as conversions."""
        return self.interval and self.interval.times(self.treated.total)

    def silent(self) -> "Lift":
        """The same without a number: a comparison that can't be trusted is not shown."""
        return Lift(self.treated, self.control, self.rule, self.share)

    @property
    def smallest(self) -> Smallest | None:
        """The smallest lift that so many customers can show; None while nobody is mature."""
        if self.share is None or not 0 < self.share < 1 or not self.control.total:
            return None
        total = self.treated.total + self.control.total
        return stats.mde_rr(self.control.rate, total, self.share)


def lifts(
    strata: Mapping[str, Sequence[Stratum]], decision: Decision, shares: Mapping[str, float]
) -> dict[str, Lift]:
    """Every sequence of a segment against the hold-out that they share.

    `shares` are the treated's part of each pair, by sequence: 0.9 where a tenth is held out.
    """
    compared = {
        name: [one for one in found if one.treated.total and one.control.total]
        for name, found in strata.items()
    }
    return {
        name: _lift(compared[name], decision, shares.get(name), alpha)
        for name, alpha in _alphas(compared, decision).items()
    }


def stratified(pairs: Sequence[tuple[Moments, Moments]]) -> tuple[float, float]:
    """Difference (treated − control) within strata, weighted by the treated; and its error."""
    everybody = sum(treated.n for treated, _ in pairs)
    difference = variance = 0.0
    for treated, control in pairs:
        weight = treated.n / everybody
        difference += weight * (treated.mean - control.mean)
        spread = (treated.variance or 0.0) / treated.n + (control.variance or 0.0) / control.n
        variance += weight**2 * spread
    return difference, sqrt(variance)


def _alphas(compared: Mapping[str, Sequence[Stratum]], decision: Decision) -> dict[str, float]:
    """How sure each interval must be so that all of them together are right 95 times of 100: by
    Bonferroni at every look, by Holm for one look, where the surest is tested the hardest."""
    if decision.rule is Rule.ANYTIME:
        return dict.fromkeys(compared, ALPHA / max(len(compared), 1))
    chances = {name: _chance(strata) for name, strata in compared.items()}
    found, level, sure = {}, ALPHA, True
    for rank, name in enumerate(sorted(chances, key=chances.__getitem__)):
        if sure:  # of all before it
            level = ALPHA / (len(chances) - rank)
        found[name], sure = level, sure and chances[name] <= level
    return {name: found[name] for name in compared}


def _lift(strata: Sequence[Stratum], decision: Decision, share: float | None, alpha: float) -> Lift:
    treated, control = _sum([s.treated for s in strata]), _sum([s.control for s in strata])
    if not strata:
        return Lift(treated, control, decision.rule, share)
    est, se = stratified([one.moments for one in strata])
    fixed, enough = decision.rule is Rule.FIXED, stats.enough(treated, control)
    at_every_look, p = _every_look(strata, est, se, alpha, decision)
    at_one_look = _one_look(strata, est, se, alpha)
    if fixed:
        interval, p = at_one_look, _chance(strata)
        enough = enough and treated.total + control.total >= decision.customers
    else:  # while too few for the sequence, let it not be narrower than for a single look
        interval = at_every_look if enough else at_every_look.hull(at_one_look)
    one = len(strata) == 1
    exact = _exact(treated, control, share, decision, alpha) if one else None
    relative, relative_interval = _relative(strata, alpha, None if fixed else exact)
    return Lift(
        treated=treated,
        control=control,
        rule=decision.rule,
        share=share,
        absolute=est,
        interval=interval,
        one_look=at_one_look,
        p=p,
        relative=relative,
        relative_interval=relative_interval,
        enough_data=enough,
        harm_p=_harm(exact),
    )


def _every_look(
    strata: Sequence[Stratum], est: float, se: float, alpha: float, decision: Decision
) -> tuple[Interval, float | None]:
    total = sum(one.treated.total + one.control.total for one in strata)
    found = sequence_of(est, se, total, decision.customers, alpha)
    low, high = (est if end is None else end for end in (found.lo, found.hi))
    return Interval(low, high), found.p


def _one_look(strata: Sequence[Stratum], est: float, se: float, alpha: float) -> Interval:
    """Newcombe's interval; of several strata, where there is none, the normal one."""
    if len(strata) == 1:
        return stats.newcombe(*strata[0].cells, alpha).interval
    reach = z_of(alpha) * se
    return Interval(est - reach, est + reach)


def _chance(strata: Sequence[Stratum]) -> float:
    """p of no difference, for one look; 1 while there is nothing to compare."""
    if len(strata) == 1:
        return stats.score_test(*strata[0].cells).p or 1.0
    if not strata:
        return 1.0
    est, se = stratified([one.moments for one in strata])
    return normal_p(est / se) if se else 1.0


def _harm(exact: AnytimeRatio | None) -> float | None:
    """p of the exact test where the treated convert less often; else 1."""
    if exact is None:
        return None
    return exact.p if exact.rr_hat is not None and exact.rr_hat < 1 else 1.0


def _relative(
    strata: Sequence[Stratum], alpha: float, exact: AnytimeRatio | None
) -> tuple[float | None, Interval | None]:
    """Lift over the hold-out's rate, in parts of it: at every look where there is an `exact` test.
    Several strata have no interval of it."""
    if len(strata) > 1:
        treated = sum(one.treated.count for one in strata)
        anyway = sum(one.treated.total * one.control.rate for one in strata)
        return (treated / anyway - 1 if anyway else None), None
    found = stats.rr_log_adjusted(*strata[0].cells, alpha)
    low, high = (found.lo, found.hi) if exact is None else (exact.rr_lo, exact.rr_hi)
    return None if found.rr is None else found.rr - 1, Interval(low - 1, high - 1)


def _exact(
    treated: Proportion, control: Proportion, share: float | None, decision: Decision, alpha: float
) -> AnytimeRatio | None:
    """The test on every converter's arm, from the first one on; None where nobody is drawn."""
    if share is None or not 0 < share < 1:
        return None
    tuned = 1 + decision.smallest_lift / BASIS
    return stats.beta_binomial_anytime(treated.count, control.count, share, tuned, alpha)


def _sum(parts: Sequence[Proportion]) -> Proportion:
    return Proportion(sum(one.count for one in parts), sum(one.total for one in parts))
