"""A comparison in words and cells, and as a page."""

from dataclasses import dataclass

from recovery.measure.formats.paper import Block, Paper, Said
from recovery.measure.page.axis import Axis
from recovery.simulate.compare import ENOUGH, MOST, Answer, Comparison, Contrast, Pair
from recovery.simulate.page import render
from recovery.simulate.page.speech import Speech
from recovery.simulate.page.told import bars
from recovery.simulate.page.views import curves


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison in one language."""

    found: Comparison
    say: Speech

    def title(self) -> str:
        """What was played, and where."""
        say, gists = self.say, self.found.entrants[0].gists
        where = say.where(gists[0].place, tuple(gist.place.seed for gist in gists))
        return f"{say('cmp_title')} · {where}"

    def headline(self) -> str:
        """The best, or that it is not clear."""
        say, best, count = self.say, self.found.best, len(self.found.entrants)
        if self.found.hidden:
            return say("cmp_hidden")
        if best is None:
            return say("cmp_unclear")
        return say("cmp_best" if count == 2 else "cmp_best_of", name=best.name, count=count)

    def sentences(self) -> list[str]:
        """Each pair in words, and what stands behind it."""
        say, pairs = self.say, self.found.pairs
        if self.found.hidden:
            return [say("cmp_hidden_note")]
        several = [say("cmp_several", count=len(pairs))] if len(pairs) > 1 else []
        told = [say("cmp_between").join(self.words(pair)) for pair in pairs]
        return [*told, *several, say("cmp_exact")]

    def words(self, pair: Pair) -> list[str]:
        """One pair in sentences."""
        say, found = self.say, pair.points
        span, answer, names = found.interval, found.answer, {"a": pair.a.name, "b": pair.b.name}
        if answer is Answer.SAME or span is None:
            return [say("cmp_same", **names)]
        numbers = {
            "points": say.score(abs(found.difference)),
            "low": say.gain(span.low),
            "high": say.gain(span.high),
        }
        key = "cmp_better" if answer is Answer.CLEAR else "cmp_not_clear"
        told = [say(key, **names, **numbers)]
        if answer is Answer.CLEAR:
            return told
        if found.differ < ENOUGH:
            counts = (found.differ, len(found.values), ENOUGH)
            places = dict(
                zip(("differ", "customers", "enough"), map(say.number, counts), strict=True)
            )
            told.append(say("cmp_few", **places))
        orders = found.orders_to_settle
        if orders is None:
            return [*told, say("cmp_hopeless", most=say.number(MOST))]
        return [*told, say("cmp_settle", orders=say.number(rough(orders)))]

    def paper(self) -> Paper:
        """For a terminal."""
        say, found = self.say, self.found
        heads, rows = self.entrants()
        blocks = [
            Block(self.headline(), said=[Said(line) for line in self.sentences()]),
            Block(say("cmp_title"), heads, rows),
        ]
        if not found.hidden:
            heads, rows = self.pairs()
            blocks += [Block(say("cmp_pairs"), heads, rows), self._curves()]
        return Paper(self.title(), blocks, [say("sim_made_up")])

    def entrants(self) -> tuple[list[str], list[list[str]]]:
        """Heads and rows: a row for each, most points first; sums are averages over seeds."""
        say = self.say
        scores = self.found.scores
        kinds = ("email", "sms", "task")
        more = ("opt_outs", "complaints", "after_payment")
        heads = [say("campaign"), *(say(f"score_{key}") for key in scores)]
        heads.append(" / ".join(say(f"kind_{kind}") for kind in kinds))
        heads.append(" / ".join(say(name) for name in more))
        paid = [] if self.found.hidden else [say("cmp_paid")]
        rows = []
        for one in self.found.ranked:
            cells = [say.score(one.mean("score", key)) for key in scores]
            cells.append(" / ".join(say.number(one.mean("messages", kind)) for kind in kinds))
            cells.append(" / ".join(say.number(one.mean(name)) for name in more))
            if paid:
                cells.append(say.number(one.curve[-1]["recovered"] / len(one.gists)))
            rows.append([one.name, *cells])
        return [*heads, *paid], rows

    def pairs(self) -> tuple[list[str], list[list[str]]]:
        """Heads and rows of the differences."""
        say = self.say
        keys = ("cmp_pair", "cmp_points", "cmp_net", "cmp_recovered", "cmp_differ")
        heads = [say(key) for key in (*keys, "cmp_settle_head")]
        rows = [
            [
                f"{pair.a.name} − {pair.b.name}",
                *(self._contrast(one) for one in (pair.points, pair.net, pair.recovered)),
                f"{say.number(pair.points.differ)} / {say.number(len(pair.points.values))}",
                self._settled(pair.points),
            ]
            for pair in self.found.pairs
        ]
        return heads, rows

    def html(self) -> str:
        """As a page."""
        say, found = self.say, self.found
        known = {}
        if not found.hidden:
            lines = {one.name: one.curve for one in found.ranked}
            first = next(iter(lines.values()))
            silent = [day["recovered"] - day["caused"] + day["lost"] for day in first]
            columns = [(name, [day["recovered"] for day in days]) for name, days in lines.items()]
            known = {
                "curve": curves(lines, say("line_silent")),
                "columns": [*columns, (say("line_silent"), silent)],
                "axis": _axis([pair.points for pair in found.pairs]),
            }
        return render(
            "compare.html.j2",
            say,
            title=self.title(),
            headline=self.headline(),
            notes=[say("sim_made_up")],
            shown=self,
            hidden=found.hidden,
            contrasts=[(f"{pair.a.name} − {pair.b.name}", pair.points) for pair in found.pairs],
            **known,
        )

    def _contrast(self, one: Contrast) -> str:
        say, span = self.say, one.interval
        told = say.gain(one.difference)
        return f"{told}\n{say.gain(span.low)}…{say.gain(span.high)}" if span else told

    def _settled(self, one: Contrast) -> str:
        say = self.say
        if one.answer is Answer.CLEAR:
            return say("cmp_clear")
        orders = one.orders_to_settle
        return say("cmp_never") if orders is None else say.number(rough(orders))

    def _curves(self) -> Block:
        say = self.say
        lines = {one.name: [day["recovered"] for day in one.curve] for one in self.found.ranked}
        first = self.found.ranked[0].curve
        lines[say("line_silent")] = [d["recovered"] - d["caused"] + d["lost"] for d in first]
        most = max(1, *(max(line) for line in lines.values()))
        rows = [[name, bars(line, most), say.number(line[-1])] for name, line in lines.items()]
        return Block(
            say("sim_curve"), ["", f"{say('story_day')} 1–{len(first)}", ""], rows, names=2
        )


def rough(orders: int) -> int:
    """Two digits of it: an estimate of an estimate has no more."""
    unit: int = 10 ** max(0, len(str(orders)) - 2)
    return -(-orders // unit) * unit


def _axis(contrasts: list[Contrast]) -> Axis:
    spans = [span for one in contrasts if (span := one.interval)]
    return Axis.over((end for span in spans for end in (span.low, span.high)), least=1.0)
