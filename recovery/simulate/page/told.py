"""A simulation in words and cells: what a terminal prints, and the page says beside pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from recovery.measure.evidence.credit import Rule
from recovery.measure.formats.arms import difference
from recovery.measure.formats.paper import Block, Paper, Said
from recovery.measure.page.views import lift_is_shown
from recovery.measure.report import Row
from recovery.money import Money
from recovery.simulate.diary import when
from recovery.simulate.gist import Gist, Place
from recovery.simulate.overall import by_sequence, points
from recovery.simulate.page.speech import Speech
from recovery.simulate.verdict import Purse, Verdict

BLOCKS = "▁▂▃▄▅▆▇█"
_MOST_DAYS = 28  # of the small curve


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict in one language. What a hidden scenario keeps to itself is not in here."""

    verdict: Verdict
    say: Speech

    def paper(self) -> Paper:
        """Everything there is to read at a terminal."""
        say = self.say
        told = self.verdict.payload()
        blocks = [Block(self.headline(), said=[Said(self.story(told))])]
        blocks += self._segments()
        if not self.verdict.hidden:
            blocks += [self._money(), self._curve(told)]
        blocks.append(self._people(told))
        if not self.verdict.hidden:
            blocks.append(Block(say("sim_score"), said=[Said(self.score())]))
        notes = [say("sim_hidden")] if self.verdict.hidden else []
        return Paper(self.title(), blocks, [*notes, say("sim_made_up")])

    def title(self) -> str:
        """What was played."""
        say, ask = self.say, self.verdict.played.ask
        where = say.where(Place.of(ask), (ask.seed,))
        return f"{say('sim_title')} · {where}"

    def headline(self) -> str:
        """The verdict in words: what all of it truly came to."""
        say, score = self.say, self.verdict.score
        if self.verdict.hidden:
            return say("sim_headline_hidden")
        net = round(score.net, 2)
        if not net:
            return say("sim_headline_even")
        purses = self.verdict.purses
        if len(purses) == 1:
            told = say.money(Money(abs(next(iter(purses.values())).net), next(iter(purses))))
        else:
            told = say("sim_points", points=say.score(abs(float(net))))
        return say("sim_headline_good" if net > 0 else "sim_headline_bad", net=told)

    def story(self, told: dict[str, Any]) -> str:
        """How many orders it was about."""
        names = ("unpaid", "orders", "enrolled")
        return self.say("sim_story", **{name: self.say.number(told[name]) for name in names})

    def score(self) -> str:
        """The points, and what they are made of."""
        say, score = self.say, self.verdict.score
        names = ("points", "net", "annoyance", "breaches")
        return say("score_line", **{n: say.score(float(getattr(score, n))) for n in names})

    def breaches(self) -> list[str]:
        """A line for each rule that was broken."""
        say, played = self.say, self.verdict.played
        return [
            say(f"rule_{rule}", count=say.number(count), example=played.examples[rule])
            for rule, count in played.breaches.items()
        ] or [say("no_breaches")]

    def truth(self, row: Row) -> list[str]:
        """What is true of one sequence, in sentences; nothing while nobody's window is over."""
        say, effect = self.say, self.verdict.effect(row)
        if self.verdict.hidden or row.arm.holdout or effect is None or effect.lift is None:
            return []
        caught = self.caught(row)
        key = {True: "says_caught", False: "says_missed", None: "says_not_yet"}[caught]
        credited = say.number(self.credited(row))
        lines = [
            say(key, lift=say.lift(effect.lift)),
            say("says_truth", credited=credited, caused=say.number(effect.caused)),
        ]
        if effect.harmed:
            lines.append(say("says_harmed", harmed=say.number(effect.harmed)))
        return lines

    def caught(self, row: Row) -> bool | None:
        """Whether the interval holds the truth; None while the report shows none."""
        return self.verdict.caught(row) if lift_is_shown(row) else None

    @staticmethod
    def credited(row: Row) -> int:
        """Orders, by the rule of the last touch."""
        return sum(row.credits.get(Rule.LAST_TOUCH, {}).values())

    def purse(self, currency: str, purse: Purse) -> list[str]:
        """One currency in cells, its name first."""
        parts = (purse.caused, -purse.cost, -purse.given, -purse.given_away, -purse.messages)
        return [currency, *(self.say.money(Money(p, currency)) for p in (*parts, purse.net))]

    def _segments(self) -> Iterator[Block]:
        say = self.say
        keys = ["sequence", "orders", "mature", "recovered", "cmp_rate", "reported_lift"]
        keys += ["verdict"] + ([] if self.verdict.hidden else ["true_lift", "caught"])
        rows = self.verdict.played.report.rows
        for (campaign, segment), group in groupby(rows, lambda row: row.arm[:2]):
            here = list(group)
            yield Block(
                f"{campaign} · {segment}",
                [say(key) for key in keys],
                [self._cells(row) for row in here],
                [one for row in here if not row.arm.holdout for one in self._sentences(row)],
            )

    def _cells(self, row: Row) -> list[str]:
        say, effect = self.say, self.verdict.effect(row)
        held = row.arm.holdout
        known = []
        if not self.verdict.hidden:
            caught = {True: "caught_yes", False: "caught_no", None: "caught_none"}
            known = (
                ["", ""]
                if held
                else [say.lift(effect.lift if effect else None), say(caught[self.caught(row)])]
            )
        return [
            say("holdout") if held else str(row.arm.sequence),
            say.number(row.enrolled),
            say.number(row.mature.total),
            say.number(row.mature.count),
            f"{say.percent(row.rate)}\n{say.span(row.interval)}",
            "" if held else difference(say, row.lift, shown=lift_is_shown(row)),
            say.chip(row),
            *known,
        ]

    def _sentences(self, row: Row) -> Iterator[Said]:
        name, truth = str(row.arm.sequence), self.truth(row)
        yield Said(self.say.verdict(row), name, row.verdict.value)
        if truth:
            yield Said(self.say("joint").join(truth), self.say("in_truth", name=name))

    def _money(self) -> Block:
        say, purses = self.say, self.verdict.purses
        heads = ("caused", "lost", "incentives", "given", "messages", "net")
        return Block(
            say("sim_money"),
            [say("currency"), *(say(f"{name}_money") for name in heads)],
            [self.purse(currency, purse) for currency, purse in purses.items()],
        )

    def _people(self, told: dict[str, Any]) -> Block:
        say = self.say
        kinds = ("email", "sms", "task")
        heads = [say(f"kind_{kind}") for kind in kinds]
        names = ("opt_outs", "complaints", "after_payment")
        return Block(
            say("sim_people"),
            [*heads, *(say(name) for name in names)],
            [
                [
                    say.number(n)
                    for n in (*(told["messages"][k] for k in kinds), *map(told.get, names))
                ]
            ],
            [Said(line) for line in self.breaches()],
            names=0,
        )

    def heard(self) -> list[tuple[str, str]]:
        """When something was to be noticed, and what."""
        played = self.verdict.played
        begins, lang = played.ask.scenario.start, self.say.lang
        return [(when(one.at - begins), one.words[lang]) for one in played.notices]

    def deeds(self) -> list[tuple[str, str]]:
        """When, and what the diary did."""
        return [(when(one.at), f"{one.verb.value}: {one.what}") for one in self.verdict.played.done]

    def _curve(self, told: dict[str, Any]) -> Block:
        say, days = self.say, told["curve"]
        paid = [day["recovered"] for day in days]
        silent = [day["recovered"] - day["caused"] + day["lost"] for day in days]
        most = max([1, *paid, *silent])
        rows = [
            [say(name), bars(line, most), say.number(line[-1])]
            for name, line in (("line_paid", paid), ("line_silent", silent))
        ]
        return Block(
            say("sim_curve"), ["", say("story_day") + f" 1–{len(days)}", ""], rows, names=2
        )


def bars(values: Sequence[float], most: float) -> str:
    """A small curve of signs; long ones are thinned."""
    every = -(-len(values) // _MOST_DAYS)
    shown = list(values[::-1][::every])[::-1]
    steps = len(BLOCKS) - 1
    return "".join(BLOCKS[round(max(0.0, value) / most * steps)] for value in shown)


def over_seeds(gists: Sequence[Gist], say: Speech) -> Paper:
    """Many seeds at a terminal."""
    where = say.where(gists[0].place, tuple(gist.place.seed for gist in gists))
    blocks = [_points_of(gists, say), *_sequences_of(gists, say)]
    hidden = [say("sim_hidden")] if gists[0].hidden else []
    return Paper(f"{say('sim_title')} · {where}", blocks, [*hidden, say("sim_made_up")])


def _points_of(gists: Sequence[Gist], say: Speech) -> Block:
    hidden = gists[0].hidden
    keys = ("annoyance", "breaches") if hidden else ("points", "net", "annoyance", "breaches")
    rows = []
    for gist in gists:
        told = gist.payload
        numbers = [say.number(told[name]) for name in ("unpaid", "enrolled")]
        rows.append(
            [str(gist.place.seed), *numbers, *(say.score(told["score"][key]) for key in keys)]
        )
    heads = [say("over_seed"), say("left_unpaid"), say("enrolled")]
    titles = [*heads, *(say(f"score_{k}") for k in keys)]
    if hidden:
        return Block(say("over_title"), titles, rows)
    spread = points(gists)
    ends = {"low": min(spread.values), "high": max(spread.values)}
    told = {"mean": spread.mean, "spread": spread.deviation, **ends}
    said = say("says_points", seeds=len(gists), **{k: say.score(v) for k, v in told.items()})
    return Block(say("over_title"), titles, rows, [Said(said)])


def _sequences_of(gists: Sequence[Gist], say: Speech) -> Iterator[Block]:
    found = by_sequence(gists)
    if not found:
        return
    rows, said = [], []
    for (campaign, segment, sequence), one in found.items():
        spread = one.spread
        if spread is None:
            continue
        numbers = map(say.number, (one.judged, one.caught, one.found))
        rows.append(
            [
                f"{campaign} · {segment}",
                sequence,
                say.lift(spread.mean),
                f"{spread.deviation * 100:.1f}",
                *numbers,
            ]
        )
        low, high = min(spread.values), max(spread.values)
        lifts = {"mean": spread.mean, "low": low, "high": high}
        counts = {"seeds": one.seeds, "judged": one.judged, "caught": one.caught}
        key = "says_over" if one.judged else "says_over_none"
        told = say(key, **counts, **{name: say.lift(value) for name, value in lifts.items()})
        said.append(Said(told, sequence))
    keys = ("segment", "sequence", "over_true_lift", "over_spread")
    more = ("over_judged", "over_caught", "over_found")
    yield Block(say("sim_true_title"), [say(key) for key in (*keys, *more)], rows, said, names=2)
