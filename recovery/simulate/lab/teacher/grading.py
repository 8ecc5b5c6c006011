"""Grading a class: every hand-in is played anew on one stage, each in a process of its own."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from recovery.errors import UsageError
from recovery.i18n import Text, say
from recovery.simulate.lab.course import find_exercise
from recovery.simulate.lab.teacher.apart import apart
from recovery.simulate.lab.teacher.classroom import Classroom, Key, Trainee
from recovery.simulate.lab.teacher.collect import Collected, Entry, collect
from recovery.simulate.lab.teacher.examiner import Paper, Result, Spot, examine, reference
from recovery.simulate.lab.teacher.marks import Line, Mark, ranked, value
from recovery.simulate.lab.teacher.trees import Faulty
from recovery.simulate.lab.work import Work

PATIENCE = 900.0  # seconds for one work; a simulation of a class takes a small part of it
Watch = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Graded:
    """The marks of a class, best first, and what in the folder was no hand-in."""

    classroom: Classroom
    hidden: bool  # played with a key
    lines: Sequence[Line]
    left_out: Sequence[str]

    @property
    def clean(self) -> bool:
        """Whether every hand-in could be marked."""
        return not any(mark.fault for line in self.lines for mark in line.marks if mark.source)

    def payload(self, lang: str) -> Mapping[str, Any]:
        """The document of `recovery lab grade --json`; nothing of the key stands in it."""
        return {
            "class": self.classroom.class_,
            "exercises": list(self.classroom.exercises),
            "hidden": self.hidden,
            "weights": self.classroom.weights.model_dump(),
            "trainees": [line.payload(lang) for line in self.lines],
            "left_out": list(self.left_out),
        }


@dataclass(frozen=True, slots=True)
class Exam:
    """How a class is graded: with which key, from where scenarios are read, how many at once."""

    classroom: Classroom
    key: Key | None
    near: Path
    jobs: int = 1
    patience: float = PATIENCE

    def grade(self, folder: Path, watch: Watch = lambda done: None) -> Graded:
        """Mark everything in `folder`. Raises UsageError where the stage itself can't be played."""
        found = collect(folder, self.classroom)
        counted = _counted(found, self.classroom)
        references = self._references(watch)
        with ThreadPoolExecutor(self.jobs) as pool:
            marks = list(pool.map(lambda one: self._mark(one, references, watch), counted))
        by_trainee: dict[Trainee, list[Mark]] = {}
        for (trainee, _, _), mark in zip(counted, marks, strict=True):
            by_trainee.setdefault(trainee, []).append(mark)
        return Graded(
            self.classroom, self.key is not None, ranked(list(by_trainee.items())), found.left_out
        )

    def paper(self, exercise: int, work: Work) -> Paper:
        """A work on the stage of this exam: the key's, or the one that the class practises on."""
        sheet, key = self.classroom.sheet(find_exercise(exercise)), self.key
        practice = Spot(sheet.scenario, sheet.orders, sheet.days, sheet.seed, self.near)
        if key is None:
            return Paper(exercise, work, practice, practice)
        spot = Spot(
            scenario=key.scenarios.get(exercise, sheet.scenario),
            orders=key.orders or sheet.orders,
            days=key.days or sheet.days,
            seed=key.seed,
            near=self.near,
        )
        return Paper(exercise, work, spot, practice)

    def _references(self, watch: Watch) -> Mapping[int, float]:
        def played(exercise: int) -> float:
            try:
                found = apart(reference, self.paper(exercise, Work({})), self.patience)
            except Faulty as fault:
                raise UsageError(
                    say(
                        "exercise {number} can't be played here: {why}",
                        number=exercise,
                        why=fault.why,
                    )
                ) from None
            watch(1)
            return float(found)

        with ThreadPoolExecutor(self.jobs) as pool:
            numbers = self.classroom.exercises
            return dict(zip(numbers, pool.map(played, numbers), strict=True))

    def _mark(
        self,
        one: "tuple[Trainee, int, Sequence[Entry]]",
        references: Mapping[int, float],
        watch: Watch,
    ) -> Mark:
        _, exercise, entries = one
        mark = self._marked(exercise, entries, references)
        watch(1)
        return mark

    def _marked(
        self, exercise: int, entries: Sequence[Entry], references: Mapping[int, float]
    ) -> Mark:
        if not entries:
            return Mark(exercise, fault=say("nothing was handed in"))
        entry = entries[-1]
        notes = [*entry.notes, *_of_several(entries)]
        if entry.fault is not None:
            return Mark(exercise, fault=entry.fault, notes=notes, source=entry.label)
        paper = replace(self.paper(exercise, entry.hand_in.work), reference=references[exercise])
        try:
            found: Result = apart(examine, paper, self.patience)
        except Faulty as fault:
            return Mark(exercise, fault=fault.why, notes=notes, source=entry.label)
        late = self._late(entry.hand_in.made_at)
        off = self.classroom.late if late else 0.0
        return Mark(
            exercise=exercise,
            value=value(found.passed, found.score, self.classroom.weights, off),
            passed=found.passed,
            score=found.score,
            reasons=found.reasons,
            mistakes=found.mistakes,
            notes=[*notes, late] if late else notes,
            late=late is not None,
            source=entry.label,
        )

    def _late(self, made_at: datetime | None) -> Text | None:
        """By how much a hand-in came late, by its own word."""
        deadline = self.classroom.deadline
        if deadline is None or made_at is None or made_at <= deadline:
            return None
        hours = -(-(made_at - deadline) // timedelta(hours=1))
        return say("made {hours} h after the deadline", hours=hours)


def _of_several(entries: Sequence[Entry]) -> list[Text]:
    if len(entries) < 2:
        return []
    return [
        say(
            "{count} hand-ins; the one that counts is {label}",
            count=len(entries),
            label=entries[-1].label,
        )
    ]


def _counted(found: Collected, classroom: Classroom) -> list[tuple[Trainee, int, Sequence[Entry]]]:
    """What each trainee handed in for each exercise; of several the newest, by their own word,
    stands last, and one that can be read after those that can't."""
    trainees = dict.fromkeys([*classroom.trainees, *(one.trainee for one in found.entries)])
    return [
        (trainee, exercise, sorted(_theirs(found, trainee, exercise), key=_newness))
        for trainee in trainees
        for exercise in classroom.exercises
    ]


def _theirs(found: Collected, trainee: Trainee, exercise: int) -> list[Entry]:
    """Hand-ins of a trainee for an exercise; one that nobody can read may have been for any."""
    return [
        one
        for one in found.entries
        if one.trainee == trainee and one.hand_in.exercise in (exercise, None)
    ]


def _newness(entry: Entry) -> tuple[bool, float, str]:
    made = entry.hand_in.made_at
    return entry.fault is None, made.timestamp() if made else 0.0, entry.label
