"""The course as it was shipped: its exercises in order."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from recovery.errors import UsageError
from recovery.i18n import say
from recovery.markets.reading import read_over
from recovery.simulate.lab.exercise import Exercise

FOLDER = Path(__file__).parent / "exercises"
FILE = "exercise.yaml"
START, ANSWER = "start", "answer"


@cache
def course(folder: Path = FOLDER) -> Sequence[Exercise]:
    """All exercises by number; MarketError, with file and line, for one that is wrong."""
    found = [read_exercise(file.parent) for file in sorted(folder.glob(f"*/{FILE}"))]
    return tuple(sorted(found, key=lambda one: one.exercise))


def read_exercise(folder: Path) -> Exercise:
    """The exercise in `folder`; MarketError names every mistake of its file."""
    file = folder / FILE
    named = f"{folder.name}/{FILE}"
    return read_over({"folder": folder}, Exercise, file.read_text("utf-8"), named)


def find_exercise(number: int) -> Exercise:
    """The exercise `number`; UsageError when there is none."""
    known = {one.exercise: one for one in course()}
    if number not in known:
        raise UsageError(
            say(
                "there is no exercise {number}; the course has {first} to {last}",
                number=number,
                first=min(known),
                last=max(known),
            )
        )
    return known[number]
