"""The search: candidates as files, played on common seeds, the best judged again on fresh ones."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from recovery.campaign.loader import LoadedCampaign, defaults_of
from recovery.campaign.parsing import read_campaign
from recovery.errors import UsageError
from recovery.i18n import Text, say
from recovery.markets import load_markets
from recovery.message import Channel
from recovery.money import Money
from recovery.problems import Problem
from recovery.programme import judged, spoken
from recovery.settings import Settings
from recovery.simulate.gist import Gist
from recovery.simulate.many import Task, Theatre
from recovery.simulate.optimise.candidates import AS_WRITTEN, Candidate, Space
from recovery.simulate.optimise.editing import edited
from recovery.simulate.optimise.halving import Score, Tried, front, halve
from recovery.simulate.optimise.limits import Limits
from recovery.simulate.play import Ask
from recovery.simulate.rig import SHARED
from recovery.simulate.scenarios.schema import Scenario
from recovery.template.catalog import Catalog

Reason = Problem | Text | str  # why a candidate is not tried
FRESH = 1_000_000  # so far away are the seeds of the last judgement


@dataclass(frozen=True)
class Draft:
    """The campaign as its author wrote it."""

    settings: Settings
    file: Path
    loaded: LoadedCampaign

    def wrong(self, candidate: Candidate, limits: Limits) -> Reason | None:
        """Why a candidate is no sound campaign within the limits; None when it is."""
        try:
            text = edited(self.loaded.source, candidate)
        except ValueError as error:
            return error.args[0] if isinstance(error.args[0], Text) else str(error)
        reading = read_campaign(
            text, self.file.name, defaults_of(self.file.parent), spoken(self._catalog)
        )
        found = judged([reading], self._catalog, load_markets(self.settings.project))[0]
        if found.errors:
            return found.errors[0]
        if found.loaded is not None and limits.messages is not None:
            longest = max(_messages(found.loaded))
            if longest > limits.messages:
                return say(
                    "{count} messages in a sequence, more than {most}",
                    count=longest,
                    most=limits.messages,
                )
        return None

    @cached_property
    def _catalog(self) -> Catalog:
        return Catalog(self.settings.templates_dir)


def _messages(loaded: LoadedCampaign) -> Iterator[int]:
    for steps in loaded.campaign.sequences.values():
        yield sum(step.channel is not Channel.TASK for step in steps)


@dataclass(frozen=True)
class Found:
    """How the search ended."""

    space: Space
    seeds: tuple[int, ...]
    fresh_seeds: tuple[int, ...]
    tried: Mapping[Candidate, Tried]
    front: tuple[Candidate, ...]  # most money first
    fresh: Mapping[Candidate, Tried]  # the front, and the campaign as written
    refused: Mapping[Candidate, Reason] = field(default_factory=dict)

    @property
    def winner(self) -> Candidate:
        """Most points, of the front."""
        return max(self.front, key=lambda one: (self.tried[one].points, -len(one)))

    @property
    def plays(self) -> int:
        """How many simulations it took."""
        return sum(len(one.scores) for one in (*self.tried.values(), *self.fresh.values()))

    @property
    def over_budget(self) -> int:
        """How many candidates were too dear."""
        return sum(one.over for one in self.tried.values())


@dataclass(frozen=True)
class Search:
    """Everything a search needs. `folder` is an empty one for the files of candidates."""

    draft: Draft
    space: Space
    asks: tuple[Ask, ...]  # one for each seed
    folder: Path
    theatre: Theatre
    _files: dict[Candidate, Path] = field(default_factory=dict)

    def run(self, tries: int) -> Found:
        """Search; UsageError where no candidate is within the limits."""
        first = self.asks[0]
        if first.scenario.hidden:
            raise UsageError(say("this scenario is for grading: it can't be searched in"))
        self._expect_rate(first.scenario)
        drawn = self.space.draw(tries, first.seed)
        wrong = {one: self.draft.wrong(one, self.space.limits) for one in drawn}
        refused = {one: why for one, why in wrong.items() if why is not None}
        sound = [AS_WRITTEN, *(one for one in drawn if one not in refused and one != AS_WRITTEN)]
        seeds = {ask.seed: ask for ask in self.asks}
        tried, through = halve(sound, list(seeds), self._player(seeds), keep=AS_WRITTEN)
        if not through:
            raise UsageError(say("no candidate stays within the budget"))
        best = front({one: tried[one] for one in through})
        again = list(dict.fromkeys([*best, AS_WRITTEN]))
        fresh = {FRESH + seed: _at(ask, FRESH + seed) for seed, ask in seeds.items()}
        pairs = [(one, seed) for one in again for seed in fresh]
        scores = iter(self._player(fresh)(pairs))
        judged_again = {one: Tried(tuple(next(scores) for _ in fresh)) for one in again}
        return Found(
            self.space, tuple(seeds), tuple(fresh), tried, tuple(best), judged_again, refused
        )

    def _expect_rate(self, scenario: Scenario) -> None:
        """UsageError for a budget in a currency that the scenario has no rate for."""
        budget = self.space.limits.budget
        if budget is not None and budget.currency not in scenario.points:
            known = ", ".join(scenario.points)
            raise UsageError(
                say(
                    "{scenario} has no rate for {currency}: write the budget in one of {known}",
                    scenario=scenario.scenario,
                    currency=budget.currency,
                    known=known,
                )
            )

    def _player(
        self, asks: Mapping[int, Ask]
    ) -> Callable[[Sequence[tuple[Candidate, int]]], Sequence[Score]]:
        def play(pairs: Sequence[tuple[Candidate, int]]) -> list[Score]:
            settings = self.draft.settings
            tasks = [Task(settings, (self._file(one),), asks[seed]) for one, seed in pairs]
            limits, scenario = self.space.limits, self.asks[0].scenario
            return [_score(gist, limits, scenario) for gist in self.theatre(tasks)]

        return play

    def _file(self, candidate: Candidate) -> Path:
        """The candidate as a file beside copies of what its folder shares."""
        if candidate not in self._files:
            folder = self.folder / str(len(self._files))
            folder.mkdir()
            for name in SHARED:
                if (shared := self.draft.file.parent / name).is_file():
                    (folder / name).write_bytes(shared.read_bytes())
            file = folder / self.draft.file.name.lstrip("_.")
            file.write_text(edited(self.draft.loaded.source, candidate), "utf-8")
            self._files[candidate] = file
        return self._files[candidate]


def _at(ask: Ask, seed: int) -> Ask:
    return Ask(ask.scenario, ask.orders, ask.days, seed)


def _score(gist: Gist, limits: Limits, scenario: Scenario) -> Score:
    score = gist.payload["score"]
    over = limits.budget is not None and _spent(gist, scenario) > _points(limits.budget, scenario)
    return Score(float(score["net"]), float(score["annoyance"] + score["breaches"]), over)


def _spent(gist: Gist, scenario: Scenario) -> Decimal:
    """What offers and messages cost, in whatever currency: in points, as everywhere in the game."""
    parts = (
        Money.parse(purse[name], purse["currency"])
        for purse in gist.payload["money"]
        for name in ("incentives", "messages")
    )
    return sum((_points(part, scenario) for part in parts), Decimal(0))


def _points(money: Money, scenario: Scenario) -> Decimal:
    return money.major * scenario.points.get(money.currency, Decimal(0))
