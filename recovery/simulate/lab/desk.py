"""A trainee's folder: made from an exercise, and tried as often as one likes."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

from recovery.errors import UsageError
from recovery.i18n import say
from recovery.project import shipped
from recovery.simulate.lab.course import START, find_exercise
from recovery.simulate.lab.exercise import Exercise
from recovery.simulate.lab.judge import Anchors, Judgement, judge, points_of
from recovery.simulate.lab.playing import Stage, play
from recovery.simulate.lab.sheet import FILE, Sheet, read_sheet
from recovery.simulate.lab.solution import answer_of
from recovery.simulate.lab.work import Work, read_work

TASK = "README.md"
MEMORY = ".lab.json"
TRIES_BEFORE_THE_ANSWER = 3
_KEPT = 40  # points of anchors that are remembered

Watch = Callable[[int], None]


def start(exercise: Exercise, folder: Path, sheet: Sheet, lang: str) -> list[str]:
    """Make a trainee's folder; returns its files. UsageError when there is something already."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(say("{folder} is not empty: choose another folder", folder=folder))
    try:
        copytree(exercise.folder / START, folder, dirs_exist_ok=True)
        (folder / TASK).write_text(exercise.task(lang), "utf-8")
        (folder / FILE).write_text(sheet.text(), "utf-8")
    except OSError as error:
        raise UsageError(
            say("can't write to {target}: {strerror}", target=folder, strerror=error.strerror)
        ) from error
    made = (one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())
    return sorted(made)


@dataclass(frozen=True, slots=True)
class Tried:
    """One try of an exercise: what came of it, and the how-manieth it was."""

    judgement: Judgement
    tries: int
    sheet: Sheet

    @property
    def may_see_answer(self) -> bool:
        """Whether the reference answer may be shown: solved, or tried often enough."""
        enough = self.tries >= TRIES_BEFORE_THE_ANSWER or self.judgement.solved
        return self.sheet.answers and enough


def stage_for(sheet: Sheet, folder: Path) -> Stage:
    """Where the work in `folder` is tried; UsageError for a market that is for grading."""
    stage = Stage.of(sheet.scenario, sheet.orders, sheet.days, sheet.seed, folder)
    if stage.scenario.hidden:
        raise UsageError(
            say("{scenario} is for grading: it is not played here", scenario=sheet.scenario)
        )
    return stage


def heard(
    number: int, folder: Path, until: timedelta, watch: Watch = lambda hours: None
) -> Sequence[Mapping[str, Any]]:
    """What somebody who works with the campaigns in `folder` would hear until then: the engine's
    alerts, a status page, customers."""
    stage = stage_for(sheet_for(number, folder), folder)
    notices: Sequence[Mapping[str, Any]] = play(read_work(folder), stage, watch, until)["notices"]
    return notices


def attempt(number: int, folder: Path, watch: Watch = lambda hours: None) -> Tried:
    """Try the work in `folder`. UsageError when the folder is another exercise's, or its market is
    one for grading."""
    sheet, exercise = sheet_for(number, folder), find_exercise(number)
    stage = stage_for(sheet, folder)
    memory = _remembered(folder)
    points = {str(key): float(value) for key, value in memory.get("points", {}).items()}

    def anchor(work: Work) -> float:
        key = stage.key(work)
        if key not in points:
            points[key] = points_of(play(work, stage, watch))
        return points[key]

    def anchors() -> Anchors:
        preset = preset_of(exercise)
        return Anchors(anchor(answer_of(exercise)), None if preset is None else anchor(preset))

    found = judge(exercise, read_work(folder), lambda work: play(work, stage, watch), anchors)
    tries = int(memory.get("tries", 0)) + 1
    _remember(folder, {"tries": tries, "points": dict(list(points.items())[-_KEPT:])})
    return Tried(found, tries, sheet)


def sheet_for(number: int, folder: Path) -> Sheet:
    """The sheet of `folder`; UsageError when it is for another exercise than `number`."""
    sheet = read_sheet(folder)
    if sheet.exercise != number:
        raise UsageError(
            say(
                "{folder} is for exercise {other}, not {number}",
                folder=folder,
                other=sheet.exercise,
                number=number,
            )
        )
    return sheet


def tries(folder: Path) -> int:
    """How often the work in `folder` was tried."""
    return int(_remembered(folder).get("tries", 0))


def preset_of(exercise: Exercise) -> Work | None:
    """A shipped campaign to compare with, made active, if the exercise has one."""
    if exercise.preset is None:
        return None
    file = shipped() / "campaigns" / f"{exercise.preset}.yaml"
    text = file.read_text("utf-8").replace("\nstatus: draft\n", "\nstatus: active\n")
    defaults = (shipped() / "campaigns" / "defaults.yaml").read_text("utf-8")
    return Work({"campaigns/preset.yaml": text, "campaigns/defaults.yaml": defaults})


def _remembered(folder: Path) -> Mapping[str, Any]:
    """What is remembered of earlier tries; a file that somebody spoilt is forgotten."""
    try:
        found = json.loads((folder / MEMORY).read_text("utf-8"))
        return {"tries": int(found["tries"]), "points": dict(found["points"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _remember(folder: Path, told: Mapping[str, Any]) -> None:
    (folder / MEMORY).write_text(json.dumps(told), "utf-8")
