"""What a sequence caused: its customers against those of its hold-out. Pure.

While a test runs, only an interval that holds at every look decides; `decision: fixed` looks once,
when the planned number of customers has matured. Versions with other shares of the draw are strata:
compared within, and put together by their treated customers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from recovery.campaign.experiments import Decision, Rule
from recovery.measure import stats
from recovery.measure.stats import ALPHA, Interval, Moments, Proportion
from recovery.measure.stats.anytime import best_rho, reach_at, sequence_of
from recovery.measure.stats.moments import prop
from recovery.measure.stats.planning import Smallest, smallest_seen
from recovery.measure.stats.ratios import Spread, ratio_interval, wilson_spread
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
    every look or at one; with one look there is none before its day. `relative_interval` lies on
    the same side of zero. `share` is the treated's part of the pair as drawn.
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
    # of the exact test on every converter so far, times the sequences that share the hold-out:
    harm_p: float | None = None  # fewer than held out
    reach: float = z_of(ALPHA)  # how many standard errors `interval` goes to each side

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
        return Lift(self.treated, self.control, self.rule, self.share, reach=self.reach)

    def waiting(self) -> "Lift":
        """The same before the day of its one look: nothing that decides, and nothing to peek at."""
        return replace(self, enough_data=False, interval=None, relative_interval=None, p=None)

    @property
    def smallest(self) -> Smallest | None:
        """The smallest lift that `interval` of so many customers shows, four times of five; None
        while nobody is mature."""
        if self.share is None or not 0 < self.share < 1 or not self.control.total:
            return None
        total = self.treated.total + self.control.total
        return smallest_seen(self.control.rate, total, self.share, self.reach)


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
    found = {
        name: _lift(compared[name], decision, shares.get(name), alpha, len(compared))
        for name, alpha in _alphas(compared, decision).items()
    }
    if decision.rule is Rule.ANYTIME:
        return found
    due = all(_total(one) >= decision.customers for one in found.values())  # one look for all
    return {n: one if due and one.enough_data else one.waiting() for n, one in found.items()}


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


def _lift(
    strata: Sequence[Stratum],
    decision: Decision,
    share: float | None,
    alpha: float,
    sequences: int,  # that share the hold-out
) -> Lift:
    treated, control = _sum([s.treated for s in strata]), _sum([s.control for s in strata])
    if not strata:
        return Lift(treated, control, decision.rule, share)
    est, se = stratified([one.moments for one in strata])
    total, enough = treated.total + control.total, stats.enough(treated, control)
    once, once_relative = _one_look(strata, est, se, alpha), _relative_once(strata, alpha)
    p: float | None
    if decision.rule is Rule.FIXED:
        reach, p, interval, relative = z_of(alpha), _chance(strata), once, once_relative
    else:
        reach = reach_at(total, best_rho(decision.customers, alpha), alpha)
        p = sequence_of(est, se, total, decision.customers, alpha).p
        interval = Interval(est - reach * se, est + reach * se)
        relative = _relative(strata, reach)
        if not enough:  # too few for the sequence: let it not be narrower than for a single look
            interval, relative = interval.hull(once), relative.hull(once_relative)
    return Lift(
        treated=treated,
        control=control,
        rule=decision.rule,
        share=share,
        absolute=est,
        interval=interval,
        one_look=once,
        p=p,
        relative=_ratio(strata),
        relative_interval=Interval(relative.low - 1, relative.high - 1),
        enough_data=enough,
        harm_p=_harm(treated, control, share, decision, sequences) if len(strata) == 1 else None,
        reach=reach,
    )


def _total(lift: Lift) -> int:
    return lift.treated.total + lift.control.total


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


def _harm(
    treated: Proportion,
    control: Proportion,
    share: float | None,
    decision: Decision,
    sequences: int,
) -> float | None:
    """p of the exact test on every converter's arm, from the first one on, where the treated
    convert less often; else 1. By Bonferroni: any of the sequences may cry wolf. None where nobody
    is drawn."""
    if share is None or not 0 < share < 1:
        return None
    tuned = 1 + decision.smallest_lift / BASIS
    exact = stats.beta_binomial_anytime(treated.count, control.count, share, tuned)
    fewer = exact.rr_hat is not None and exact.rr_hat < 1
    return min(exact.p * sequences, 1.0) if fewer else 1.0


def _ratio(strata: Sequence[Stratum]) -> float | None:
    """Lift over the hold-out's rate, in parts of it; None over a rate of zero."""
    treated, control = (spread.rate for spread in _spreads(strata, 1.0))
    return treated / control - 1 if control else None


def _relative(strata: Sequence[Stratum], reach: float) -> Interval:
    """Of the ratio of both rates: decided by the same test as their difference."""
    return ratio_interval(*_spreads(strata, reach))


def _relative_once(strata: Sequence[Stratum], alpha: float) -> Interval:
    if len(strata) > 1:
        return _relative(strata, z_of(alpha))
    kt, nt, kc, nc = strata[0].cells
    return ratio_interval(wilson_spread(kt, nt, alpha), wilson_spread(kc, nc, alpha))


def _spreads(strata: Sequence[Stratum], reach: float) -> list[Spread]:
    """Both rates within strata, weighted by the treated."""
    everybody = sum(one.treated.total for one in strata)
    weights = [one.treated.total / everybody for one in strata]
    found = []
    for side in zip(*(one.moments for one in strata), strict=True):
        parts = list(zip(weights, side, strict=True))
        variance = sum(w**2 * (one.variance or 0.0) / one.n for w, one in parts)
        spread = reach * sqrt(variance)
        found.append(Spread(sum(w * one.mean for w, one in parts), spread, spread))
    return found


def _sum(parts: Sequence[Proportion]) -> Proportion:
    return Proportion(sum(one.count for one in parts), sum(one.total for one in parts))
