"""Quiet hours: overnight, on both days of a clock change, and where only the country is known."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.campaign.schema import Quiet
from recovery.dispatch.quiet import wakes_at

NIGHT = Quiet(start=time(21), end=time(8))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "now", "wakes"),
    [
        ("Europe/Berlin", "2026-01-15T20:59:59+01:00", None),
        ("Europe/Berlin", "2026-01-15T21:00:00+01:00", "2026-01-16T08:00:00+01:00"),
        ("Europe/Berlin", "2026-01-16T00:00:00+01:00", "2026-01-16T08:00:00+01:00"),
        ("Europe/Berlin", "2026-01-16T07:59:59+01:00", "2026-01-16T08:00:00+01:00"),
        ("Europe/Berlin", "2026-01-16T08:00:00+01:00", None),
        # the night in which the clock jumps from 2:00 to 3:00, and the one with two 2:00s
        ("Europe/Berlin", "2026-03-28T22:00:00+01:00", "2026-03-29T08:00:00+02:00"),
        ("Europe/Berlin", "2026-10-24T22:00:00+02:00", "2026-10-25T08:00:00+01:00"),
        ("Asia/Kolkata", "2026-06-01T15:30:00+00:00", "2026-06-02T08:00:00+05:30"),
        ("Pacific/Kiritimati", "2026-06-01T23:30:00+14:00", "2026-06-02T08:00:00+14:00"),
    ],
)
def test_the_customer_sleeps_on_their_own_clock(zone, now, wakes):
    assert wakes_at(utc(now), NIGHT, (zone,)) == (wakes and utc(wakes))


def test_quiet_time_within_one_day():
    siesta = Quiet(start=time(13), end=time(15, 30))
    assert wakes_at(utc("2026-05-05T14:00:00+02:00"), siesta, ("Europe/Madrid",)) == utc(
        "2026-05-05T15:30:00+02:00"
    )
    assert wakes_at(utc("2026-05-05T16:00:00+02:00"), siesta, ("Europe/Madrid",)) is None


def test_an_end_that_comes_twice_means_the_second():
    quiet = Quiet(start=time(21), end=time(2, 30))
    first = utc("2026-10-25T02:30:00+02:00")
    assert wakes_at(utc("2026-10-25T02:10:00+01:00"), quiet, ("Europe/Berlin",)) == utc(
        "2026-10-25T02:30:00+01:00"
    )
    assert wakes_at(first - timedelta(minutes=5), quiet, ("Europe/Berlin",)) is not None


def test_a_country_is_asleep_while_anybody_there_is():
    zones = ("America/New_York", "America/Los_Angeles")
    east_awake_west_asleep = utc("2026-02-03T09:00:00-05:00")
    assert wakes_at(east_awake_west_asleep, NIGHT, zones) == utc("2026-02-03T08:00:00-08:00")


def test_zones_that_never_wake_together_leave_it_to_the_first():
    noon = Quiet(start=time(13), end=time(12))  # awake for one hour a day
    zones = ("Europe/Berlin", "Asia/Tokyo")
    assert wakes_at(utc("2026-02-03T09:00:00+01:00"), noon, zones) == utc(
        "2026-02-03T12:00:00+01:00"
    )


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo"]),
)
def test_nobody_is_woken_and_nobody_waits_for_nothing(naive, start, end, zone):
    now, quiet = naive.replace(tzinfo=UTC), Quiet(start=start, end=end)
    if start == end:
        return
    wake = wakes_at(now, quiet, (zone,))
    moment = wake or now
    clock = moment.astimezone(ZoneInfo(zone)).time()
    inside = (clock >= start or clock < end) if start > end else (start <= clock < end)
    assert not inside
    assert wake is None or now < wake <= now + timedelta(hours=26)
