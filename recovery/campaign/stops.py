"""Where YAML stopped, and what a diagnosis makes of it."""

from typing import Any, NamedTuple

from recovery.campaign.sheet import Sheet
from recovery.i18n import Text


class Found(NamedTuple):
    """A mistake at columns `start` until `end` of a line, and the edits that mend it.

    `edits` are (line, start, end, text) of the mended text, the last first; without any the rest
    of the file stays unknown. `fixes` says whether a person may be offered them.
    """

    code: str
    line: int
    start: int
    end: int
    parameters: dict[str, Any]
    edits: tuple[tuple[int, int, int, str], ...] = ()
    fixes: bool = True
    safe: bool = False
    also: tuple[tuple[int, int, int, Text], ...] = ()


class Stopped(NamedTuple):
    """What YAML said, with its marks inside of the text."""

    why: str
    context: str
    line: int
    column: int
    begun: tuple[int, int] | None
    sheet: Sheet

    @property
    def text(self) -> str:
        """The line it stopped in."""
        return self.sheet.lines[self.line]

    @property
    def sign(self) -> str:
        """The sign it stopped at."""
        return self.text[self.column : self.column + 1]
