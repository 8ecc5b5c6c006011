"""The row of a code: its words, how much it matters, and an example of the mistake."""

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """Only an error stops a campaign; the others are told."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Row(NamedTuple):
    """What is wrong and what to do; `{name}` stands for a parameter of the problem.

    `why` explains the rule. `wrong` is a piece of a file with the marked text between « and »,
    `right` the same piece mended; `file` says which file of an example project it is.
    """

    message: str
    help: str
    why: str = ""
    wrong: str = ""
    right: str = ""
    severity: Severity = Severity.ERROR
    file: str = "campaign.yaml"
