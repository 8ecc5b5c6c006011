"""Judging a work: its files are read, played beside the reference answer, and looked at."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from recovery.campaign.schema import Campaign
from recovery.i18n import Value, mark, say, words
from recovery.markets import load_markets
from recovery.problems import Problem, Severity
from recovery.programme import read_programme
from recovery.project import shipped
from recovery.simulate.lab.checks import answers, figures, paths, rules
from recovery.simulate.lab.checks.figures import Played
from recovery.simulate.lab.checks.finding import Finding, unjudged
from recovery.simulate.lab.exercise import Check, Exercise
from recovery.simulate.lab.score import Score
from recovery.simulate.lab.sight import active
from recovery.simulate.lab.work import CAMPAIGNS, Work
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
    exercise: Exercise, work: Work, play: Player, anchors: Callable[[], Anchors]
) -> Judgement:
    """Judge `work`; one that can't be read, or sends nothing, is not played."""
    campaigns, problems = read_campaigns(work)
    wrong = any(one.severity is Severity.ERROR for one in problems)
    if wrong or not active(campaigns):
        why = say(WRONG if wrong else SILENT)
        return Judgement(exercise, [unjudged(one, why) for one in exercise.checks], problems)
    outcome, fixed = play(work), anchors()
    played = Played(outcome, fixed.reference)
    score = Score(points_of(outcome), fixed.reference, fixed.preset)
    findings = list(_findings(exercise, active(campaigns), work, played))
    return Judgement(exercise, findings, problems, score, outcome)


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


def _findings(
    exercise: Exercise, campaigns: Sequence[Campaign], work: Work, played: Played
) -> Iterator[Finding]:
    given = answers.given(work)
    for check in exercise.checks:
        passed, found = _judged(check, campaigns, given, played)
        yield Finding(check, passed, found)


def _judged(
    check: Check, campaigns: Sequence[Campaign], given: answers.Given, played: Played
) -> tuple[bool, Value]:
    if check.order is not None and check.gets is not None:
        return paths.judge_paths(campaigns, check.order, check.gets)
    if check.holdout is not None:
        return rules.judge_holdout(campaigns, check.holdout)
    if check.offers is not None:
        return rules.judge_offers(campaigns, check.offers)
    if check.limits is not None:
        return rules.judge_limits(campaigns, check.limits)
    if check.answer is not None:
        return answers.judge_answer(given, check.answer, played)
    assert check.figure is not None, "a check is of one kind"  # noqa: S101
    return figures.judge_figure(check.figure, played)
