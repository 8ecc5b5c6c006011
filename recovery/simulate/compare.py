"""Campaigns compared on the very same shoppers: who is better, how sure that is, and how many
orders would settle it. Pure.

A shopper meets each campaign with the same luck (`chance`), so what differs between two plays they
caused: the difference is exact for these people. For others of their kind it has an interval, from
the paired differences of customers (Law, Simulation Modeling, 5th ed., 10.2 and 11.2). How many of
those leave an order unpaid is chance, too: who pays at once counts with no difference.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import combinations
from math import ceil, fsum, sqrt
from statistics import NormalDist, fmean
from typing import Any

from recovery.errors import UsageError
from recovery.i18n import say
from recovery.measure.stats import Interval
from recovery.measure.stats.tails import t_of
from recovery.simulate.gist import Gist, Outcome

ALPHA, POWER = 0.05, 0.8
ENOUGH = 10  # customers who fare differently, before anything is said to be settled
MOST = 1_000_000  # orders; who needs more of them will never know
PER = 1000  # orders placed, for which differences are told


class Answer(StrEnum):
    """What can be said of two campaigns."""

    CLEAR = "clear"
    UNCLEAR = "unclear"  # more orders would tell
    HOPELESS = "hopeless"  # no number of orders that anybody has would
    SAME = "same"  # nobody fares differently


@dataclass(frozen=True, slots=True)
class Contrast:
    """One number of each customer under A, less the same under B."""

    values: tuple[float, ...]  # of those who left something unpaid; all other orders: no difference
    orders: int  # placed, in all
    alpha: float

    @property
    def differ(self) -> int:
        """Customers for whom it is not the same."""
        return sum(abs(one) > 1e-9 for one in self.values)

    @property
    def difference(self) -> float:
        """For every 1,000 orders placed."""
        return sum(self.values) / self.orders * PER

    @property
    def interval(self) -> Interval | None:
        """Of that difference, for other shoppers of the kind; Student's t of customers."""
        n = len(self.values)
        if n < 2:
            return None
        half = t_of(self.alpha, n - 1) * self._deviation / sqrt(self.orders) * PER
        return Interval(self.difference - half, self.difference + half)

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves zero out, and enough customers stand behind it."""
        span = self.interval
        return self.differ >= ENOUGH and span is not None and not span.low <= 0.0 <= span.high

    @property
    def orders_to_settle(self) -> int | None:
        """So many orders would show a difference of this size with 80 % power; None: there is
        none to show, or not with any number that somebody has."""
        if len(self.values) < 2 or not self.difference:
            return None
        z = NormalDist().inv_cdf(1 - self.alpha / 2) + NormalDist().inv_cdf(POWER)
        needed = (z * self._deviation / (self.difference / PER)) ** 2
        # Below that many customers who differ, no interval is believed.
        few = ENOUGH * self.orders / self.differ if self.differ else 0.0
        needed = max(needed, few)
        return ceil(needed) if needed <= MOST else None

    @property
    def answer(self) -> Answer:
        """What can be said."""
        if not self.differ:
            return Answer.SAME
        if self.is_clear:
            return Answer.CLEAR
        return Answer.UNCLEAR if self.orders_to_settle else Answer.HOPELESS

    def payload(self) -> dict[str, Any]:
        """As JSON."""
        span = self.interval
        return {
            "per_1000_orders": _rounded(self.difference),
            "ci95": None if span is None else [_rounded(span.low), _rounded(span.high)],
        }

    @property
    def _deviation(self) -> float:
        """Standard deviation of an order's difference, with a 0 for each that was paid at once."""
        squares = fsum(one * one for one in self.values) - fsum(self.values) ** 2 / self.orders
        return sqrt(max(0.0, squares) / (self.orders - 1))


@dataclass(frozen=True, slots=True)
class Entrant:
    """One campaign, or several played together, in the same places as all others."""

    name: str
    gists: tuple[Gist, ...]  # one for each seed

    def mean(self, *road: str) -> float:
        """A number of the payload, on the average over seeds."""
        return fmean(float(_at(gist.payload, road)) for gist in self.gists)

    @property
    def curve(self) -> list[dict[str, int]]:
        """The curves of all seeds, added up."""
        found: list[dict[str, int]] = []
        for days in zip(*(gist.payload["curve"] for gist in self.gists), strict=True):
            names = ("orders", "recovered", "caused", "lost")
            found.append(
                {"day": days[0]["day"]} | {name: sum(day[name] for day in days) for name in names}
            )
        return found


@dataclass(frozen=True)
class Pair:
    """Two entrants, A the one with more points."""

    a: Entrant
    b: Entrant
    points: Contrast
    net: Contrast
    recovered: Contrast

    @property
    def better(self) -> str | None:
        """The name of the better one; None where that is not clear."""
        return self.a.name if self.points.is_clear else None

    def payload(self) -> dict[str, Any]:
        """As JSON."""
        points = self.points
        unsettled = points.answer in (Answer.UNCLEAR, Answer.HOPELESS)
        return {
            "a": self.a.name,
            "b": self.b.name,
            "answer": points.answer.value,
            "better": self.better,
            "points": points.payload(),
            "net": self.net.payload(),
            "recovered": self.recovered.payload(),
            "customers": len(points.values),
            "differ": points.differ,
            "orders_to_settle": points.orders_to_settle if unsettled else None,
        }


@dataclass(frozen=True)
class Comparison:
    """All entrants. Raises UsageError where they were not played in the same places."""

    entrants: tuple[Entrant, ...]

    def __post_init__(self) -> None:
        first = self.entrants[0]
        for one in self.entrants[1:]:
            if [g.place for g in one.gists] != [g.place for g in first.gists]:
                raise UsageError(
                    say(
                        "{a} and {b} were not played with the same scenario, orders, days and "
                        "seeds: they met other shoppers, so they can't be compared",
                        a=first.name,
                        b=one.name,
                    )
                )

    @property
    def hidden(self) -> bool:
        """Whether differences would tell what is for the teacher alone."""
        return any("curve" not in gist.payload for one in self.entrants for gist in one.gists)

    @cached_property
    def ranked(self) -> list[Entrant]:
        """Most points first; by name where no points are told."""
        if self.hidden:
            return sorted(self.entrants, key=lambda one: one.name)
        return sorted(self.entrants, key=lambda one: (-one.mean("score", "points"), one.name))

    @cached_property
    def pairs(self) -> list[Pair]:
        """Each against each; of a hidden scenario none."""
        if self.hidden:
            return []
        both = list(combinations(self.ranked, 2))
        return [_pair(a, b, ALPHA / len(both)) for a, b in both]

    @property
    def scores(self) -> tuple[str, ...]:
        """What of the score may be told."""
        of_people = ("annoyance", "breaches")
        return of_people if self.hidden else ("points", "net", *of_people)

    @property
    def best(self) -> Entrant | None:
        """Who is clearly better than each other; None where nobody is."""
        first = self.ranked[0]
        against = [pair for pair in self.pairs if pair.a is first]
        return first if against and all(pair.better for pair in against) else None

    def payload(self) -> dict[str, Any]:
        """The JSON of `recovery compare --json`."""
        first = self.entrants[0]
        told = {name: first.gists[0].payload[name] for name in ("scenario", "orders", "days")}
        known = {} if self.hidden else {"curves": list(self._curves())}
        return {
            **told,
            "seeds": [gist.place.seed for gist in first.gists],
            "hidden": self.hidden,
            "campaigns": [self._entrant(one) for one in self.ranked],
            "best": self.best.name if self.best else None,
            "pairs": [pair.payload() for pair in self.pairs],
            **known,
        }

    def _entrant(self, one: Entrant) -> dict[str, Any]:
        counts = ("enrolled", "opt_outs", "complaints", "after_payment")
        return {
            "name": one.name,
            "campaigns": one.gists[0].payload["campaigns"],
            "score": {key: _rounded(one.mean("score", key)) for key in self.scores},
            **{name: _rounded(one.mean(name)) for name in counts},
            "messages": {
                kind: _rounded(one.mean("messages", kind)) for kind in ("email", "sms", "task")
            },
        } | ({} if self.hidden else {"paid": one.curve[-1]["recovered"]})

    def _curves(self) -> Iterator[dict[str, Any]]:
        for one in self.ranked:
            yield {"name": one.name, "days": one.curve}


def _pair(a: Entrant, b: Entrant, alpha: float) -> Pair:
    points: list[float] = []
    net: list[float] = []
    recovered: list[float] = []
    for here, there in zip(a.gists, b.gists, strict=True):
        for mine, theirs in _by_customer(here.outcomes, there.outcomes):
            net.append(mine[0] - theirs[0])
            points.append(mine[0] - mine[1] - theirs[0] + theirs[1])
            recovered.append(mine[2] - theirs[2])
    orders = sum(gist.place.orders for gist in a.gists)
    three = [Contrast(tuple(values), orders, alpha) for values in (points, net, recovered)]
    return Pair(a, b, *three)


Sums = list[float]  # net, annoyance, orders paid


def _by_customer(
    mine: Mapping[str, Outcome], theirs: Mapping[str, Outcome]
) -> Iterator[tuple[Sums, Sums]]:
    """What each customer came to on both sides. An order that only one side left unpaid was paid
    at once on the other: a coupon has taught somebody to wait."""
    sums: defaultdict[str, tuple[Sums, Sums]] = defaultdict(lambda: ([0.0] * 3, [0.0] * 3))
    for order in {**mine, **theirs}:
        person = (mine.get(order) or theirs[order]).person
        for side, found in zip(sums[person], (mine.get(order), theirs.get(order)), strict=True):
            side[0] += found.net if found else 0.0
            side[1] += found.annoyance if found else 0.0
            side[2] += found.paid if found else 1.0
    return iter(sums.values())


def _at(payload: Mapping[str, Any], road: Sequence[str]) -> Any:
    value: Any = payload
    for key in road:
        value = value[key]
    return value


def _rounded(value: float) -> float:
    return round(value, 2) + 0.0
