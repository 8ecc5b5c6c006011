"""Weeks, months and quarters on the merchant's wall clock, half-open, midnight to midnight. Pure.

A week is that of ISO 8601: it begins on Monday and belongs to the year of its Thursday.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from recovery.measure.evidence.spans import QUARTER


class Grain(StrEnum):
    """How long a period is."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class Period(NamedTuple):
    """From `since` on and before `until`; in time order by itself."""

    since: datetime
    until: datetime
    name: str  # 2026-W47, 2026-11, 2026-Q4


@dataclass(frozen=True, slots=True)
class Calendar:
    """Periods of one length in one zone."""

    grain: Grain
    zone: ZoneInfo

    def of_day(self, day: date) -> Period:
        """The period of a calendar day."""
        return _period(self, day)

    def of_instant(self, at: datetime) -> Period:
        """The period in which something happened."""
        return self.of_day(at.astimezone(self.zone).date())

    def of_quarter_hour(self, number: int) -> Period:
        """The same of a quarter of an hour since 1970: none lies in two days of any zone."""
        return self.of_instant(datetime.fromtimestamp(number * QUARTER, UTC))


@cache
def _period(calendar: Calendar, day: date) -> Period:
    first, after, name = _SPANS[calendar.grain](day)
    since, until = (datetime.combine(one, time(), calendar.zone) for one in (first, after))
    return Period(since.astimezone(UTC), until.astimezone(UTC), name)


def _week(day: date) -> tuple[date, date, str]:
    year, week, weekday = day.isocalendar()
    monday = day - timedelta(days=weekday - 1)
    return monday, monday + timedelta(days=7), f"{year}-W{week:02}"


def _month(day: date) -> tuple[date, date, str]:
    return _months(day, 1, f"{day:%Y-%m}")


def _quarter(day: date) -> tuple[date, date, str]:
    return _months(day, 3, f"{day.year}-Q{(day.month + 2) // 3}")


def _months(day: date, many: int, name: str) -> tuple[date, date, str]:
    first = date(day.year, (day.month - 1) // many * many + 1, 1)
    after = first.month + many
    return first, date(first.year + after // 13, (after - 1) % 12 + 1, 1), name


_SPANS: dict[Grain, Callable[[date], tuple[date, date, str]]] = {
    Grain.WEEK: _week,
    Grain.MONTH: _month,
    Grain.QUARTER: _quarter,
}
