"""What the page shows of each campaign and segment, and what it must not show. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby

from recovery.measure.course import Course, Look
from recovery.measure.evidence.cohorts import Cohort, Side
from recovery.measure.judging import Verdict
from recovery.measure.page.axis import Axis
from recovery.measure.report import Report, Row
from recovery.measure.stats import Interval, Proportion, wilson
from recovery.measure.steps import StepTest

HIDDEN = (Verdict.SRM_FAIL, Verdict.CONTAMINATED)
SHOWN = (Verdict.INCONCLUSIVE, Verdict.LIFT, Verdict.HARM, Verdict.FINAL)
COLOURS = 4  # of sequences; a fifth begins anew, with its name beside it


@dataclass(frozen=True)
class SegmentView:
    """One segment: its sequences, and the hold-out they are compared with."""

    number: int  # of the segment on the page: what links lead to
    rows: tuple[Row, ...]
    now: datetime
    course: Course

    @property
    def campaign(self) -> str:
        """The campaign's name."""
        return self.rows[0].arm.campaign

    @property
    def name(self) -> str:
        """The segment's name."""
        return self.rows[0].arm.segment

    @cached_property
    def alarm(self) -> Verdict | None:
        """Why nothing of this segment may be compared; None where it may."""
        return next((row.verdict for row in self.rows if row.verdict in HIDDEN), None)

    @cached_property
    def sequences(self) -> list[Row]:
        """Everything but the hold-out."""
        return [row for row in self.rows if not row.arm.holdout]

    @cached_property
    def control(self) -> Row | None:
        """The hold-out, where it may be compared with."""
        if self.alarm:
            return None
        return next((row for row in self.rows if row.arm.holdout and row.people.mature), None)

    @cached_property
    def arms(self) -> list[Row]:
        """Whom the pictures show: beside an alarm no hold-out, since eyes compare."""
        return [row for row in self.rows if not (self.alarm and row.arm.holdout)]

    @cached_property
    def compared(self) -> list[Row]:
        """Sequences whose lift may be shown."""
        return [row for row in self.sequences if lift_is_shown(row)]

    @property
    def best(self) -> Row | None:
        """The sequence with the largest lift, where it was chosen from several."""
        if len(self.compared) < 2:
            return None
        return max(self.compared, key=lambda row: row.lift.absolute or 0.0 if row.lift else 0.0)

    @cached_property
    def rates(self) -> Axis:
        """The scale of conversion rates."""
        return Axis.over(_ends(interval(row) for row in self.arms))

    @cached_property
    def lifts(self) -> Axis:
        """The scale of differences."""
        return Axis.over(_ends(row.lift.interval for row in self.compared if row.lift))

    def colour(self, row: Row) -> str:
        """The class that paints an arm."""
        if row.arm.holdout:
            return "control"
        return f"arm-{self.sequences.index(row) % COLOURS}"

    def looks(self, row: Row) -> tuple[Look, ...]:
        """How the lift of a sequence came about; nothing beside an alarm."""
        return () if self.alarm else self.course.looks.get(row.arm, ())

    @property
    def cohorts(self) -> tuple[Cohort, ...]:
        """Weeks of everybody who was drawn into a sequence."""
        return self.course.cohorts.get(Side(self.campaign, self.name, holdout=False), ())


@dataclass(frozen=True, slots=True)
class CampaignView:
    """One campaign, with the experiments on its steps."""

    name: str
    owner: str | None
    segments: tuple[SegmentView, ...]
    steps: tuple[StepTest, ...]


def campaigns(report: Report, course: Course) -> list[CampaignView]:
    """Everything that was enrolled, in the report's order."""
    numbers = iter(range(1, len(report.rows) + 1))
    return [
        CampaignView(
            name,
            next((row.owner for row in rows if row.owner), None),
            tuple(
                SegmentView(next(numbers), tuple(group), report.at, course)
                for _, group in groupby(rows, lambda row: row.arm.segment)
            ),
            tuple(step for step in report.steps if step.place.campaign == name),
        )
        for name, rows in (
            (name, list(group)) for name, group in groupby(report.rows, lambda r: r.arm.campaign)
        )
    ]


def lift_is_shown(row: Row) -> bool:
    """Whether the numbers of a lift may be said: not before a verdict, not beside an alarm."""
    return row.verdict in SHOWN and row.lift is not None and row.lift.absolute is not None


def converted(row: Row) -> Proportion:
    """Customers who paid in time, of those whose window is over."""
    return Proportion(row.people.converted, row.people.mature)


def interval(row: Row) -> Interval | None:
    """Wilson's, of that share; None of nobody."""
    seen = converted(row)
    return wilson(seen.count, seen.total).interval if seen.total else None


def _ends(intervals: Iterable[Interval | None]) -> list[float]:
    return [end for one in intervals if one is not None for end in (one.low, one.high)]
