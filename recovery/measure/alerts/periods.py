"""Spans of equal length, the newest first: which of them an instant lies in, in SQL."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, literal

from recovery.measure.alerts.series import Kind, Series, Subject
from recovery.measure.evidence.spans import microseconds
from recovery.measure.funnel.stages import SMALLEST_UNIT


@dataclass(frozen=True, slots=True)
class Periods:
    """So many periods of `length` that end at `until`; the first `newest` of them are judged."""

    until: datetime
    length: timedelta
    newest: int
    count: int

    @property
    def since(self) -> datetime:
        """Where the oldest begins."""
        return self.until - self.length * self.count

    @property
    def last_since(self) -> datetime:
        """Where those that are judged begin."""
        return self.until - self.length * self.newest

    def of(self, at: ColumnElement[datetime]) -> ColumnElement[int]:
        """The number of the period of an instant: 0 for the newest, its end not in it."""
        ago = microseconds(literal(self.until, at.type), at)
        return (ago - 1) // (self.length // SMALLEST_UNIT)

    def hold(self, at: ColumnElement[datetime]) -> ColumnElement[bool]:
        """Whether an instant lies in any of them."""
        return and_(at >= self.since, at < self.until)

    def series(self, kind: Kind, subject: Subject, context: str | None = None) -> Series:
        """An empty series over these periods."""
        return Series(kind, subject, self.newest, self.count, context=context)
