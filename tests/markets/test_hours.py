"""Contact windows: how they are written, and the next instant inside one."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.markets.calendars import is_holiday
from recovery.markets.data import tz_table
from recovery.markets.hours import Window, opens_at, read_week

BERLIN = ("Europe/Berlin",)
SHOPPING = Window(read_week(["mon-sat 09:00-20:00"]), "DE")
QUARTER = timedelta(minutes=15)  # every zone of today is a number of quarters from UTC
ZONES = sorted({row[2] for row in tz_table("zone.tab")})


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-18 09:00", None),
        ("2026-11-18 19:59:59", None),
        ("2026-11-18 08:59:59", "2026-11-18 09:00"),
        ("2026-11-18 20:00", "2026-11-19 09:00"),
        ("2026-11-21 21:00", "2026-11-23 09:00"),  # Saturday evening
        ("2026-11-22 12:00", "2026-11-23 09:00"),  # Sunday
        ("2026-12-24 20:30", "2026-12-28 09:00"),  # two holidays and a Sunday
        ("2027-03-25 21:00", "2027-03-27 09:00"),  # Good Friday
        ("2027-03-28 12:00", "2027-03-30 09:00"),  # Easter Sunday, then Monday
        ("2026-10-25 02:30", "2026-10-26 09:00"),  # the hour that comes twice
    ],
)
def test_german_shopping_hours(now: str, opens: str | None) -> None:
    assert opens_at(at(now), SHOPPING, BERLIN) == (at(opens) if opens else None)


def test_a_day_has_the_hours_of_its_own_clock_when_the_clock_changes() -> None:
    every = Window(read_week(["mon-sun 08:00-21:00"]))
    assert opens_at(at("2026-03-28 22:00"), every, BERLIN) == datetime(2026, 3, 29, 6, tzinfo=UTC)
    assert opens_at(at("2026-10-24 22:00"), every, BERLIN) == datetime(2026, 10, 25, 7, tzinfo=UTC)


def test_all_zones_have_to_be_open() -> None:
    coast_to_coast = ("America/New_York", "America/Los_Angeles", "Pacific/Honolulu")
    office = Window(read_week(["mon-fri 10:00-18:00"]))
    monday = datetime(2026, 11, 23, 14, tzinfo=UTC)  # nine in New York
    opens = opens_at(monday, office, coast_to_coast)
    assert opens == at("2026-11-23 10:00", "Pacific/Honolulu")
    assert opens_at(at("2026-11-23 18:00", "America/New_York"), office, coast_to_coast) == at(
        "2026-11-24 10:00", "Pacific/Honolulu"
    )


def test_zones_without_a_common_hour_leave_it_to_the_first() -> None:
    morning = Window(read_week(["mon-sun 09:00-12:00"]))
    now = datetime(2026, 11, 23, 0, tzinfo=UTC)
    far_apart = ("Europe/Moscow", "Asia/Kamchatka")
    assert opens_at(now, morning, far_apart) == at("2026-11-23 09:00", "Europe/Moscow")


def _open(instant: datetime, window: Window, zone: str) -> bool:
    """The same question, asked plainly."""
    local = instant.astimezone(ZoneInfo(zone))
    span = window.week[local.weekday()]
    shut = window.closed_on is not None and is_holiday(window.closed_on, local.date())
    minute = local.hour * 60 + local.minute
    return span is not None and not shut and span[0] <= minute < span[1]


WINDOWS = st.sampled_from(
    [
        SHOPPING,
        Window(read_week(["mon-fri 10:00-18:00"]), "US"),
        Window(read_week(["mon-sun 08:00-21:00"])),
        Window(read_week(["mon-fri 00:00-24:00", "sat 05:00-06:15"]), "JP"),
        Window(read_week(["tue 09:30-09:45"])),
    ]
)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))


@given(now=INSTANTS, window=WINDOWS, zone=st.sampled_from(ZONES))
def test_the_answer_is_open_and_nothing_before_it_is(
    now: datetime, window: Window, zone: str
) -> None:
    opens = opens_at(now, window, (zone,))
    assert _open(opens or now, window, zone)
    before, end = now, opens or now
    while before < end:
        assert not _open(before, window, zone), f"{before} was open before {end}"
        before = _next_quarter(before)


@given(
    now=INSTANTS,
    window=WINDOWS.filter(lambda window: window.week[1] != (570, 585)),
    zones=st.sampled_from(
        [
            ("America/New_York", "America/Chicago", "America/Los_Angeles"),
            ("Australia/Sydney", "Australia/Perth", "Australia/Eucla"),
            ("America/Sao_Paulo", "America/Rio_Branco", "America/Noronha"),
        ]
    ),
)
def test_with_several_zones_all_are_open_and_nothing_before_it_was(
    now: datetime, window: Window, zones: tuple[str, ...]
) -> None:
    opens = opens_at(now, window, zones)
    assert all(_open(opens or now, window, zone) for zone in zones)
    before, end = now, opens or now
    while before < end:
        assert not all(_open(before, window, zone) for zone in zones)
        before = _next_quarter(before)


def _next_quarter(instant: datetime) -> datetime:
    floor = instant.replace(minute=instant.minute // 15 * 15, second=0, microsecond=0)
    return floor + QUARTER


@pytest.mark.parametrize(
    ("spans", "told"),
    [
        (["mon-sat 09:00-20:00", "sat 10:00-12:00"], "sat has hours twice"),
        ([], "no day is open"),
        (["monday 09:00-20:00"], "look like mon-sat"),
        (["mon-fri 9-20"], "look like mon-sat"),
        (["mon-xxx 09:00-20:00"], "look like mon-sat"),
        (["sat-mon 09:00-20:00"], "end before they begin"),
        (["mon 20:00-09:00"], "end before they begin"),
        (["mon 09:00-25:00"], "end before they begin"),
        (["mon 02:30-09:00"], "begin at 05:00"),
    ],
)
def test_hours_that_can_not_be(spans: list[str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_week(spans)


def test_a_window_says_its_hours() -> None:
    spans = ["mon-fri 09:00-18:00", "sat 10:00-17:00", "sun 10:00-17:00"]
    assert str(Window(read_week(spans))) == "mon-fri 09:00-18:00, sat-sun 10:00-17:00"


def test_holidays_of_a_region_are_kept_where_the_region_is_known() -> None:
    corpus_christi = at("2026-06-04 12:00")
    bavaria = Window(SHOPPING.week, "DE-BY")
    assert opens_at(corpus_christi, SHOPPING, BERLIN) is None
    assert opens_at(corpus_christi, bavaria, BERLIN) == at("2026-06-05 09:00")


def test_a_country_without_a_calendar_has_no_holidays() -> None:
    assert not any(is_holiday("ZZ", datetime(2026, 12, day).date()) for day in range(1, 32))
