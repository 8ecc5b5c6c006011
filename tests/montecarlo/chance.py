"""Chance that can be repeated, and how far honest chance may stray. Owes nothing to the engine."""

from collections.abc import Iterator, Mapping
from math import exp, lgamma, log, log1p
from random import Random
from typing import TypeVar

from recovery.measure.stats import Proportion

Arm = TypeVar("Arm")

SURE = 0.999  # an honest method passes a check so often; with fixed seeds, once and for all


class Chance(Random):
    """A stream of chance: the same for the same seed."""

    def binomial(self, n: int, p: float) -> int:
        """How many of `n` happen, each with probability 0 < p < 1: by inversion from the mode."""
        odds, high = p / (1 - p), int((n + 1) * p)
        low, up = high, _probability(high, n, p)
        down, left = up, self.random() - up
        while left > 0 and (high < n or low > 0):
            if high < n:
                up, high = up * (n - high) / (high + 1) * odds, high + 1
                left -= up
                if left <= 0:
                    return high
            if low > 0:
                down, low = down * low / (n - low + 1) / odds, low - 1
                left -= down
                if left <= 0:
                    return low
        return int((n + 1) * p)

    def split(self, n: int, shares: Mapping[Arm, float]) -> dict[Arm, int]:
        """`n` customers, each drawn into an arm by `shares`, which sum to 1."""
        found, left, rest = {}, n, 1.0
        *others, last = shares
        for arm in others:
            found[arm] = self.binomial(left, shares[arm] / rest) if left else 0
            left, rest = left - found[arm], rest - shares[arm]
        return found | {last: left}

    def arrivals(
        self, shares: Mapping[Arm, float], rates: Mapping[Arm, float], every: int, until: int
    ) -> Iterator[dict[Arm, Proportion]]:
        """After each `every` customers: of each arm, how many of how many converted."""
        seen = dict.fromkeys(shares, Proportion(0, 0))
        for _ in range(until // every):
            for arm, came in self.split(every, shares).items():
                paid = self.binomial(came, rates[arm]) if came else 0
                seen[arm] = Proportion(seen[arm].count + paid, seen[arm].total + came)
            yield dict(seen)


def quantile(times: int, chance: float, sure: float) -> int:
    """The fewest that a binomial count stays within, so surely."""
    below, count = 0.0, -1
    while below < sure:
        count += 1
        below += _probability(count, times, chance)
    return count


def most(times: int, chance: float = 0.05) -> tuple[float, float]:
    """The share of `times` that a false alarm of probability `chance` may reach."""
    return 0.0, quantile(times, chance, SURE) / times


def about(times: int, chance: float = 0.95) -> tuple[float, float]:
    """The shares of `times` that an interval covering with probability `chance` may have."""
    ends = (quantile(times, chance, end) for end in ((1 - SURE) / 2, (1 + SURE) / 2))
    low, high = ends
    return low / times, high / times


def _probability(count: int, n: int, p: float) -> float:
    ways = lgamma(n + 1) - lgamma(count + 1) - lgamma(n - count + 1)
    return exp(ways + count * log(p) + (n - count) * log1p(-p))
