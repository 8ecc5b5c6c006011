"""The draw itself: even for every style of customer key, and one campaign's draw tells nothing of
another's."""

from collections import Counter
from functools import partial
from itertools import combinations
from math import erfc, sqrt
from statistics import fmean

from recovery.planner.arms import drawer
from tests.montecarlo.check import Check, Seen, between
from tests.test_draws import STYLES

KEYS, EVEN = 20_000, 200_000
CAMPAIGNS = 40  # 780 pairs


def held_out(campaign: str, keys: list[str]) -> list[bool]:
    """Whom a campaign that holds out half leaves in peace."""
    draw = drawer(campaign, 5000, [{"plain": 10_000}])
    return [one.holdout for one in draw(keys, [0] * len(keys))]


def _dependent(times: int) -> Seen:
    """Of all pairs of campaigns, how many seem to depend on each other: a twentieth, by chance."""
    shares = []
    for style in list(STYLES.values())[:times]:
        keys = [style(n) for n in range(KEYS)]
        halves = [
            sum(1 << n for n, held in enumerate(held_out(f"campaign-{c}", keys)) if held)
            for c in range(CAMPAIGNS)
        ]
        shares += [_p(one, other, KEYS) < 0.05 for one, other in combinations(halves, 2)]
    return Seen(fmean(shares))


def _p(one: int, other: int, of: int) -> float:
    """χ² of two draws, each as the set of who is held out."""
    both, first, second = (one & other).bit_count(), one.bit_count(), other.bit_count()
    chi2 = of * (of * both - first * second) ** 2
    return erfc(sqrt(chi2 / (first * (of - first) * second * (of - second)) / 2))


def _uneven(style: str, times: int) -> Seen:
    """χ² of a hundred sequences of 1% each; 160 is exceeded once in ten thousand."""
    names = {f"s{n}": 100 for n in range(100)}
    keys = [STYLES[style](n) for n in range(EVEN)]
    drawn = Counter(one.sequence for one in drawer("even", 0, [names])(keys, [0] * EVEN))
    due = EVEN / len(names)
    return Seen(sum((drawn[name] - due) ** 2 / due for name in names))


CHECKS = (
    *(
        Check(
            "MC1",
            f"200,000 customer keys ({style}) over a hundred sequences: χ² of their sizes",
            partial(_uneven, style),
            between(0, 160.06),
            short=0,
            long=1,
        )
        for style in STYLES
    ),
    Check(
        "MC1",
        "780 pairs of campaigns, 4 styles of key: pairs that seem to depend (p < 0.05)",
        _dependent,
        between(0.03, 0.08),
        short=0,
        long=4,
    ),
)
