"""Bands of amounts, round in the merchant's own currency. Pure: the day's rates come in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log10

from recovery.markets.rates import Rates
from recovery.money import Money, digits

STEPS = (20, 50, 100, 200, 500)  # euros; elsewhere times the power of ten that comes nearest


@dataclass(frozen=True, slots=True)
class Bands:
    """`bounds` in major units of `currency`; `minor` the same in every currency with a rate."""

    currency: str
    bounds: tuple[int, ...]
    minor: Mapping[str, tuple[int, ...]]
    source: str  # whose rates they are, and of which day

    def name(self, number: int) -> str:
        """`0-20 EUR`, `20-50 EUR` … `500+ EUR`: from is included, below is not."""
        low = self.bounds[number - 1] if number else 0
        if number == len(self.bounds):
            return f"{low}+ {self.currency}"
        return f"{low}-{self.bounds[number]} {self.currency}"


def bands(rates: Rates, base: str, currencies: Iterable[str]) -> Bands:
    """The bands of `base`, for orders in any of `currencies`."""
    bounds = tuple(step * _power(rates, base) for step in STEPS)
    prices = [Money(bound * 10 ** digits(base), base) for bound in bounds]
    found = {}
    for currency in currencies:
        limits = [rates.threshold(price, currency) for price in prices]
        known = tuple(one.minor for one in limits if one is not None)
        if len(known) == len(bounds):
            found[currency] = known
    return Bands(base, bounds, found, rates.source)


def _power(rates: Rates, base: str) -> int:
    """100 for yen: a euro is worth some hundreds of them; at least 1."""
    rate = rates.rate("EUR", base)
    return 10 ** max(0, round(log10(rate))) if rate else 1
