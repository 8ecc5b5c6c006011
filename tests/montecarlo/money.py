"""Money: a few large orders rule it, so it is asked late and no customer counts without limit."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from math import exp

from recovery.campaign.experiments import Decision, Rule
from recovery.measure.analysis import Drawn, analyze
from recovery.measure.judging import Verdict
from recovery.measure.stats import Interval, Proportion, enough_payers
from recovery.measure.stats.moments import mean
from recovery.measure.survey import FIRST, cap_of
from recovery.measure.waterfall import of_money
from tests.montecarlo.chance import Chance, about, most
from tests.montecarlo.check import Check, Seen, between, share

USUAL = 10_000  # minor units: the median order


@dataclass
class Till:
    """What the customers of one arm left."""

    customers: int = 0
    payments: list[int] = field(default_factory=list)

    def sums(self, cap: int) -> tuple[float, float]:
        """Sum and sum of squares, as the database makes them."""
        told = [min(one, cap) for one in self.payments]
        return float(sum(told)), float(sum(one * one for one in told))


@dataclass(frozen=True)
class Shop:
    """`part` is treated; `pays` of the hold-out and `ratio` times as many of the treated, who
    keep `off` of the price."""

    part: float
    pays: float
    sigma: float
    ratio: float = 1.0
    off: float = 0.0

    @property
    def truth(self) -> float:
        """What a treated customer leaves more than one held out, in minor units."""
        return USUAL * exp(self.sigma**2 / 2) * self.pays * (self.ratio * (1 - self.off) - 1)

    def days(
        self, chance: Chance, every: int, until: int
    ) -> Iterator[tuple[Till, Till, list[int]]]:
        """Both tills after each `every` customers, and what the first payers left."""
        treated, control, first = Till(), Till(), list[int]()
        for _ in range(until // every):
            came = chance.split(every, {True: self.part, False: 1 - self.part})
            for till, count, pays, kept in (
                (treated, came[True], self.pays * self.ratio, 1 - self.off),
                (control, came[False], self.pays, 1.0),
            ):
                till.customers += count
                for _ in range(chance.binomial(count, pays)):
                    left = round(USUAL * kept * chance.lognormvariate(0, self.sigma))
                    till.payments.append(left)
                    if len(first) < FIRST:
                        first.append(left)
            yield treated, control, first


def interval(treated: Till, control: Till, first: list[int], decision: Decision) -> Interval | None:
    """Of the money that one treated customer left more; None where too few have paid."""
    if not enough_payers(len(treated.payments), len(control.payments)):
        return None
    cap = cap_of(first)
    pair = tuple(mean(one.customers, *one.sums(cap)) for one in (treated, control))
    found = of_money([(pair[0], pair[1])], decision)
    return found and found.times(1 / treated.customers)


def _cries(shop: Shop, times: int) -> Seen:
    def cries(chance: Chance) -> bool:
        seen = (interval(*day, Decision()) for day in shop.days(chance, 200, 15_000))
        return any(one is not None and 0.0 not in one for one in seen)

    return Seen(share("MC10", times, cries))


def _covers(shop: Shop, times: int) -> Seen:
    """One look at 10,000."""

    def covers(chance: Chance) -> bool:
        *_, day = shop.days(chance, 200, 10_000)
        one = interval(*day, Decision(rule=Rule.FIXED))
        return one is not None and shop.truth in one

    return Seen(share("MC10b", times, covers))


SURE_THINGS = Shop(0.5, 0.5, 0.5, off=0.1)


def _given_away(times: int) -> Seen:
    """Customers who would have paid anyway get a tenth off: money lost, and no more payments."""

    def seen_through(chance: Chance) -> bool:
        *_, (treated, control, first) = SURE_THINGS.days(chance, 200, 15_000)
        left = interval(treated, control, first, Decision())
        seen = {
            "plain": Proportion(len(treated.payments), treated.customers),
            None: Proportion(len(control.payments), control.customers),
        }
        found = analyze([Drawn({"plain": 0.5, None: 0.5}, seen)])["plain"]
        lost = left is not None and left.high < 0 and SURE_THINGS.truth in left
        return lost and found.verdict is Verdict.INCONCLUSIVE

    return Seen(share("MC16", times, seen_through))


CHECKS = (
    *(
        Check(
            "MC10",
            f"nothing is there, orders spread by σ = {sigma}: money is called at some of 75 looks "
            f"up to 15,000, {part:.0%} treated",
            partial(_cries, Shop(part, 0.12, sigma)),
            most,
            short=20 if part == 0.9 else 0,
            long=1000,
        )
        for sigma in (1.0, 1.5)
        for part in (0.9, 0.5)
    ),
    Check(
        "MC10b",
        "1.3 times as many pay: the interval of the money at 10,000 holds the truth, 90% treated",
        partial(_covers, Shop(0.9, 0.12, 1.0, 1.3)),
        between(0.92, 1),
        short=100,
        long=2000,
    ),
    Check(
        "MC16",
        "a tenth off for who pays anyway: a loss is called, no lift, and the truth is held",
        _given_away,
        lambda times: (about(times)[0], 1.0),
        short=40,
        long=400,
    ),
)
