"""What is wrong with a campaign file, where, and the cure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from recovery.campaign.codes import words
from recovery.errors import Exit, RecoveryError

Road = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file: line and columns count from 1, `end` is excluded."""

    line: int
    column: int
    end: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `road` leads to it (`segments[1].market[0]`); `end` closes what to underline.

    `code` and `parameters` are the mistake itself; `message` and `cure` are its English words.
    """

    code: str
    file: str
    line: int
    column: int
    road: str
    message: str
    cure: str
    end: int = 0
    parameters: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        """One line, as compilers write them: `file:line:column: message [code]; cure`."""
        road = f"{self.road}: " if self.road else ""
        return f"{self.file}:{self.line}:{self.column}: {road}{self.message} [{self.code}]; " + (
            self.cure
        )


class CampaignError(RecoveryError):
    """Raised when a campaign file is wrong; `problems` are all that were found, top to bottom."""

    exit_code = Exit.DATA

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

    @property
    def file(self) -> str:
        """The file that is wrong."""
        return self.problems[0].file


def problem(
    code: str, file: str, place: Place, road: Road = (), **parameters: str | int
) -> Problem:
    """Put the words of `code` on a mistake at `place`."""
    message, cure = words(code, parameters)
    line, column, end = place.line, place.column, place.end
    return Problem(code, file, line, column, written(road), message, cure, end, parameters)


def written(road: Road) -> str:
    """Write a road: `segments[1].market[0]`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in road)
    return "".join(steps).removeprefix(".")
