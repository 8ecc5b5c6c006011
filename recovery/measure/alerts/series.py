"""What is looked at: counts of the last periods beside those of the usual. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What may have turned for the worse."""

    FAILURES = "failures"  # more payments fail
    SILENCE = "silence"  # no order at all, where there were always some
    RECOVERY = "recovery"  # a sequence brings fewer orders back
    UNDELIVERED = "undelivered"  # more messages come back or are refused
    COMPLAINTS = "complaints"  # over a limit
    OPTOUTS = "optouts"  # over a limit
    UNKNOWN = "unknown"  # messages without an answer pile up
    REFUSED = "refused"  # a channel's provider refuses us


class Subject(NamedTuple):
    """What a number is about: `all`, or a part and its name: `market` DE, `channel` sms."""

    part: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """`count` of `total` in one period."""

    count: int
    total: int

    @property
    def rate(self) -> float | None:
        """The share; None of nobody."""
        return self.count / self.total if self.total else None


NOTHING = Cell(0, 0)


@dataclass(slots=True)
class Series:
    """One rate over time. Period 0 is the newest, larger numbers are older."""

    kind: Kind
    subject: Subject
    newest: int  # so many periods are what is judged; those before are the usual
    periods: int  # all of them
    cells: dict[int, Cell] = field(default_factory=dict)
    context: str | None = None  # more about the subject: the goal window of a sequence

    def add(self, period: int, count: int, total: int) -> None:
        """Count more in a period."""
        known = self.cells.get(period, NOTHING)
        self.cells[period] = Cell(known.count + count, known.total + total)

    @property
    def last(self) -> Cell:
        """What is judged."""
        return _sum(cell for period, cell in self.cells.items() if period < self.newest)

    @property
    def usual(self) -> Cell:
        """What it is judged by."""
        return _sum(self.baseline())

    def baseline(self) -> list[Cell]:
        """The usual, period by period; those in which there was nothing are in it, too."""
        return [self.cells.get(one, NOTHING) for one in range(self.newest, self.periods)]


def _sum(cells: Iterable[Cell]) -> Cell:
    told = list(cells)
    return Cell(sum(cell.count for cell in told), sum(cell.total for cell in told))
