"""Problems: what is wrong with a marketer's file, where, and how it is mended.

A problem is a code, its parameters and a place. The words come from the row of the code
(`recovery.problems.codes`) and are put on at the edge, in the reader's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from gettext import NullTranslations
from typing import Any

from recovery.i18n import ENGLISH, Text, Value, fill, told
from recovery.problems.codes import CODES, Severity

__all__ = [
    "NOTHING",
    "Edit",
    "Fix",
    "Place",
    "Problem",
    "Related",
    "Road",
    "Severity",
    "problem",
    "written",
]

Road = tuple[str | int, ...]
NOTHING = Text("")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file: line and columns count from 1, `end` is excluded.

    What is longer than a line ends in `end_line`; 0 means the same line.
    """

    line: int
    column: int
    end: int
    end_line: int = 0


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that belongs to a problem, with its label: "first written here".

    With the label `NOTHING` it is one more stretch of the very same mistake, in the same line.
    """

    place: Place
    label: Text
    file: str = ""  # when it is another file than the problem's


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text from `place.column` until `place.end` by `text`."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """How to mend a file. `shown` is what to write instead; `safe` when nothing else can be meant.

    Without edits the whole file is written again (in UTF-8, without a byte order mark).
    """

    shown: str
    edits: tuple[Edit, ...] = ()
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `road` leads to it (`segments[1].market[0]`); lines and columns count from 1.

    The marked text ends before column `end` of line `end_line` (of `line` when that is 0); line 0
    is the file as a whole.
    """

    code: str
    file: str
    line: int
    column: int
    end: int = 0
    end_line: int = 0
    road: str = ""
    parameters: Mapping[str, Value] = field(default_factory=dict)
    severity: Severity = Severity.ERROR
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
    label: Text | None = None  # stands beside the carets

    @property
    def message(self) -> str:
        """What is wrong, in English."""
        return self.message_in(ENGLISH)

    @property
    def cure(self) -> str:
        """What to do, in English."""
        return self.help_in(ENGLISH)

    def message_in(self, language: NullTranslations) -> str:
        """What is wrong, in the words of a catalogue (`recovery.i18n.words`)."""
        return told(language.gettext(CODES[self.code].message), self.parameters, language)

    def help_in(self, language: NullTranslations) -> str:
        """What to do about it."""
        row = CODES[self.code].help
        return told(language.gettext(row), self.parameters, language) if row else ""

    def label_in(self, language: NullTranslations) -> str:
        """The words beside the carets; may be empty."""
        return fill(self.label, language) if self.label else ""

    def line_in(self, language: NullTranslations) -> str:
        """One line, as compilers write them: `file:line:column: message [code]; help`."""
        road = f"{self.road}: " if self.road else ""
        place = ":".join(
            map(str, (self.file, self.line, self.column) if self.line else [self.file])
        )
        told = f"{place}: {road}{self.message_in(language)} [{self.code}]"
        cure = self.help_in(language)
        return f"{told}; {cure}" if cure else told

    def __str__(self) -> str:
        """One line in English."""
        return self.line_in(ENGLISH)

    def payload(self, language: NullTranslations = ENGLISH) -> dict[str, Any]:
        """The problem for programs; `fix` is what to write instead, `edits` where."""
        fix = self.fix
        return {
            "code": self.code,
            "severity": str(self.severity),
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "end_line": self.end_line or self.line,
            "end_column": self.end,
            "road": self.road,
            "message": self.message_in(language),
            "help": self.help_in(language),
            "cure": self.help_in(language),
            "fix": fix.shown if fix else None,
            "safe": bool(fix and fix.safe),
            "edits": [_edit(one) for one in fix.edits] if fix else [],
            "related": [_related(one, self.file, language) for one in self.related],
        }

    def at(self, file: str) -> "Problem":
        """The same problem of a file that is called otherwise from here."""
        return replace(self, file=file)


def problem(
    code: str,
    file: str,
    place: Place,
    road: Road = (),
    /,
    *,
    fix: Fix | None = None,
    related: tuple[Related, ...] = (),
    label: Text | None = None,
    **parameters: Value,
) -> Problem:
    """Return the mistake `code` at `place`, as severe as its row says."""
    return Problem(
        code,
        file,
        place.line,
        place.column,
        place.end,
        place.end_line,
        written(road),
        parameters,
        CODES[code].severity,
        fix,
        related,
        label,
    )


def written(road: Road) -> str:
    """Write a road: `segments[1].market[0]`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in road)
    return "".join(steps).removeprefix(".")


def _edit(edit: Edit) -> dict[str, Any]:
    place = edit.place
    return {
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line or place.line,
        "end_column": place.end,
        "text": edit.text,
    }


def _related(one: Related, file: str, language: NullTranslations) -> dict[str, Any]:
    return {
        "file": one.file or file,
        "line": one.place.line,
        "column": one.place.column,
        "end_column": one.place.end,
        "label": fill(one.label, language),
    }
