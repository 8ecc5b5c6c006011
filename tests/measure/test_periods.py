"""Weeks, months and quarters on a wall clock, on the days on which it jumps and in odd zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from recovery.measure.evidence.spans import QUARTER
from recovery.measure.periods import Calendar, Grain

INSTANT = timedelta(microseconds=1)


def calendar(grain: str, zone: str) -> Calendar:
    return Calendar(Grain(grain), ZoneInfo(zone))


@pytest.mark.parametrize(
    ("day", "week", "month", "quarter"),
    [
        ("2026-01-01", "2026-W01", "2026-01", "2026-Q1"),
        ("2025-12-29", "2026-W01", "2025-12", "2025-Q4"),
        ("2027-01-03", "2026-W53", "2027-01", "2027-Q1"),
        ("2026-12-31", "2026-W53", "2026-12", "2026-Q4"),
        ("2028-02-29", "2028-W09", "2028-02", "2028-Q1"),
    ],
)
def test_days_of_the_turn_of_the_year(day: str, week: str, month: str, quarter: str) -> None:
    names = [
        calendar(grain, "UTC").of_day(date.fromisoformat(day)).name
        for grain in ("week", "month", "quarter")
    ]
    assert names == [week, month, quarter]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 167),  # summer time begins on Sunday
        ("Europe/Berlin", "2026-10-25", 169),
        ("America/New_York", "2026-11-01", 169),
        ("Asia/Kathmandu", "2026-10-25", 168),
        ("Africa/Cairo", "2026-04-24", 167),  # there is no midnight on this Friday
        ("Australia/Lord_Howe", "2026-04-05", 168.5),
    ],
)
def test_a_week_is_as_long_as_the_wall_clock_makes_it(zone: str, day: str, hours: float) -> None:
    found = calendar("week", zone).of_day(date.fromisoformat(day))
    assert (found.until - found.since) / timedelta(hours=1) == hours


@pytest.mark.parametrize("grain", list(Grain))
@pytest.mark.parametrize(
    "zone", ["UTC", "Asia/Kathmandu", "Europe/Berlin", "Africa/Cairo", "America/St_Johns"]
)
def test_periods_touch_and_hold_their_first_instant_and_not_their_last(
    zone: str, grain: Grain
) -> None:
    whole, end = calendar(grain, zone), datetime(2028, 1, 1, tzinfo=UTC)
    period = whole.of_day(date(2025, 12, 30))
    while period.since < end:
        assert whole.of_instant(period.since) == period
        assert whole.of_instant(period.until - INSTANT) == period
        assert whole.of_instant(period.until).since == period.until
        assert period.since.timestamp() % QUARTER == 0  # so no quarter of an hour is cut
        period = whole.of_instant(period.until)


def test_a_quarter_of_an_hour_lies_where_its_instants_lie() -> None:
    whole = calendar("week", "Asia/Kathmandu")
    midnight = datetime(2026, 11, 1, 18, 15, tzinfo=UTC)  # Monday begins in Kathmandu
    number = int(midnight.timestamp()) // QUARTER
    assert whole.of_quarter_hour(number).since == midnight
    assert whole.of_quarter_hour(number - 1).until == midnight
