"""One look: false alarms, coverage, groups of the wrong size, shares that change on the way."""

from functools import partial
from statistics import fmean

from recovery.campaign.experiments import Decision, Rule
from recovery.measure.analysis import Drawn, Finding, analyze
from recovery.measure.judging import Verdict, outcome
from recovery.measure.stats import Proportion, newcombe
from tests.montecarlo.chance import Chance, about, most
from tests.montecarlo.check import Check, Seen, between, chances, share
from tests.montecarlo.looks import rates

N = 5000
AT_ONCE = Decision(rule=Rule.FIXED, customers=N)


def looked(
    chance: Chance, rate: dict[str | None, float], part: float, until: int = N
) -> dict[str | None, Proportion]:
    """Everybody at once."""
    (seen,) = chance.arrivals({"plain": part, None: 1 - part}, rate, until, until)
    return seen


def found(seen: dict[str | None, Proportion], part: float) -> Finding:
    """The verdict of a test that was declared to look once."""
    return analyze([Drawn({"plain": part, None: 1 - part}, seen)], AT_ONCE)["plain"]


def _cries(base: float, part: float, times: int) -> Seen:
    def cries(chance: Chance) -> bool:
        one = found(looked(chance, rates(base), part), part)
        return one.verdict is Verdict.FINAL and outcome(one.lift) is not Verdict.INCONCLUSIVE

    return Seen(share("MC2", times, cries))


def _covers(ratio: float, part: float, times: int) -> Seen:
    truth = 0.12 * (ratio - 1)

    def covers(chance: Chance) -> bool:
        interval = found(looked(chance, rates(0.12, ratio), part), part).lift.interval
        return interval is not None and truth in interval

    return Seen(share("MC4", times, covers))


def _mismatch(lost: float, times: int) -> Seen:
    """A tenth is held out of 50,000; of the held out a part gets lost on the way."""

    def flagged(chance: Chance) -> bool:
        seen = looked(chance, rates(0.12), 0.9, 50_000)
        kept = chance.binomial(seen[None].total, 1 - lost) if lost else seen[None].total
        seen[None] = Proportion(chance.binomial(kept, 0.12), kept)
        return found(seen, 0.9).verdict is Verdict.SRM_FAIL

    return Seen(share("MC13", times, flagged))


def _reweighted(times: int) -> Seen:
    """Nothing is there. A tenth is held out of few who pay; then half of many who do."""
    lifts, popular = [], []
    for chance in chances("MC15", times):
        versions = [
            Drawn({"plain": part, None: 1 - part}, looked(chance, rates(base), part, 4000))
            for part, base in ((0.9, 0.06), (0.5, 0.2))
        ]
        lifts.append(analyze(versions)["plain"].lift.absolute or 0.0)
        sides = (
            (
                sum(one.seen[arm].count for one in versions),
                sum(one.seen[arm].total for one in versions),
            )
            for arm in ("plain", None)
        )
        (kt, nt), (kc, nc) = sides
        popular.append(kt / nt - kc / nc)
    return Seen(fmean(lifts), fmean(popular))


def _several(times: int) -> Seen:
    """Three sequences, a quarter of the customers each, one look with Holm's levels."""
    shares: dict[str | None, float] = {"a": 0.25, "b": 0.25, "c": 0.25, None: 0.25}
    same, alone = dict.fromkeys(shares, 0.12), []

    def cries(chance: Chance) -> bool:
        (seen,) = chance.arrivals(shares, same, 6000, 6000)
        by_itself = (newcombe(*_cells(seen[name], seen[None])) for name in "abc")
        alone.append(any(not one.lo <= 0 <= one.hi for one in by_itself))
        calls = analyze([Drawn(shares, seen)], Decision(rule=Rule.FIXED, customers=1)).values()
        return any(outcome(one.lift) is not Verdict.INCONCLUSIVE for one in calls)

    return Seen(share("MC12", times, cries), fmean(alone))


def _cells(treated: Proportion, control: Proportion) -> tuple[int, int, int, int]:
    return treated.count, treated.total, control.count, control.total


CHECKS = (
    *(
        Check(
            "MC2",
            f"nothing is there: one look at 5000, {part:.0%} treated, {base:.0%} pay",
            partial(_cries, base, part),
            most,
            short=200,
            long=2000,
        )
        for base in (0.03, 0.12, 0.30)
        for part in (0.5, 0.9)
    ),
    *(
        Check(
            "MC4",
            f"{ratio} times as many pay: one interval holds the truth, {part:.0%} treated",
            partial(_covers, ratio, part),
            about,
            short=200,
            long=2000,
        )
        for ratio in (1.15, 1.3, 1.5)
        for part in (0.9, 0.5)
    ),
    Check(
        "MC13",
        "a tenth of the held out gets lost: flagged",
        partial(_mismatch, 0.1),
        between(1, 1),
        short=50,
        long=400,
    ),
    Check(
        "MC13b",
        "nobody gets lost: flagged all the same",
        partial(_mismatch, 0.0),
        lambda times: most(times, 0.001),
        short=200,
        long=4000,
    ),
    Check(
        "MC15",
        "nothing is there, shares and customers change: mean lift",
        _reweighted,
        between(-0.003, 0.003),
        short=200,
        long=1000,
        popular="versions thrown together",
    ),
    Check(
        "MC12",
        "three sequences, nothing is there: a verdict on one of them at one look",
        _several,
        most,
        short=200,
        long=3000,
        popular="each by itself",
    ),
)
