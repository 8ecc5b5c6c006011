"""`recovery report` for people: a table for each segment, verdicts in words, what lies across
campaigns, and totals by owner."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from recovery.measure.across import Everything, Offers
from recovery.measure.formats.paper import Block, Paper, Said
from recovery.measure.judging import Verdict
from recovery.measure.lift import Lift
from recovery.measure.owners import Owned, owners
from recovery.measure.report import Report, Row
from recovery.measure.stats import Effect, Proportion, wilson
from recovery.measure.steps import StepTest
from recovery.measure.wording import Wording, signed
from recovery.money import Money

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Arms:
    """A report in one language."""

    report: Report
    say: Wording

    def paper(self) -> Paper:
        """Everything there is to read."""
        say, report = self.say, self.report
        title = f"{say('title')} · {say('as_of', at=say.moment(report.at))}"
        if not report.rows:
            return Paper(title, [Block(f"{say('nothing')}. {say('nothing_more')}")])
        blocks = [*self._segments(), *self._steps(), *self._across(), *self._owners()]
        return Paper(title, blocks, [say("reading_rate"), say("reading_lift")])

    def _segments(self) -> Iterator[Block]:
        keys = ("sequence", "orders", "mature", "gross", "rate_title", "paid_customers")
        heads = [self.say(key) for key in (*keys, "against_holdout", "verdict", "net")]
        for (campaign, segment), group in groupby(self.report.rows, lambda row: row.arm[:2]):
            rows = list(group)
            owner = f" · {self.say('owner')}: {rows[0].owner}" if rows[0].owner else ""
            yield Block(
                f"{campaign} · {segment}{owner}",
                heads,
                [self._cells(row) for row in rows],
                [self._sentence(row) for row in rows if not row.arm.holdout],
            )

    def _cells(self, row: Row) -> list[str]:
        say, people = self.say, row.people
        money = [] if row.arm.holdout else [say.money(one.net) for one in row.money]
        return [
            say("holdout") if row.arm.holdout else str(row.arm.sequence),
            say.number(row.enrolled),
            share_of(say, row.mature.total, row.enrolled),
            say.number(row.mature.count),
            f"{say.percent(row.rate)}\n{say.span(row.interval)}",
            rate(say, Proportion(people.converted, people.mature)),
            "" if row.arm.holdout else difference(say, row.lift, shown=_is_shown(row)),
            say.chip(row),
            "\n".join(money),
        ]

    def _sentence(self, row: Row) -> Said:
        """The verdict; always with how much of it has matured, and what could be seen at all."""
        say, people = self.say, row.people
        told = [say.verdict(row)]
        if people.enrolled:
            told.append(say("matured", share=say.percent(people.mature / people.enrolled)))
        if row.lift is not None and row.lift.share is not None:
            smallest = row.lift.smallest
            told.append(
                say("visible_none")
                if smallest is None or smallest.mde_abs is None
                else say("visible", points=f"{smallest.mde_abs * 100:.1f}")
            )
        return Said(say("joint").join(told), str(row.arm.sequence), row.verdict.value)

    def _steps(self) -> Iterator[Block]:
        keys = ("variant", "share", "drawn", "paid_customers", "against_first", "verdict")
        for test in self.report.steps:
            place = test.place
            yield Block(
                f"{self.say('variants', step=place.step)} · {place.campaign} · {place.sequence}",
                [self.say(key) for key in keys],
                list(self._variants(test)),
            )

    def _variants(self, test: StepTest) -> Iterator[list[str]]:
        say = self.say
        for one in test.variants:
            trusted = one.verdict not in (None, Verdict.SRM_FAIL, Verdict.CONTAMINATED)
            chip = {"lift": "better", "harm": "worse"}.get(str(one.verdict), f"chip_{one.verdict}")
            yield [
                one.name,
                say.percent(one.share),
                say.number(one.drawn),
                rate(say, one.mature),
                difference(say, one.lift, shown=trusted) if one.lift else "",
                "" if one.verdict is None else say(chip),
            ]

    def _across(self) -> Iterator[Block]:
        if self.report.everything is not None:
            yield self._everything(self.report.everything)
        if self.report.offers is not None:
            said = [Said(text) for text in self._offers(self.report.offers)]
            yield Block(self.say("offers_title"), said=said)

    def _everything(self, found: Everything) -> Block:
        say = self.say
        keys = ("quarter", "reached", "held_out")
        rows = [
            [one.name, rate(say, one.reached), rate(say, one.held_out)] for one in found.quarters
        ]
        chip, hidden = say(f"chip_{found.verdict}"), found.verdict is Verdict.SRM_FAIL
        lift = difference(say, found.lift, shown=not hidden).replace("\n", " ")
        told = Said(f"{say('against_holdout')}: {lift} · {chip}", tone=found.verdict.value)
        return Block(say("everything_title"), [say(key) for key in keys], rows, [told])

    def _offers(self, found: Offers) -> Iterator[str]:
        say = self.say
        if not found.measured:
            yield say("offers_unmeasured")
            return
        given, never = (say.number(count) for count in found.active)
        yield say("offers_active", given=given, never=never)
        if found.abandonments is not None:
            yield say("offers_abandoned", **self._effect(found.abandonments))
        for currency, effect in found.net:
            yield say("offers_net", **self._effect(effect, currency))

    def _effect(self, effect: Effect, currency: str = "") -> dict[str, str]:
        def told(value: float | None) -> str:
            if value is None:
                return NOTHING
            if currency:
                return self.say.money(Money(round(value), currency))
            return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")

        return {"points": told(effect.est), "low": told(effect.lo), "high": told(effect.hi)}

    def _owners(self) -> Iterator[Block]:
        found = owners(self.report)
        if any(one.owner for one in found):
            keys = ("owner", "campaigns", "verdict", "orders", "mature", "recovered", "net")
            heads = [self.say(key) for key in keys]
            rows = [self._owned(one) for one in found]
            said = [Said(self.say("owners_note"))]
            yield Block(self.say("owners_title"), heads, rows, said)

    def _owned(self, one: Owned) -> list[str]:
        say = self.say
        verdicts = (f"{say(f'chip_{name}')}: {n}" for name, n in one.verdicts.items())
        return [
            one.owner or say("nobody"),
            say.number(one.campaigns),
            "\n".join(verdicts),
            say.number(one.enrolled),
            share_of(say, one.mature, one.enrolled),
            say.number(one.recovered),
            "\n".join(say.money(balance.net) for balance in one.money),
        ]


def rate(say: Wording, seen: Proportion) -> str:
    """`21.0%` above its interval; a dash of nobody."""
    if not seen.total:
        return NOTHING
    return f"{say.percent(seen.rate)}\n{say.span(wilson(seen.count, seen.total).interval)}"


def share_of(say: Wording, count: int, total: int) -> str:
    """`1,100` above `91.7%`."""
    return f"{say.number(count)}\n{say.percent(count / total)}" if total else say.number(count)


def difference(say: Wording, lift: Lift | None, *, shown: bool = True) -> str:
    """`+6.0` points above `+2.0…+10.0`; a dash where nothing may be said."""
    if lift is None or lift.absolute is None or lift.interval is None or not shown:
        return NOTHING
    low, high = signed(lift.interval.low), signed(lift.interval.high)
    return f"{signed(lift.absolute)}\n{low}…{high}"


def _is_shown(row: Row) -> bool:
    return row.verdict not in (Verdict.COLLECTING, Verdict.SRM_FAIL, Verdict.CONTAMINATED)
