"""Picture: how money falls from the list price to what the messages earned. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from recovery.measure.cash import Cash
from recovery.measure.page.axis import Axis
from recovery.measure.report import Row
from recovery.money import Money

PARTS = ("discount", "subsidy", "refunds", "leaked")
OPEN = 2  # currencies whose picture stands open; the others open on a click


@dataclass(frozen=True, slots=True)
class Drop:
    """One row: `amount` in minor units, drawn between two heights. A sum is drawn from zero."""

    key: str
    amount: int
    begin: int
    end: int

    @property
    def is_sum(self) -> bool:
        """Whether this is where one stands, rather than how far one fell."""
        return self.key in ("list", "net", "incremental")


@dataclass(frozen=True, slots=True)
class Fall:
    """One currency: list − … = net, net − organic = incremental."""

    cash: Cash
    axis: Axis
    drops: tuple[Drop, ...]

    @property
    def settled(self) -> bool:
        """Whether the interval of what was earned leaves zero out."""
        return self.cash.interval is not None and 0.0 not in self.cash.interval

    @property
    def shown(self) -> tuple[Drop, ...]:
        """Rows worth a line of the picture: the table has the others."""
        return tuple(drop for drop in self.drops if drop.amount or drop.is_sum)


def falls(row: Row, *, alone: bool) -> list[Fall]:
    """The currencies of one sequence, those of most customers first; `alone` compares nothing."""
    cash = sorted(row.cash, key=lambda one: (-one.purse.units, one.currency))
    found = [(one, tuple(_drops(one, alone=alone))) for one in cash]
    return [
        Fall(one, Axis.over((end for d in drops for end in (d.begin, d.end)), least=1.0), drops)
        for one, drops in found
    ]


def elsewhere(row: Row) -> list[Money]:
    """What messages cost in currencies in which nobody of this sequence bought."""
    mine = {one.currency for one in row.cash}
    return [
        one.messages for one in row.money if one.net.currency not in mine and one.messages.minor
    ]


def _drops(cash: Cash, *, alone: bool) -> Iterator[Drop]:
    height = cash.purse.list
    yield Drop("list", height, 0, height)
    for key in (*PARTS, "messages"):
        less = cash.messages if key == "messages" else getattr(cash.purse, key)
        yield Drop(key, -less, height, height - less)
        height -= less
    yield Drop("net", height, 0, height)
    if cash.organic is not None and not alone:
        yield Drop("organic", -cash.organic, height, height - cash.organic)
        yield Drop("incremental", height - cash.organic, 0, height - cash.organic)
