"""Money, dates and lists as the customer writes them (CLDR, through Babel); each value once."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_timezone_name
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from jinja2 import pass_context
from jinja2.runtime import Context

from recovery.money import Money

REMEMBERED = 65_536  # amounts and instants; a few MB at most


@dataclass(frozen=True, slots=True)
class Formats:
    """One customer's way of writing; found in the template's context as `formats`."""

    locale: Locale
    zone: ZoneInfo


@lru_cache(REMEMBERED)
def money(value: Money, locale: Locale) -> str:
    """1.234,50 € in de-DE, ￥1,250 in ja-JP: the currency's own decimals, the locale's signs."""
    return str(_currency_pattern(locale).apply(value.major, locale, currency=value.currency))


@lru_cache(REMEMBERED)
def day(value: datetime, locale: Locale, zone: ZoneInfo) -> str:
    """Weekday, day and month: Dienstag, 24. November."""
    return str(format_date(value.astimezone(zone), _day_pattern(locale), locale=locale))


@lru_cache(REMEMBERED)
def date(value: datetime, locale: Locale, zone: ZoneInfo) -> str:
    """Day, month and year: 24. November 2026."""
    return str(format_date(value.astimezone(zone), "long", locale=locale))


@lru_cache(REMEMBERED)
def time(value: datetime, locale: Locale, zone: ZoneInfo) -> str:
    """Hour and minute: 18:00."""
    return str(format_time(value, "short", tzinfo=zone, locale=locale))


@lru_cache(REMEMBERED)
def moment(value: datetime, locale: Locale, zone: ZoneInfo) -> str:
    """Weekday, day, month, time and the name of the time zone, so that nobody comes too late."""
    mark = "（{}）" if locale.language in {"ja", "zh"} else " ({})"
    joint = " " if locale.language in {"ja", "zh"} else ", "
    at = day(value, locale, zone) + joint + time(value, locale, zone)
    return at + mark.format(_zone_name(zone, locale))


@lru_cache(REMEMBERED)
def short(value: datetime, locale: Locale, zone: ZoneInfo) -> str:
    """Day, month and time for an SMS: 24.11. 18:00."""
    brief = str(format_skeleton("Md", value, tzinfo=zone, locale=locale))
    return f"{brief} {time(value, locale, zone)}"


@lru_cache(REMEMBERED)
def percent(basis_points: int, locale: Locale) -> str:
    """1000 is 10 %; decimals only where there are some."""
    return str(
        format_percent(basis_points / 10_000, format=_percent_pattern(locale), locale=locale)
    )


@lru_cache(REMEMBERED)
def number(value: int, locale: Locale) -> str:
    """Grouped digits: 1.250."""
    return str(format_decimal(value, locale=locale))


@lru_cache(REMEMBERED)
def listed(values: tuple[str, ...], locale: Locale) -> str:
    """PayPal, Klarna und Überweisung."""
    return str(format_list(values, style="or", locale=locale))


def filters() -> dict[str, Callable[..., Any]]:
    """What a template may write after `|`."""
    by_locale = {"money": money, "percent": percent, "number": number, "listed": listed}
    by_zone = {"day": day, "date": date, "time": time, "moment": moment, "short": short}
    return {
        **{name: _by_locale(form) for name, form in by_locale.items()},
        **{name: _by_zone(form) for name, form in by_zone.items()},
        "upfirst": lambda text: text[:1].upper() + text[1:],
    }


def _by_locale(form: Callable[[Any, Locale], str]) -> Callable[[Context, Any], str]:
    @pass_context
    def apply(context: Context, value: Any) -> str:
        return form(value, context["formats"].locale)

    return apply


def _by_zone(form: Callable[[Any, Locale, ZoneInfo], str]) -> Callable[[Context, Any], str]:
    @pass_context
    def apply(context: Context, value: Any) -> str:
        return form(value, context["formats"].locale, context["formats"].zone)

    return apply


@cache
def _currency_pattern(locale: Locale) -> Any:
    return locale.currency_formats["standard"]


@cache
def _day_pattern(locale: Locale) -> str:
    """The locale's order of weekday, day and month, all written out; CLDR has it abbreviated."""
    known = locale.datetime_skeletons
    name = next(name for name in ("MMMMEEEEd", "MMMMEd", "MMMEd") if name in known)
    return re.sub("M{3,}", "MMMM", re.sub("E+", "EEEE", known[name].pattern))


@cache
def _percent_pattern(locale: Locale) -> str:
    return str(locale.percent_formats[None].pattern).replace("#,##0", "#,##0.##")


@cache
def _zone_name(zone: ZoneInfo, locale: Locale) -> str:
    return str(get_timezone_name(zone, width="long", locale=locale, zone_variant="generic"))
