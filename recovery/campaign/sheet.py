"""A text that is mended in memory and remembers where each sign stood in the file.

Lines never come or go, so only columns move. What a mended text is found to say can therefore be
told with the place at which the marketer wrote it.
"""

from recovery.campaign.problems import Edit, Place


class Sheet:
    """The lines of one text; lines and columns count from 0 here, as in YAML's marks."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self._origins: dict[int, list[int]] = {}
        self._first = tuple(self.lines)

    @property
    def text(self) -> str:
        """The text as it is mended so far."""
        return "\n".join(self.lines)

    @property
    def mended(self) -> bool:
        """Whether it differs from the file."""
        return bool(self._origins)

    def replace(self, line: int, start: int, end: int, text: str) -> Edit:
        """Write `text` in place of columns `start` until `end`; return the edit of the file."""
        old = self.lines[line]
        origins = self._origins.setdefault(line, list(range(len(old) + 1)))
        place = Place(line + 1, origins[start] + 1, origins[end] + 1)
        self.lines[line] = old[:start] + text + old[end:]
        self._origins[line] = origins[:start] + [origins[start]] * len(text) + origins[end:]
        return Edit(place, text)

    def place(self, line: int, start: int, end: int) -> Place:
        """Where columns `start` until `end` stand in the file; at least one sign wide."""
        line = min(line, len(self.lines) - 1)
        first = self._origin(line, start)
        return Place(line + 1, first + 1, max(self._origin(line, end), first + 1) + 1)

    def sign(self, place: Place) -> str:
        """The sign of the file at `place`; empty at the end of a line."""
        return self._first[place.line - 1][place.column - 1 : place.column]

    def read(self, place: Place, *, whole: bool = False) -> str:
        """What the file says at `place`; `whole`: until the end of the line."""
        line = self._first[place.line - 1]
        return line[place.column - 1 :] if whole else line[place.column - 1 : place.end - 1]

    def _origin(self, line: int, column: int) -> int:
        origins = self._origins.get(line)
        if origins is None:
            return min(column, len(self.lines[line]))
        return origins[min(column, len(origins) - 1)]
