"""One work in a process of its own: it is judged, and comes back as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from recovery.i18n import LANGUAGES, words
from recovery.problems import Severity
from recovery.simulate.lab.course import find_exercise
from recovery.simulate.lab.judge import Anchors, judge, points_of
from recovery.simulate.lab.playing import Stage, play
from recovery.simulate.lab.solution import answer_of
from recovery.simulate.lab.teacher.marks import Reason
from recovery.simulate.lab.work import Work

_MISTAKES = 5  # told of a file that is wrong; `recovery check` tells all


@dataclass(frozen=True, slots=True)
class Spot:
    """A stage by its name: it travels to another process."""

    scenario: str
    orders: int
    days: int
    seed: int
    near: Path | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A work to be judged at a spot; its answers are about what was seen at that of the practice.
    `reference` has the points of its exercise's answer at the spot."""

    exercise: int
    work: Work
    spot: Spot
    practice: Spot
    reference: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """What an examiner has to say about a paper, in every language."""

    passed: float
    score: int | None
    reasons: tuple[Reason, ...]
    mistakes: Mapping[str, tuple[str, ...]]


def play_at(spot: Spot, work: Work) -> Mapping[str, Any]:
    """What becomes of a work there. Who marks sees what is true of a hidden market, too; of that
    only the words of the checks, and the score, leave this process."""
    stage = Stage.of(spot.scenario, spot.orders, spot.days, spot.seed, spot.near)
    seen = stage.scenario.model_copy(update={"hidden": False})
    return play(work, replace(stage, scenario=seen))


def reference(paper: Paper) -> float:
    """The points of the reference answer of the paper's exercise on its stage."""
    return points_of(play_at(paper.spot, answer_of(find_exercise(paper.exercise))))


def examine(paper: Paper) -> Result:
    """Judge the paper. What a simulation is said to have come to elsewhere is not asked."""
    found = judge(
        find_exercise(paper.exercise),
        paper.work,
        lambda work: play_at(paper.spot, work),
        lambda: Anchors(paper.reference),
        None if paper.spot == paper.practice else lambda work: play_at(paper.practice, work),
    )
    errors = [one for one in found.problems if one.severity is Severity.ERROR]
    return Result(
        passed=found.passed,
        score=None if found.score is None else found.score.value,
        reasons=tuple(
            Reason(one.check.check, one.passed, {lang: one.said(lang) for lang in LANGUAGES})
            for one in found.findings
        ),
        mistakes={
            lang: tuple(one.line_in(words(lang)) for one in errors[:_MISTAKES])
            for lang in LANGUAGES
        },
    )
