"""Contact windows: the hours of a week in which messages may arrive, by the customer's clock."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain
from zoneinfo import ZoneInfo

from recovery.i18n import Text, say
from recovery.markets.calendars import is_holiday

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EARLIEST = 5 * 60  # no clock is changed between this minute of the day and midnight
MIDNIGHT = 24 * 60
HORIZON = timedelta(days=15)

Span = tuple[int, int]  # minutes of the day: from, and until (excluded)
Week = tuple[Span | None, ...]  # Monday first; None: not on this day

_SPAN = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? (\d\d):([0-5]\d)-(\d\d):([0-5]\d)")
_DASH = re.compile(r"\s*(?:[-–—~～至到]|\bto\b|\bbis\b)\s*")
_DAY = r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_TIME = r"(\d{1,2})(?:[:.h](\d\d))?"
_LOOSE = re.compile(rf"(?:{_DAY}(?:-{_DAY})?)?[\s,]*{_TIME}-{_TIME}")
_WEEKDAYS = dict(zip("一二三四五六日天", (*DAYS, DAYS[-1]), strict=True))


class HoursError(ValueError):
    """Raised when a span says no hours; `problem` says why, in every language."""

    def __init__(self, problem: Text) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Window:
    """Open hours by weekday. `closed_on` names whose public holidays are kept: DE, US-TX."""

    week: Week
    closed_on: str | None = None

    def __str__(self) -> str:
        days = [(DAYS[n], span) for n, span in enumerate(self.week) if span]
        told: list[tuple[str, str, Span]] = []
        for day, span in days:
            follows = told and DAYS.index(told[-1][1]) + 1 == DAYS.index(day)
            if follows and told[-1][2] == span:
                told[-1] = (told[-1][0], day, span)
            else:
                told.append((day, day, span))
        return ", ".join(f"{a if a == b else f'{a}-{b}'} {_clock(*span)}" for a, b, span in told)


def read_week(spans: list[str]) -> Week:
    """Read `[mon-fri 09:00-20:00, sat 10:00-18:00]`; HoursError says what is wrong."""
    week: list[Span | None] = [None] * len(DAYS)
    for text in spans:
        for day, span in _read_span(text):
            if week[day] is not None:
                raise HoursError(say("{day} has hours twice", day=DAYS[day]))
            week[day] = span
    if not any(week):
        raise HoursError(say("no day is open"))
    return tuple(week)


def _read_span(text: str) -> list[tuple[int, Span]]:
    found = _SPAN.fullmatch(text)
    if found is None or not {found[1], found[2] or found[1]} <= set(DAYS):
        raise HoursError(say("days and hours look like mon-sat 09:00-20:00"))
    first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
    start, end = int(found[3]) * 60 + int(found[4]), int(found[5]) * 60 + int(found[6])
    if first > last or not start < end <= MIDNIGHT:
        raise HoursError(say("they end before they begin"))
    if 0 < start < EARLIEST:
        raise HoursError(say("hours begin at 05:00 or later, or at 00:00 for the whole night"))
    return [(day, (start, end)) for day in range(first, last + 1)]


def meant_hours(text: str) -> tuple[str, bool] | None:
    """What `Mon–Fri 9-18` was meant to say, and whether nothing else can be; None: nobody knows."""
    plain = unicodedata.normalize("NFKC", text).lower().strip()
    plain = re.sub(r"(?:周|星期|礼拜)([一二三四五六日天])", lambda m: _WEEKDAYS[m[1]] + " ", plain)
    found = _LOOSE.fullmatch(re.sub(r"(?<=[a-z]) +(?=-)", "", _DASH.sub("-", plain)))
    if found is None:
        return None
    first, last, start, start_minute, end, end_minute = found.groups()
    days = "mon-sun" if first is None else f"{first}-{last}" if last else first
    hours = f"{int(start):02}:{start_minute or '00'}-{int(end):02}:{end_minute or '00'}"
    try:
        _read_span(f"{days} {hours}")
    except HoursError:
        return None
    return f"{days} {hours}", bool(first and start_minute and end_minute)


def _clock(start: int, end: int) -> str:
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


@lru_cache(maxsize=65_536)
def opens_at(now: datetime, window: Window, zones: tuple[str, ...]) -> datetime | None:
    """The next instant within `window` on the clocks of all `zones`; None when that is now.

    A customer of whom we only know the country may be in any of its zones. Where their windows
    have no hour in common, the first zone decides alone.
    """
    instant, before = now, None
    while instant != before and instant - now < HORIZON:
        before = instant
        instant = max(_open_from(instant, window, ZoneInfo(zone)) for zone in zones)
    if instant != before and len(zones) > 1:
        return opens_at(now, window, zones[:1])
    return None if instant == now else instant


def _open_from(instant: datetime, window: Window, zone: ZoneInfo) -> datetime:
    """`instant` itself, or the window's next opening after it, in one zone."""
    local = instant.astimezone(zone)
    day, minute = local.date(), local.hour * 60 + local.minute
    today = _hours(window, day)
    if today and today[0] <= minute < today[1]:
        return instant
    ahead = (day + timedelta(days=n) for n in range(1, 366))
    for one in chain([day] if today and minute < today[0] else [], ahead):
        if hours := _hours(window, one):
            opening = time(hours[0] // 60, hours[0] % 60)
            return datetime.combine(one, opening, zone).astimezone(UTC)
    raise ValueError(f"{window} is closed for a year")


@lru_cache(maxsize=65_536)
def _hours(window: Window, day: date) -> Span | None:
    if window.closed_on is not None and is_holiday(window.closed_on, day):
        return None
    return window.week[day.weekday()]
