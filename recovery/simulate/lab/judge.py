"""Judging a work: its files are read, played beside the reference answer, and looked at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from recovery.campaign.schema import Campaign
from recovery.errors import RecoveryError
from recovery.i18n import Text, Value, mark, say, words
from recovery.markets import load_markets
from recovery.problems import Problem, Severity
from recovery.programme import read_programme
from recovery.project import shipped
from recovery.simulate.diary import Diary
from recovery.simulate.lab.checks import actions, answers, figures, paths, rules
from recovery.simulate.lab.checks.figures import Played
from recovery.simulate.lab.checks.finding import Finding, unjudged
from recovery.simulate.lab.exercise import Check, Exercise
from recovery.simulate.lab.plain import harmless
from recovery.simulate.lab.playing import diary_in
from recovery.simulate.lab.score import Score
from recovery.simulate.lab.sight import active
from recovery.simulate.lab.work import CAMPAIGNS, DIARY, Work
from recovery.template.catalog import Catalog

# Plays one work on the stage of the exercise and returns the document of the simulation.
Player = Callable[[Work], Mapping[str, Any]]

SILENT = mark("no campaign is active, so nothing is sent: write status: active")
WRONG = mark("a campaign has a mistake: mend it first")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a work came to. Without a score it was not played: problems or findings say why."""

    exercise: Exercise
    findings: Sequence[Finding]
    problems: Sequence[Problem]
    score: Score | None = None
    outcome: Mapping[str, Any] | None = None

    @property
    def passed(self) -> float:
        """The share of the checks that passed, by their weight."""
        whole = sum(one.check.weight for one in self.findings)
        return sum(one.check.weight for one in self.findings if one.passed) / whole

    @property
    def solved(self) -> bool:
        """Whether every check passed."""
        return all(one.passed for one in self.findings)

    def payload(self, lang: str) -> Mapping[str, Any]:
        """The judgement for programs."""
        return {
            "exercise": self.exercise.exercise,
            "name": self.exercise.name,
            "title": self.exercise.title.in_(lang),
            "solved": self.solved,
            "checks": [one.payload(lang) for one in self.findings],
            "score": self.score and self.score.payload(),
            "problems": [one.payload(words(lang)) for one in self.problems],
            "outcome": self.outcome,
        }


@dataclass(frozen=True, slots=True)
class Anchors:
    """The points of the reference answer, and of a shipped campaign, on the same stage."""

    reference: float
    preset: float | None = None


def judge(
    exercise: Exercise,
    work: Work,
    play: Player,
    anchors: Callable[[], Anchors],
    practise: Player | None = None,
) -> Judgement:
    """Judge `work`; one that can't be read, or sends nothing, is not played.

    Answers are about what the trainee saw: where marks are made on another stage, `practise` plays
    on the one that was practised on.
    """
    campaigns, problems = read_campaigns(work)
    diary, trouble = _diary(work)
    if trouble is None and not active(campaigns):
        trouble = say(SILENT)
    if any(one.severity is Severity.ERROR for one in problems):
        trouble = say(WRONG)
    if trouble is None:
        try:
            outcome = play(work)
        except RecoveryError as error:  # an entry of the diary about something nobody knows
            trouble = _words(error)
    if trouble is not None:
        return Judgement(exercise, [unjudged(one, trouble) for one in exercise.checks], problems)
    fixed = anchors()
    score = Score(points_of(outcome), fixed.reference, fixed.preset)
    desk = _Desk(active(campaigns), diary, answers.given(work), Played(outcome, fixed.reference))
    if practise is not None and any(one.asks for one in exercise.checks):
        desk = replace(desk, seen=Played(practise(work), fixed.reference))
    findings = [desk.finding(one) for one in exercise.checks]
    return Judgement(exercise, findings, problems, score, outcome)


def _diary(work: Work) -> tuple[Diary, Text | None]:
    """The diary of a work, and what is wrong with it."""
    with TemporaryDirectory(prefix="recovery-lab-") as name:
        folder = Path(name)
        work.unfold(folder)
        try:
            harmless(work.files.get(DIARY, ""), DIARY)
            return diary_in(folder), None
        except RecoveryError as error:
            return Diary(), _words(error)


def _words(error: RecoveryError) -> Text:
    """What an error says, first line first."""
    told = error.args[0]
    return told if isinstance(told, Text) else say("{why}", why=str(told))


def read_campaigns(work: Work) -> tuple[list[Campaign], Sequence[Problem]]:
    """The campaigns of a work, and all that is wrong with them."""
    with TemporaryDirectory(prefix="recovery-lab-") as name:
        folder = Path(name)
        work.unfold(folder)
        catalog = Catalog(shipped() / "templates")
        programme = read_programme(folder / CAMPAIGNS, catalog, load_markets())
        return [one.campaign for one in programme.loaded], list(programme.problems)


def points_of(outcome: Mapping[str, Any]) -> float:
    """The points in the document of a simulation."""
    return float(outcome["score"]["points"])


@dataclass(frozen=True, slots=True)
class _Desk:
    """All that is looked at of one work; `seen` is what the trainee saw, where that differs."""

    campaigns: Sequence[Campaign]
    diary: Diary
    given: answers.Given
    played: Played
    seen: Played | None = None

    def finding(self, check: Check) -> Finding:
        """What became of one check."""
        lack = check.answer and answers.lacking(self.given, check.answer)
        return unjudged(check, lack) if lack else Finding(check, *self._judged(check))

    def _judged(self, check: Check) -> tuple[bool, Value]:
        if check.order is not None and check.gets is not None:
            return paths.judge_paths(self.campaigns, check.order, check.gets)
        if check.holdout is not None:
            return rules.judge_holdout(self.campaigns, check.holdout)
        if check.offers is not None:
            return rules.judge_offers(self.campaigns, check.offers)
        if check.limits is not None:
            return rules.judge_limits(self.campaigns, check.limits)
        if check.diary is not None:
            return actions.judge_diary(self.diary, check.diary)
        if check.answer is not None:
            return answers.judge_answer(self.given, check.answer, self.seen or self.played)
        assert check.figure is not None, "a check is of one kind"  # noqa: S101
        return figures.judge_figure(check.figure, self.played)
