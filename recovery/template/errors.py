"""The one error of this room: it names the marketer's file, the line and the cure."""

from difflib import get_close_matches
from pathlib import Path

from recovery.errors import Exit, RecoveryError
from recovery.problems import Place, Problem, problem


class TemplateError(RecoveryError):
    """Raised when a template file is wrong. `line` counts from 1; None means the whole file."""

    exit_code = Exit.DATA

    def __init__(
        self, message: str, *, file: Path | str, line: int | None = None, cure: str = ""
    ) -> None:
        self.message, self.file, self.line, self.cure = message, str(file), line, cure
        super().__init__(str(self))

    @property
    def problem(self) -> Problem:
        """The same mistake as a problem; what has no line is told of the first."""
        place = Place(self.line or 1, 1, 1)
        return problem("CR100", self.file, place, problem=self.message, cure=self.cure)

    def __str__(self) -> str:
        """`templates/last-call/de/letter.txt:7: what is wrong; the cure`."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}" + (f"; {self.cure}" if self.cure else "")


def did_you_mean(word: str, known: list[str]) -> str:
    """Name the nearest known word, or all of them when none is near."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else "known are " + ", ".join(sorted(known))
