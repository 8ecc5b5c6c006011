"""The error of a campaign file that can't be used: it carries all its problems."""

from collections.abc import Sequence

from recovery.errors import Exit, RecoveryError
from recovery.problems import (
    NOTHING,
    Edit,
    Fix,
    Place,
    Problem,
    Related,
    Road,
    Severity,
    problem,
    written,
)

__all__ = [
    "NOTHING",
    "CampaignError",
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


class CampaignError(RecoveryError):
    """Raised when a campaign file is wrong; `problems` are all that were found, top to bottom."""

    exit_code = Exit.DATA

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = list(problems)

    @property
    def file(self) -> str:
        """The file that is wrong."""
        return self.problems[0].file
