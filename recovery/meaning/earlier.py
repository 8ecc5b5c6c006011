"""The segments before one: which of them takes its orders, and whose amounts cross its own."""

from collections.abc import Iterator
from dataclasses import dataclass

from recovery.campaign.schema import Audience
from recovery.money import Money

EVERYWHERE = "*"
_Kind = tuple[frozenset[str] | None, frozenset[str] | None]  # customers and failures; None: all


@dataclass(frozen=True, slots=True)
class Range:
    """Minor units of one currency, `low` included, `high` not; no bound is all there is."""

    number: int  # of the segment
    currency: str | None
    low: int
    high: float

    def holds(self, other: "Range") -> bool:
        """Whether every amount of `other` lies in this range, whatever its currency."""
        if self.low == 0 and self.high == float("inf"):
            return True
        same = self.currency == other.currency
        return same and self.low <= other.low and other.high <= self.high

    def crosses(self, other: "Range") -> bool:
        """Whether they share amounts while neither holds the other."""
        meets = self.low < other.high and other.low < self.high
        same = self.currency == other.currency and self.currency is not None
        return same and meets and not self.holds(other) and not other.holds(self)


class Earlier:
    """The segments before one, found by country and kind: a thousand of them stay quick."""

    def __init__(self) -> None:
        self._ranges: dict[str, dict[_Kind, list[Range]]] = {}

    def add(self, audience: Audience, number: int) -> None:
        """Put a segment behind those that are known."""
        kind, amounts = _kind(audience), range_of(audience, number)
        for country in audience.market or [EVERYWHERE]:
            self._ranges.setdefault(country, {}).setdefault(kind, []).append(amounts)

    def takes(self, audience: Audience, country: str, number: int) -> int | None:
        """The earlier segment that takes all of `audience` in `country`, if one does."""
        wanted, amounts = _kind(audience), range_of(audience, number)
        for place in (country, EVERYWHERE):
            for kind, ranges in self._ranges.get(place, {}).items():
                fits = all(_within(part, whole) for part, whole in zip(wanted, kind, strict=True))
                found = next((one for one in ranges if one.holds(amounts)), None) if fits else None
                if found is not None:
                    return found.number
        return None

    def crossing(self, audience: Audience, country: str, number: int) -> int | None:
        """An earlier segment of the very same kind whose amounts cross those of `audience`."""
        amounts = range_of(audience, number)
        ranges = self._ranges.get(country, {}).get(_kind(audience), [])
        return next((one.number for one in ranges if one.crosses(amounts)), None)


def _kind(audience: Audience) -> _Kind:
    customers = None if audience.customer is None else frozenset(map(str, audience.customer))
    failures = None if audience.failure is None else frozenset(audience.failure)
    return customers, failures


def _within(part: frozenset[str] | None, whole: frozenset[str] | None) -> bool:
    return whole is None or (part is not None and part <= whole)


def range_of(audience: Audience, number: int = 0) -> Range:
    """The amounts of `audience`, of the segment `number`."""
    low, high = (audience.amount.from_, audience.amount.below) if audience.amount else (None, None)
    currency = next(_currencies(low, high), None)
    top = float("inf") if high is None else high.minor
    return Range(number, currency, low.minor if low else 0, top)


def _currencies(*bounds: Money | None) -> Iterator[str]:
    return (bound.currency for bound in bounds if bound is not None)
