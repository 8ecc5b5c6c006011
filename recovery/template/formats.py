"""Money, dates and lists as the customer writes them (CLDR, through Babel); each value once."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from datetime import time as Time
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_timezone_name
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent, get_decimal_symbol
from jinja2 import pass_context
from jinja2.runtime import Context

from recovery.money import Money, digits

REMEMBERED = 65_536  # amounts and days; a few MB at most


@dataclass(frozen=True, slots=True)
class Formats:
    """One customer's way of writing; found in the template's context as `formats`."""

    locale: Locale
    zone: ZoneInfo


def money(value: Money, locale: Locale) -> str:
    """1.234,50 € in de-DE, ￥1,250 in ja-JP: the currency's own decimals, the locale's signs."""
    decimals = digits(value.currency)
    whole, cents = divmod(value.minor, 10**decimals)
    frame = _money_frame(whole, value.currency, locale) if decimals and whole >= 0 else None
    return f"{cents:0{decimals}}".join(frame) if frame else _money(value, locale)


def day(value: datetime, locale: Locale, zone: ZoneInfo) -> str:
    """Weekday, day and month: Dienstag, 24. November."""
    return _day(value.astimezone(zone).date(), locale)


def date(value: datetime, locale: Locale, zone: ZoneInfo) -> str:
    """Day, month and year: 24. November 2026."""
    return _date(value.astimezone(zone).date(), locale)


def time(value: datetime, locale: Locale, zone: ZoneInfo) -> str:
    """Hour and minute: 18:00."""
    local = value.astimezone(zone)
    return _time(local.hour, local.minute, locale)


def moment(value: datetime, locale: Locale, zone: ZoneInfo) -> str:
    """Weekday, day, month, time and the name of the time zone, so that nobody comes too late."""
    mark = "{} {}（{}）" if locale.language in {"ja", "zh"} else "{}, {} ({})"
    at = day(value, locale, zone), time(value, locale, zone)
    return mark.format(*at, _zone_name(zone, locale))


def short(value: datetime, locale: Locale, zone: ZoneInfo) -> str:
    """Day, month and time for an SMS: 24.11. 18:00."""
    return f"{_brief(value.astimezone(zone).date(), locale)} {time(value, locale, zone)}"


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
    by_locale: dict[str, Callable[[Any, Locale], str]] = {
        "money": money,
        "percent": percent,
        "number": number,
        "listed": listed,
    }
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


@lru_cache(REMEMBERED)
def _money(value: Money, locale: Locale) -> str:
    pattern = locale.currency_formats["standard"]
    return str(pattern.apply(value.major, locale, currency=value.currency))


@lru_cache(REMEMBERED)
def _money_frame(whole: int, currency: str, locale: Locale) -> tuple[str, str] | None:
    """What stands around the cents of so many whole units: whole prices repeat, exact ones less."""
    zeros = "0" * digits(currency)
    text = _money(Money(whole * 10 ** len(zeros), currency), locale)
    mark = get_decimal_symbol(locale) + zeros
    before, found, after = text.rpartition(mark)
    return (before + mark[: -len(zeros)], after) if found else None


@lru_cache(REMEMBERED)
def _day(value: Date, locale: Locale) -> str:
    return str(format_date(value, _day_pattern(locale), locale=locale))


@lru_cache(REMEMBERED)
def _date(value: Date, locale: Locale) -> str:
    return str(format_date(value, "long", locale=locale))


@lru_cache(REMEMBERED)
def _brief(value: Date, locale: Locale) -> str:
    return str(format_skeleton("Md", value, locale=locale))


@lru_cache(REMEMBERED)
def _time(hour: int, minute: int, locale: Locale) -> str:
    return str(format_time(Time(hour, minute), "short", locale=locale))


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
