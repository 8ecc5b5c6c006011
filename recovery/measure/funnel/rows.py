"""The funnel as rows: orders and shares by stage, money still lost, the worst leak first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Connection

from recovery.markets.rates import Rates
from recovery.measure import stats
from recovery.measure.funnel.stages import By, Group, Key, Window, count
from recovery.measure.funnel.tally import STOPS, Stage, Tally
from recovery.money import Money

FEW = 30  # orders: below, a row or a rate says nothing

# The share of a stage: how many of those who reached the one before reached it, too.
_OF_BEFORE = {
    Stage.ATTEMPTED: ("attempted", "placed"),
    Stage.FAILED: ("failed", "attempted"),
    Stage.CONTACTED: ("failed_contacted", "failed"),
    Stage.CLICKED: ("clicked", "contacted"),
    Stage.PAID: ("clicked_paid", "clicked"),
    Stage.REFUNDED: ("refunded", "paid"),
}
# What a feed that never tells of orders that went well can't say.
NEEDS_PAID_ORDERS = frozenset({Stage.ATTEMPTED, Stage.FAILED, Stage.PAID})


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of` orders, with its Wilson interval; no rate of nobody."""

    count: int
    of: int

    @property
    def enough(self) -> bool:
        """Whether there are enough to say anything."""
        return self.of >= FEW

    @property
    def rate(self) -> stats.Rate | None:
        """The share and its 95 % interval."""
        return stats.wilson(self.count, self.of) if self.of else None


@dataclass(frozen=True, slots=True)
class Feed:
    """One source in the window, and whether it tells of orders that went well, too."""

    source: str
    orders: int
    unfailing: int

    @property
    def whole(self) -> bool:
        """Whether any order was paid without ever failing."""
        return self.unfailing > 0


@dataclass(slots=True)
class Row:
    """The orders that share a key; money by currency, never added."""

    key: Key
    measured: bool = True  # False: some come from a feed without paid orders
    all: Tally = field(default_factory=Tally)  # its money is of no currency: not to be told
    by_currency: dict[str, Tally] = field(default_factory=dict)

    def add(self, group: Group, *, measured: bool) -> None:
        """Take a group in."""
        self.measured &= measured
        self.all.add(group.tally)
        self.by_currency.setdefault(group.currency, Tally()).add(group.tally)

    def of(self, currency: str) -> "Row":
        """Its orders in one currency alone."""
        tally = self.by_currency[currency]
        return Row(self.key, self.measured, tally, {currency: tally})

    @property
    def small(self) -> bool:
        """Whether there are too few orders to say anything."""
        return self.all.placed < FEW

    def orders(self, stage: Stage) -> int:
        """How many reached `stage`."""
        return int(getattr(self.all, stage))

    def share(self, stage: Stage) -> Share | None:
        """Of those who reached the stage before; None where there is none, or nobody measures."""
        if stage not in _OF_BEFORE or (stage in NEEDS_PAID_ORDERS and not self.measured):
            return None
        count, of = _OF_BEFORE[stage]
        return Share(getattr(self.all, count), getattr(self.all, of))

    @property
    def came_back(self) -> Share:
        """Of the orders that failed, those that were paid after all."""
        return Share(self.all.failed_paid, self.all.failed)

    def lost(self, currency: str) -> Money:
        """What is still not paid, in one currency."""
        return Money(self.by_currency.get(currency, Tally()).lost_minor, currency)

    def leaks(self, currency: str) -> Mapping[Stage, Money]:
        """The same by the stage where the orders stopped."""
        tally = self.by_currency.get(currency, Tally())
        return {stage: Money(tally.lost_at(stage), currency) for stage in STOPS}


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What the order of the rows is made by: one currency alone, or all at reference rates."""

    currency: str
    rates: Rates | None = None  # None: money in other currencies does not count

    def of(self, row: Row, stage: Stage | None = None) -> int:
        """How much of a row's lost money there is, for sorting only; `stage`: that leak alone."""
        total = 0
        for currency in row.by_currency:
            lost = row.lost(currency) if stage is None else row.leaks(currency)[stage]
            total += self._worth(lost)
        return total

    def _worth(self, lost: Money) -> int:
        if lost.currency == self.currency:
            return lost.minor
        worth = self.rates.convert(lost, self.currency) if self.rates else None
        return worth.minor if worth else 0

    def unknown(self, rows: Iterable[Row]) -> list[str]:
        """Currencies that have no rate: their money counts nothing here."""
        if self.rates is None:
            return []
        used = {currency for row in rows for currency in row.by_currency}
        return sorted(one for one in used if self.rates.rate(one, self.currency) is None)


@dataclass(frozen=True, slots=True)
class Funnel:
    """What became of the orders of a window; rows with the most lost money first."""

    at: datetime
    window: Window
    by: tuple[By, ...]
    yardstick: Yardstick
    feeds: tuple[Feed, ...]
    total: Row
    rows: tuple[Row, ...]

    def worst_leak(self, row: Row) -> Stage | None:
        """Where most of its lost money stopped; None when nothing is lost."""
        worth = {stage: self.yardstick.of(row, stage) for stage in STOPS}
        worst = max(STOPS, key=worth.__getitem__)
        return worst if worth[worst] else None


def funnel(
    connection: Connection,
    window: Window,
    by: Sequence[By],
    yardstick: Yardstick,
    now: datetime,
) -> Funnel:
    """Count the orders of `window`, as of `now`."""
    groups = count(connection, window, by, now)
    feeds = _feeds(groups)
    whole = {feed.source for feed in feeds if feed.whole}
    rows: dict[Key, Row] = {}
    total = Row(())
    for group in groups:
        row = rows.setdefault(group.key, Row(group.key))
        for one in (row, total):
            one.add(group, measured=group.source in whole)
    ordered = sorted(rows.values(), key=lambda row: _place(row, yardstick))
    return Funnel(now, window, tuple(by), yardstick, feeds, total, tuple(ordered))


def _place(row: Row, yardstick: Yardstick) -> tuple[int, int, tuple[str, ...]]:
    return -yardstick.of(row), -row.all.placed, tuple(part or "" for part in row.key)


def _feeds(groups: Iterable[Group]) -> tuple[Feed, ...]:
    found: dict[str, Tally] = {}
    for group in groups:
        found.setdefault(group.source, Tally()).add(group.tally)
    feeds = (Feed(source, tally.placed, tally.unfailing) for source, tally in found.items())
    return tuple(sorted(feeds, key=attrgetter("source")))
