"""Looking all the time: how often a test cries wolf, misses the truth, or finds what is there."""

from collections.abc import Iterable, Mapping
from functools import partial

from recovery.measure.analysis import Drawn, Finding, analyze
from recovery.measure.judging import Verdict
from recovery.measure.stats import BURN_IN, Proportion, pooled_z
from tests.montecarlo.chance import Chance, most
from tests.montecarlo.check import Check, Seen, between, share

SETTLED = (Verdict.LIFT, Verdict.HARM)
Arms = Mapping[str | None, Proportion]


def watched(
    chance: Chance, rates: Mapping[str | None, float], part: float, every: int, until: int
) -> Iterable[tuple[Arms, Finding]]:
    """One sequence and its hold-out, as a report shows them after each `every` customers."""
    shares = {"plain": part, None: 1 - part}
    for seen in chance.arrivals(shares, rates, every, until):
        yield seen, analyze([Drawn(shares, seen)])["plain"]


def rates(base: float, ratio: float = 1.0) -> dict[str | None, float]:
    """`ratio` times as many of the treated convert."""
    return {"plain": base * ratio, None: base}


def _naive(part: float, times: int) -> Seen:
    """A test that is made for one look, at each of fifty."""

    def cries(chance: Chance) -> bool:
        shares = {"plain": part, None: 1 - part}
        looks = chance.arrivals(shares, rates(0.12), 100, 5000)
        return any(_significant(one["plain"], one[None]) for one in looks)

    return Seen(share("MC0", times, cries))


def _significant(treated: Proportion, control: Proportion) -> bool:
    if not treated.total or not control.total:
        return False
    p = pooled_z(treated.count, treated.total, control.count, control.total).p
    return p is not None and p < 0.05


def _cries(base: float, part: float, until: int, times: int) -> Seen:
    """Some look says lift or harm, and nothing is there."""

    def cries(chance: Chance) -> bool:
        seen = watched(chance, rates(base), part, 50, until)
        return any(found.verdict in SETTLED for _, found in seen)

    return Seen(share("MC3", times, cries))


def _burns_in(times: int) -> Seen:
    """A lift is called while one of the four counts is below ten. (A harm stop is an exact test,
    which may.)"""

    def hasty(chance: Chance) -> bool:
        return any(
            found.verdict in (Verdict.LIFT, Verdict.INCONCLUSIVE)
            for seen, found in watched(chance, rates(0.12, 3.0), 0.9, 20, 1000)
            if min(min(one.count, one.total - one.count) for one in seen.values()) < BURN_IN
        )

    return Seen(share("MC3b", times, hasty))


def _covers(ratio: float, part: float, times: int) -> Seen:
    """The interval holds the truth at each of a hundred looks."""
    truth = 0.12 * (ratio - 1)

    def covers(chance: Chance) -> bool:
        return all(
            found.lift.interval is None or truth in found.lift.interval
            for _, found in watched(chance, rates(0.12, ratio), part, 50, 5000)
        )

    return Seen(share("MC5", times, covers))


def _finds(ratio: float, part: float, times: int) -> Seen:
    """Some look says lift, and it is there."""

    def finds(chance: Chance) -> bool:
        seen = watched(chance, rates(0.12, ratio), part, 100, 8000)
        return any(found.verdict is Verdict.LIFT for _, found in seen)

    return Seen(share("MC6", times, finds))


def _several(times: int) -> Seen:
    """Three sequences, a quarter of the customers each: one of them is called at some look."""
    shares = {"a": 0.25, "b": 0.25, "c": 0.25, None: 0.25}
    same, alone = dict.fromkeys(shares, 0.12), []

    def cries(chance: Chance) -> bool:
        *_, last = looks = list(chance.arrivals(shares, same, 200, 6000))
        alone.append(any(_significant(last[name], last[None]) for name in "abc"))
        found = (one for seen in looks for one in analyze([Drawn(shares, seen)]).values())
        return any(one.verdict in SETTLED for one in found)

    return Seen(share("MC12", times, cries), sum(alone) / times)


def _drawn(part: float) -> str:
    return f"{part:.0%} treated"


CHECKS = (
    *(
        Check(
            "MC0",
            f"the harness: nothing is there, a test for one look at 50 looks, {_drawn(part)}",
            partial(_naive, part),
            between(0.15, 1),
            short=100,
            long=2000,
        )
        for part in (0.9, 0.5)
    ),
    *(
        Check(
            "MC3",
            f"nothing is there: a verdict at some look, every 50 of {until} customers, "
            f"{_drawn(part)}, {base:.0%} pay",
            partial(_cries, base, part, until),
            most,
            short=100 if until == 5000 else 0,
            long=2000,
        )
        for until, base, part in (
            (5000, 0.12, 0.9),
            (5000, 0.03, 0.9),
            (5000, 0.12, 0.5),
            (5000, 0.03, 0.5),
            (20_000, 0.12, 0.9),
        )
    ),
    Check(
        "MC3b",
        "a lift of 3 times: a word before ten of each kind are in each group",
        _burns_in,
        between(0, 0),
        short=50,
        long=1000,
    ),
    *(
        Check(
            "MC5",
            f"{ratio} times as many pay: the interval holds the truth at all of 100 looks, "
            f"{_drawn(part)}",
            partial(_covers, ratio, part),
            between(0.934, 1),
            short=100 if ratio == 1.3 else 0,
            long=2000,
        )
        for ratio in (1.15, 1.3, 1.5)
        for part in (0.9, 0.5)
    ),
    *(
        Check(
            "MC6",
            f"{ratio} times as many pay: found at one of 80 looks up to 8000, {_drawn(part)}",
            partial(_finds, ratio, part),
            between(low, high),
            short=200,
            long=400,
        )
        for ratio, part, low, high in (
            (1.5, 0.8, 0.98, 1),
            (1.3, 0.5, 0.93, 1),
            (1.3, 0.9, 0.50, 0.68),
        )
    ),
    Check(
        "MC12",
        "three sequences, nothing is there: a verdict on one of them at one of 30 looks",
        _several,
        most,
        short=100,
        long=3000,
        popular="each by itself, at the last look only",
    ),
)
