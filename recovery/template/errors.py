"""The one error of this room: it names the marketer's file, the line and the cure."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any

from recovery.errors import Exit, RecoveryError
from recovery.i18n import Text, say
from recovery.problems import Place, Problem, problem


class TemplateError(RecoveryError):
    """Raised when a template file is wrong, with the code of a problem and its parameters.

    `line` counts from 1; None means the whole file. `mark` is the word to point at in that line.
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
        **parameters: Any,
    ) -> None:
        self.code, self.file, self.line, self.mark = code, str(file), line, mark
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
        start = max(text.find(self.mark), 0) if self.mark else len(text) - len(text.lstrip())
        end = start + len(self.mark) if self.mark in text else len(text.rstrip())
        end = end if self.mark or self.line else start
        place = Place(self.line or 1, start + 1, max(end, start) + 1)
        return problem(self.code, self.file, place, **self.parameters)

    def __str__(self) -> str:
        """`templates/last-call/de/letter.txt:7: what is wrong; the cure`."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}" + (f"; {self.cure}" if self.cure else "")


def did_you_mean(word: str, known: list[str]) -> Text:
    """Name the nearest known word, or all of them when none is near."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return say("did you mean '{near}'?", near=near[0])
    return say("known are {options}", options=", ".join(sorted(known)))
