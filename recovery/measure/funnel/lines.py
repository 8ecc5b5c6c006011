"""The funnel for people: titles and cells, which a terminal and Markdown lay out in their way."""

from collections.abc import Iterator, Mapping

from recovery.i18n import mark
from recovery.measure.funnel.rows import FEW, Funnel, Row, Share
from recovery.measure.funnel.stages import REPLACED_WITHIN
from recovery.measure.funnel.tally import Stage
from recovery.measure.tongue import Tongue
from recovery.tongue import NOTHING

STAGES: Mapping[str, str] = {
    "placed": mark("placed"),
    "attempted": mark("attempted"),
    "failed": mark("failed"),
    "contacted": mark("contacted"),
    "clicked": mark("clicked"),
    "paid": mark("paid"),
    "refunded": mark("refunded"),
}
# Where money that is not paid stopped, after which stage.
LEAKS: Mapping[str, str] = {
    "placed": mark("no attempt"),
    "attempted": mark("voucher not paid"),
    "failed": mark("nobody wrote"),
    "contacted": mark("no click"),
    "clicked": mark("click, no payment"),
}
PARTS: Mapping[str, str] = {
    "market": mark("market"),
    "method": mark("method"),
    "reason": mark("reason"),
    "provider": mark("provider"),
}
_UNTOLD = {
    "method": mark("(no method told)"),
    "reason": mark("(no failure)"),
    "provider": mark("(no provider told)"),
}
FEW_MARK = "*"


class Lines:
    """A funnel in one language."""

    def __init__(self, funnel: Funnel, tongue: Tongue, timezone: str) -> None:
        self.funnel, self.t, self.timezone = funnel, tongue, timezone

    def title(self) -> str:
        """What is shown, and from when until when."""
        window = self.funnel.window
        return self.t(
            mark("What became of orders placed from {since} until {until}"),
            since=self.t.moment(window.since, self.timezone),
            until=self.t.moment(window.until, self.timezone),
        )

    def heads(self) -> list[str]:
        """Titles of the columns."""
        keys = [self.t(PARTS[by]) for by in self.funnel.by] or [""]
        stages = [self.t(STAGES[stage]) for stage in Stage]
        return [*keys, *stages, self.t(mark("still lost")), self.t(mark("most of it"))]

    def rows(self, most: int | None = None) -> Iterator[list[str]]:
        """Cells of each row, the worst leak first; the last one is the total."""
        for row in self.funnel.rows[:most]:
            if row.key:
                yield self._cells(row, self._key(row))
        keys = max(len(self.funnel.by), 1)
        yield self._cells(self.funnel.total, [self.t(mark("all orders")), *[""] * (keys - 1)])

    def notes(self) -> Iterator[str]:
        """What a reader must know to read the numbers rightly."""
        funnel, t = self.funnel, self.t
        yield t(
            mark(
                "Below each number: the share of those who reached the stage before, and its 95% "
                "interval. {mark} fewer than {few} orders: too few to say anything."
            ),
            mark=FEW_MARK,
            few=FEW,
        )
        rates = funnel.yardstick.rates
        if rates is None:
            told = mark("The most money lost in {currency} comes first.")
            yield t(told, currency=funnel.yardstick.currency)
        else:
            told = mark(
                "The most lost money comes first: only for this order of the rows is it compared "
                "in {currency} ({rates}); currencies are never added."
            )
            yield t(told, currency=funnel.yardstick.currency, rates=rates.source)
        if unknown := funnel.yardstick.unknown(funnel.rows):
            told = mark("Without a rate, so not counted in that order: {currencies}.")
            yield t(told, currencies=", ".join(unknown))
        if funnel.total.all.replaced:
            told = mark(
                "Not lost: {count} orders whose customer paid another one within {days} days."
            )
            yield t(told, count=t.number(funnel.total.all.replaced), days=REPLACED_WITHIN.days)
        for feed in funnel.feeds:
            if not feed.whole:
                told = mark(
                    "{source} tells of no order that was paid without failing: how many of all "
                    "orders fail or are paid is not measured."
                )
                yield t(told, source=feed.source)

    def _key(self, row: Row) -> list[str]:
        parts = zip(self.funnel.by, row.key, strict=True)
        return [self.t(_UNTOLD[by]) if value is None else value for by, value in parts]

    def _cells(self, row: Row, key: list[str]) -> list[str]:
        if row.small:
            key = [f"{key[0]} {FEW_MARK}", *key[1:]]
        stages = [self._stage(row, stage) for stage in Stage]
        lost = [
            self.t.money(row.lost(one)) for one in sorted(row.by_currency) if row.lost(one).minor
        ]
        leak = self.funnel.worst_leak(row)
        return [*key, *stages, "\n".join(lost), self.t(LEAKS[leak]) if leak else ""]

    def _stage(self, row: Row, stage: Stage) -> str:
        count = self.t.number(row.orders(stage))
        if stage is Stage.PLACED:
            return count
        return f"{count}\n{self._share(row.share(stage))}"

    def _share(self, share: Share | None) -> str:
        if share is None:
            return self.t(mark("not measured"))
        rate = share.rate
        if rate is None:
            return NOTHING
        few = "" if share.enough else FEW_MARK
        return f"{self.t.share(rate.rate)}{few}\n{rate.lo * 100:.0f}–{rate.hi * 100:.0f}%"


def markdown(lines: Lines) -> str:
    """The funnel as a table in Markdown."""
    heads = lines.heads()
    keys = len(heads) - len(STAGES) - 2
    ruler = ["---"] * keys + ["--:"] * (len(STAGES) + 1) + ["---"]
    table = [heads, ruler, *([_cell(one) for one in row] for row in lines.rows())]
    text = [f"# {lines.title()}", "", *(f"| {' | '.join(row)} |" for row in table), ""]
    return "\n".join([*text, *(f"- {note}" for note in lines.notes()), ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")
