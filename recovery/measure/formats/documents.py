"""What a report command can answer with: one document, told in every format."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from recovery.measure.course import NEVER, Course
from recovery.measure.formats.arms import Arms
from recovery.measure.formats.paper import Paper
from recovery.measure.formats.rows import arms_sheet
from recovery.measure.formats.sheet import Sheet
from recovery.measure.page import page
from recovery.measure.report import Report
from recovery.measure.wording import Wording


class Document(Protocol):
    """The same numbers for programs, spreadsheets and people."""

    def payload(self) -> Mapping[str, Any]:
        """The JSON document."""
        ...

    def sheet(self) -> Sheet:
        """The flat table."""
        ...

    def paper(self, say: Wording) -> Paper:
        """Tables and sentences."""
        ...

    def page(self, lang: str) -> str:
        """A self-contained HTML page."""
        ...


@dataclass(frozen=True, slots=True)
class Rates:
    """The report itself: a rate for each sequence, its lift, and what was earned."""

    report: Report
    course: Course = NEVER

    def payload(self) -> Mapping[str, Any]:
        """The contract's document."""
        return self.report.payload()

    def sheet(self) -> Sheet:
        """One row an arm."""
        return arms_sheet(self.report)

    def paper(self, say: Wording) -> Paper:
        """A table for each segment, and more."""
        return Arms(self.report, say).paper()

    def page(self, lang: str) -> str:
        """The page with pictures."""
        return page(self.report, lang, self.course)
