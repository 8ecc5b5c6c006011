"""The trainee's own answers, in answers.yaml, against the simulation of their own campaign."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from recovery.i18n import Text, Value, say
from recovery.simulate.lab.checks.figures import Played, figure
from recovery.simulate.lab.exercise import Question
from recovery.simulate.lab.plain import PlainError, read_plain
from recovery.simulate.lab.work import ANSWERS, Work


@dataclass(frozen=True, slots=True)
class Given:
    """What the file says, or what is wrong with it."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    wrong: Text | None = None


def given(work: Work) -> Given:
    """The answers of a work; a file that can't be read answers nothing."""
    try:
        return Given(read_plain(work.files.get(ANSWERS, ""), ANSWERS))
    except PlainError as error:
        return Given(wrong=error.args[0])


def lacking(given: Given, question: Question) -> Text | None:
    """Why there is no answer to `question`, where there is none."""
    if given.wrong is not None:
        return given.wrong
    missing = not _said(given, question)
    return say("{file}: no answer to {key}", file=ANSWERS, key=question.key) if missing else None


def judge_answer(given: Given, question: Question, played: Played) -> tuple[bool, Value]:
    """Whether the answer to `question` is right, and the answer."""
    said = _said(given, question)
    if question.words is not None:
        return said.casefold() in question.words, said
    return _near(said, question, played), said


def _said(given: Given, question: Question) -> str:
    return str(given.answers.get(question.key, "")).strip()


def _near(said: str, question: Question, played: Played) -> bool:
    """Whether a number is close to the figure; `12.5%` and `12.5 %` are 0.125."""
    true = figure(str(question.figure), played)
    number = _number(said)
    if true is None or number is None:
        return False
    room = question.within if question.absolute else question.within * abs(true)
    return abs(number - true) <= room


def _number(said: str) -> float | None:
    text = said.replace(" ", "").replace("％", "%").replace(",", "")
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return None
