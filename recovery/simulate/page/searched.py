"""A search in words and cells, as JSON, and as a page with the front in a picture."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recovery.i18n import fill, words
from recovery.measure.formats.paper import Block, Paper, Said
from recovery.measure.page.axis import Axis
from recovery.problems import Problem
from recovery.simulate.optimise.candidates import AS_WRITTEN, Candidate, Key
from recovery.simulate.optimise.halving import Tried
from recovery.simulate.optimise.limits import NO_OFFER
from recovery.simulate.optimise.search import Found, Reason
from recovery.simulate.page import render
from recovery.simulate.page.speech import Speech
from recovery.simulate.play import Ask


@dataclass(frozen=True)
class Searched:
    """A search in one language. `files` are those that were written, by candidate."""

    found: Found
    ask: Ask  # the first of them
    say: Speech
    files: Mapping[Candidate, Path] = field(default_factory=dict)

    def title(self) -> str:
        """What was searched."""
        return f"{self.say('opt_title')} · {self.found.space.campaign.campaign}"

    def headline(self) -> str:
        """Whether anything better was found, by the fresh seeds."""
        gain = self._gain
        if gain <= 0:
            return self.say("opt_keep")
        return self.say("opt_better", gain=self.say.score(gain))

    @property
    def _gain(self) -> float:
        """Points of the winner beyond the campaign as written, on fresh seeds."""
        fresh = self.found.fresh
        return fresh[self.found.winner].points - fresh[AS_WRITTEN].points

    def name(self, candidate: Candidate) -> str:
        """`front-1` with most money; the campaign as written, and the rest, by what they are."""
        if candidate in self.found.front:
            return f"front-{self.found.front.index(candidate) + 1}"
        return self.changes(candidate)

    def changes(self, candidate: Candidate) -> str:
        """What differs, in words."""
        if candidate == AS_WRITTEN:
            return self.say("opt_as_written")
        return ", ".join(self._change(one.step, one.key, one.value) for one in candidate)

    def _change(self, step: str, key: Key, value: str) -> str:
        if key is Key.KEPT:
            return self.say("opt_without", step=step)
        if key is Key.OFFER and value == NO_OFFER:
            return self.say("opt_no_offer", step=step)
        told = self.say(f"kind_{value}") if key is Key.CHANNEL else value
        return self.say(f"opt_{key.value}", step=step, value=told)

    def sentences(self) -> list[str]:
        """How it was searched, who won, and how far that may be believed."""
        say, found = self.say, self.found
        counts = {
            "tried": len(found.tried),
            "all": found.space.size,
            "orders": self.ask.orders,
            "days": self.ask.days,
            "seeds": len(found.seeds),
            "plays": found.plays,
        }
        told = {name: say.number(count) for name, count in counts.items()}
        count = len(found.front)
        front = say("opt_headline_one" if count == 1 else "opt_headline", count=count)
        lines = [*self._winner(), front]
        lines.append(say("opt_where", scenario=self.ask.scenario.scenario, **told))
        if found.over_budget:
            lines.append(say("opt_over_budget", count=found.over_budget))
        if found.refused:
            why = self._why(next(iter(found.refused.values())))
            lines.append(say("opt_refused", count=len(found.refused), why=why))
        if self.files:
            lines.append(say("opt_written", folder=next(iter(self.files.values())).parent))
        return lines

    def _winner(self) -> list[str]:
        say, found, winner = self.say, self.found, self.found.winner
        chosen, fresh = found.tried[winner].points, found.fresh[winner].points
        written = found.fresh[AS_WRITTEN].points
        if winner == AS_WRITTEN:
            return [say("opt_winner_written", chosen=say.score(chosen), fresh=say.score(fresh))]
        worse = self._gain <= 0
        told = say(
            "opt_winner_worse" if worse else "opt_winner",
            name=self.name(winner),
            chosen=say.score(chosen),
            fresh=say.score(fresh),
            written=say.score(written),
        )
        against = say("opt_against", written=say.score(written))
        return [told] if worse else [told, against]

    def _why(self, reason: Reason) -> str:
        language = words(self.say.lang)
        if isinstance(reason, Problem):
            return reason.message_in(language)
        return fill(reason, language)

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Heads and rows of the front, and of the campaign as written below it."""
        say = self.say
        keys = ("candidate", "net", "annoyance", "points", "fresh", "changes")
        rows = []
        for one in dict.fromkeys([*self.found.front, AS_WRITTEN]):
            here, fresh = self.found.tried[one], self.found.fresh[one]
            numbers = (here.net, here.annoyance, here.points, fresh.points)
            name = self.name(one) if one in self.found.front else say("opt_as_written")
            rows.append([name, *map(say.score, numbers), self.changes(one)])
        return [say(f"opt_{key}") for key in keys], rows

    def paper(self) -> Paper:
        """For a terminal."""
        heads, rows = self.table()
        said = [Said(line) for line in self.sentences()]
        blocks = [Block(self.headline(), said=said), Block(self.say("opt_front"), heads, rows)]
        return Paper(self.title(), blocks, [self.say("sim_made_up")])

    def html(self) -> str:
        """As a page."""
        dots = self._dots()
        x = Axis.over((dot[0] for dot in dots), least=1.0)
        y = Axis.over((dot[1] for dot in dots), least=1.0)
        return render(
            "optimise.html.j2",
            self.say,
            title=self.title(),
            headline=self.headline(),
            notes=[self.say("sim_made_up")],
            shown=self,
            x=x,
            y=y,
            dots=dots,
        )

    def _dots(self) -> list[tuple[float, float, str, str]]:
        """Net money and annoyance against the campaign as written, what differs, and which kind;
        the front last, so that it lies above the others."""
        found, order = self.found, ("beaten", "front", "best", "written")
        kinds = {one: "front" if one in found.front else "beaten" for one in found.tried}
        kinds[found.winner] = "best"
        dots = [(*self._against(one), self.changes(one), kind) for one, kind in kinds.items()]
        dots.append((0.0, 0.0, self.changes(AS_WRITTEN), "written"))
        return sorted(dots, key=lambda dot: order.index(dot[3]))

    def _against(self, candidate: Candidate) -> tuple[float, float]:
        """Both aims less those of the campaign as written, on the very seeds of this candidate: on
        other seeds they would have met other people."""
        one = self.found.tried[candidate]
        same = Tried(self.found.tried[AS_WRITTEN].scores[: len(one.scores)])
        return one.net - same.net, one.annoyance - same.annoyance

    def payload(self) -> dict[str, Any]:
        """The JSON of `recovery optimise --json`."""
        found, ask = self.found, self.ask
        return {
            "campaign": found.space.campaign.campaign,
            "scenario": ask.scenario.scenario,
            "orders": ask.orders,
            "days": ask.days,
            "seeds": list(found.seeds),
            "fresh_seeds": list(found.fresh_seeds),
            "possible": found.space.size,
            "tried": len(found.tried),
            "refused": len(found.refused),
            "over_budget": found.over_budget,
            "simulations": found.plays,
            "winner": self._told(found.winner),
            "written": self._told(AS_WRITTEN),
            "front": [self._told(one) for one in found.front],
            "candidates": [self._told(one) for one in found.tried],
        }

    def _told(self, candidate: Candidate) -> dict[str, Any]:
        found = self.found
        fresh, file = found.fresh.get(candidate), self.files.get(candidate)
        front = candidate in found.front
        net, annoyance = self._against(candidate)
        return {
            "name": f"front-{found.front.index(candidate) + 1}" if front else None,
            "changes": [
                {"step": one.step, "what": one.key.value, "value": one.value} for one in candidate
            ],
            "seeds": len(found.tried[candidate].scores),
            **_numbers(found.tried[candidate]),
            "against_written": {"net": round(net, 2) + 0.0, "annoyance": round(annoyance, 2) + 0.0},
            "fresh": _numbers(fresh) if fresh else None,
            "file": str(file) if file else None,
        }


def _numbers(one: Tried) -> dict[str, float]:
    told = {"points": one.points, "net": one.net, "annoyance": one.annoyance}
    return {name: round(value, 2) + 0.0 for name, value in told.items()}
