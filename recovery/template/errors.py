"""The one error of this room: it names the marketer's file, the line and the cure."""

from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from recovery.errors import Exit, RecoveryError
from recovery.i18n import Text, say
from recovery.problems import Edit, Fix, Place, Problem, problem


class TemplateError(RecoveryError):
    """Raised when a template file is wrong, with the code of a problem and its parameters.

    `line` counts from 1; None means the whole file. `mark` is the word to point at in that line,
    at `column` where that is known; `swap` is what to write in its place, `safe` when nothing else
    can be meant.
    """

    exit_code = Exit.DATA

    def __init__(
        self,
        code: str,
        /,
        *,
        file: Path | str,
        line: int | None = None,
        mark: str = "",
        column: int | None = None,
        swap: str | None = None,
        safe: bool = False,
        **parameters: Any,
    ) -> None:
        self.code, self.file, self.line, self.mark = code, str(file), line, mark
        self.column, self.swap, self.safe = column, swap, safe
        self.parameters = parameters
        super().__init__(str(self))

    @property
    def message(self) -> str:
        """What is wrong, in English."""
        return self.problem().message

    @property
    def cure(self) -> str:
        """What to do, in English."""
        return self.problem().cure

    def problem(self, text: str = "") -> Problem:
        """The mistake as a problem; `text` is its line, in which `mark` is looked for."""
        place = self._place(text)
        fix = None
        if self.swap is not None and self.column is not None:
            fix = Fix(self.swap, (Edit(place, self.swap),), self.safe)
        return problem(self.code, self.file, place, fix=fix, **self.parameters)

    def _place(self, text: str) -> Place:
        if self.column is not None:
            return Place(self.line or 1, self.column, self.column + max(1, len(self.mark)))
        start = max(text.find(self.mark), 0) if self.mark else len(text) - len(text.lstrip())
        end = start + len(self.mark) if self.mark in text else len(text.rstrip())
        end = end if self.mark or self.line else start
        return Place(self.line or 1, start + 1, max(end, start) + 1)

    def __str__(self) -> str:
        """`templates/last-call/de/letter.txt:7: what is wrong; the cure`."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}" + (f"; {self.cure}" if self.cure else "")


def near(word: str, known: Collection[str]) -> str | None:
    """The nearest known word, if one is near; upper and lower case don't matter."""
    lower = {one.lower(): one for one in known}
    found = get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return lower[found[0]] if found else None


def did_you_mean(word: str, known: Collection[str]) -> Text:
    """Name the nearest known word, or all of them when none is near."""
    if found := near(word, known):
        return say("did you mean '{near}'?", near=found)
    return say("known are {options}", options=", ".join(sorted(known)))
