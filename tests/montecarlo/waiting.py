"""Windows that are still open: bias of what is counted too early, and payments that only hurry."""

from collections.abc import Iterator
from math import ceil, log1p
from statistics import fmean

from recovery.campaign.experiments import Decision, Rule
from recovery.measure.analysis import Drawn, analyze
from recovery.measure.evidence.spans import MICROSECONDS
from recovery.measure.evidence.tallies import Curve
from recovery.measure.journey import recovery
from recovery.measure.judging import Verdict, outcome
from recovery.measure.stats import Proportion
from tests.montecarlo.chance import Chance, most
from tests.montecarlo.check import Check, Seen, between, chances

DAY = 86_400.0
MONTH, WINDOW = 30 * DAY, 14 * DAY  # customers come in all month; the report is made at its end
ENOUGH = Decision(rule=Rule.FIXED, customers=1)
TRUE = 0.19812  # a fifth pays after 3 days on average, 14 count: 0.2 × (1 − e^(−14/3))


def customers(
    chance: Chance, count: int, delay: float, pays: float = 0.2, within: float = float("inf")
) -> Iterator[tuple[float, float]]:
    """Of each: seconds for which it can be watched by now, and until it pays (or never). Who pays
    does so `delay` seconds later on average, `within` at most."""
    late = 1 - 2.718281828459045 ** (-within / delay)
    for _ in range(count):
        wait = -log1p(-late * chance.random()) * delay if chance.random() < pays else float("inf")
        yield min(chance.random() * MONTH, MONTH), wait


def mature(people: list[tuple[float, float]]) -> Proportion:
    """Who converted in time, of those whose window is over."""
    over = [wait for seen, wait in people if seen >= WINDOW]
    return Proportion(sum(wait <= WINDOW for wait in over), len(over))


def so_far(people: list[tuple[float, float]]) -> Proportion:
    """The popular way: who paid by now, of everybody."""
    return Proportion(sum(wait <= min(seen, WINDOW) for seen, wait in people), len(people))


def curve(people: list[tuple[float, float]]) -> Curve:
    """Counted by the minute, as the database does."""
    found = Curve()
    for seen, wait in people:
        end = min(seen, WINDOW)
        paid = wait <= end
        counts, spans = (
            (found.paid, found.paid_spans) if paid else (found.waiting, found.waiting_spans)
        )
        span = min(wait, end)
        minute = ceil(span / 60) if paid else int(span // 60)
        counts[minute] += 1
        spans[minute] += int(span * MICROSECONDS)
    return found


def _matured(times: int) -> Seen:
    worlds = [list(customers(one, 4000, 3 * DAY)) for one in chances("MC7", times)]
    return Seen(
        fmean(mature(people).rate for people in worlds) - TRUE,
        fmean(so_far(people).rate for people in worlds) - TRUE,
    )


def _watched(times: int) -> Seen:
    ends, hasty = [], []
    for chance in chances("MC7", times):
        people = list(customers(chance, 4000, 3 * DAY))
        found = recovery(curve(people), WINDOW / 3600)
        assert found is not None
        ends.append(found.points[-1].share)
        known = [wait for seen, wait in people if seen >= WINDOW or wait <= seen]
        hasty.append(sum(wait <= WINDOW for wait in known) / len(known))
    return Seen(fmean(ends) - TRUE, fmean(hasty) - TRUE)


def _hurried(times: int) -> Seen:
    """Both groups end alike; the treated pay four times as fast."""
    cries, popular = [], []
    for chance in chances("MC8", times):
        quick = list(customers(chance, 2000, DAY, within=WINDOW))
        slow = list(customers(chance, 2000, 4 * DAY, within=WINDOW))
        cries.append(_called(mature(quick), mature(slow)))
        popular.append(_called(so_far(quick), so_far(slow)))
    return Seen(fmean(cries), fmean(popular))


def _called(treated: Proportion, control: Proportion) -> bool:
    halves = {"plain": 0.5, None: 0.5}
    found = analyze([Drawn(halves, {"plain": treated, None: control})], ENOUGH)["plain"]
    return found.verdict is Verdict.FINAL and outcome(found.lift) is not Verdict.INCONCLUSIVE


CHECKS = (
    Check(
        "MC7",
        "customers come in for a month, 19.8% pay within 14 days: bias of the mature rate",
        _matured,
        between(-0.003, 0.003),
        short=20,
        long=300,
        popular="paid so far ÷ enrolled",
    ),
    Check(
        "MC7",
        "the same: bias of the curve at 14 days",
        _watched,
        between(-0.003, 0.003),
        short=20,
        long=300,
        popular="mature, or paid already",
    ),
    Check(
        "MC8",
        "the treated pay sooner, not more: a verdict at one look",
        _hurried,
        most,
        short=25,
        long=400,
        popular="paid so far ÷ enrolled",
    ),
)
