"""`recovery report --cash`: the books for programs, spreadsheets and people. No rates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from recovery.measure.books import AMOUNTS, Books, Line
from recovery.measure.formats.paper import Block, Paper, page
from recovery.measure.formats.sheet import Cell, Kind, Sheet, stamp
from recovery.measure.wording import Wording

NOTE = "by the day on which money moved, for bookkeeping: no rates"
NAMES: Mapping[str, Kind] = {
    "period": Kind.TEXT,
    "campaign": Kind.TEXT,
    "sequence": Kind.TEXT,
    "holdout": Kind.FLAG,
    "global_holdout": Kind.FLAG,
    "owner": Kind.TEXT,
    "currency": Kind.TEXT,
}


@dataclass(frozen=True, slots=True)
class Cashbook:
    """Books as a document."""

    books: Books

    def payload(self) -> Mapping[str, Any]:
        """The JSON: money in major units as text."""
        books = self.books
        periods = sorted({line.place.period for line in books.lines})
        return {
            "at": stamp(books.at),
            "note": NOTE,
            "by": books.calendar.grain.value,
            "timezone": books.calendar.zone.key,
            "periods": [
                {"name": one.name, "from": stamp(one.since), "until": stamp(one.until)}
                for one in periods
            ],
            "cash": [self._told(line) for line in books.lines],
        }

    def _told(self, line: Line) -> dict[str, Any]:
        amounts = {name: str(line.money(name)) for name in AMOUNTS}
        return _names(line) | {"orders_paid": line.booked.orders_paid} | amounts

    def sheet(self) -> Sheet:
        """The same rows, money as decimals."""
        kinds = {**NAMES, "orders_paid": Kind.COUNT, **dict.fromkeys(AMOUNTS, Kind.MONEY)}
        return Sheet(kinds, [self._row(line) for line in self.books.lines])

    def _row(self, line: Line) -> Mapping[str, Cell]:
        amounts: dict[str, Cell] = {name: line.money(name).major for name in AMOUNTS}
        return _names(line) | {"orders_paid": line.booked.orders_paid} | amounts

    def paper(self, say: Wording) -> Paper:
        """A table for each period."""
        title = f"{say('cash_title')} · {say('as_of', at=say.moment(self.books.at))}"
        if not self.books.lines:
            return Paper(title, [Block(say("cash_nothing"))])
        zone = self.books.calendar.zone.key
        notes = [say("cash_note"), say("cash_zone", zone=zone)]
        return Paper(title, list(self._blocks(say)), notes)

    def page(self, lang: str) -> str:
        """The same tables as a plain page."""
        return page(self.paper(Wording.of(lang)), lang)

    def _blocks(self, say: Wording) -> Iterator[Block]:
        keys = ("campaigns", "sequence", "cash_orders", *(f"cash_{name}" for name in AMOUNTS))
        heads = [say(key) for key in keys]
        for period, group in groupby(self.books.lines, lambda line: line.place.period):
            yield Block(period.name, heads, [_cells(say, line) for line in group], names=2)


def _names(line: Line) -> dict[str, Any]:
    side = line.place.side
    return {
        "period": line.place.period.name,
        "campaign": side.campaign,
        "sequence": side.sequence,
        "holdout": side.holdout,
        "global_holdout": side.everywhere,
        "owner": line.owner,
        "currency": line.place.currency,
    }


def _cells(say: Wording, line: Line) -> list[str]:
    side = line.place.side
    whose = say("cash_everywhere" if side.everywhere else "holdout")
    amounts = [say.money(line.money(name)) for name in AMOUNTS]
    return [side.campaign, side.sequence or whose, say.number(line.booked.orders_paid), *amounts]
