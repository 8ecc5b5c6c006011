"""How the values of a campaign file are written; each reader takes text and says what it wants.

A reader raises the problem (`recovery.campaign.codes`) that the marketer will see.
"""

import re
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from pydantic_core import PydanticCustomError

from recovery.campaign.codes import refuse
from recovery.campaign.durations import parse_duration
from recovery.campaign.vocabulary import countries, guess_country, guess_currency, guess_failure
from recovery.money import Money, currencies, digits
from recovery.reasons import known_failures

_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "￥": "JPY"}
_PERIODS = {"day": timedelta(days=1), "week": timedelta(weeks=1), "month": timedelta(days=30)}


class Period(StrEnum):
    """How often a budget begins anew; `ever` never does."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    EVER = "ever"


@dataclass(frozen=True, slots=True)
class Budget:
    """What an offer may cost in one period."""

    amount: Money
    per: Period


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` messages to one customer within any span of `per`."""

    count: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Quiet:
    """No message between `start` and `end` (excluded); may cross midnight."""

    start: time
    end: time


def read_name(text: str) -> str:
    """Read a name: letters and digits of any script, `-`, `_` and `.` inside, 64 at most."""
    if len(text) > 64 or not re.fullmatch(r"\w(?:[\w.-]*\w)?", text):
        example = "-".join(re.findall(r"\w+", text))[:64] or "a-name"
        raise refuse("CR025", given=text, example=example)
    return text


def read_text(text: str) -> str:
    """Read words for people; they can't be empty."""
    if not text.strip():
        raise refuse("CR023", key="the text")
    return text.strip()


def read_number(text: str) -> int:
    """Read a whole number; `012` is twelve."""
    if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII):
        raise refuse("CR034", given=text)
    return int(text)


def read_duration(text: str) -> timedelta:
    """Read `30m`, `1d12h`; `0m` is allowed."""
    try:
        return parse_duration(text)
    except ValueError as meant:
        raise refuse("CR030", given=text, example=str(meant)) from None


def read_span(text: str) -> timedelta:
    """Read a duration that is longer than nothing."""
    span = read_duration(text)
    if not span:
        raise refuse("CR030", given=text, example="a span longer than nothing")
    return span


def read_share(text: str) -> int:
    """Read `10%` or `0.25%` into basis points: hundredths of a percent."""
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,2})?)\s*%", text, re.ASCII)
    if match is None:
        raise refuse("CR033", given=text, example=_share_meant(text))
    points = int(Decimal(match[1]) * 100)
    if points > 10_000:
        raise refuse("CR033", given=text, example="at most 100%")
    return points


def _share_meant(text: str) -> str:
    try:
        value = Decimal(text.replace(",", ".").rstrip("% "))
    except InvalidOperation:
        return "10% or 0.25%"
    if 0 < value < 1 and "%" not in text:
        return f"{_plain(value * 100)}% or {_plain(value)}%"
    return f"{_plain(round(value, 2))}%" if 0 <= value <= 100 else "10% or 0.25%"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def read_money(text: str) -> Money:
    """Read `50 USD`: a positive amount in major units, a space, an ISO 4217 code."""
    number, _, currency = text.partition(" ")
    if not currency.strip().isalpha():
        raise _no_money(text, "it needs a number, a space and a currency")
    if currency.strip() not in currencies():
        raise refuse("CR032", given=currency.strip(), guess=guess_currency(currency.strip()))
    try:
        money = Money.parse(number, currency.strip())
    except ValueError as error:
        raise _no_money(text, str(error).partition("; ")[0]) from None
    if money.minor <= 0:
        raise _no_money(text, "it must be above zero")
    return money


def _no_money(text: str, problem: str) -> PydanticCustomError:
    """Guess from the digits and the currency's letters or sign what was meant."""
    number = re.sub(r"[^\d.,]", "", text)
    if re.search(r",\d{1,2}$", number):  # a decimal comma
        number = number.replace(".", "").replace(",", ".")
    letters = re.search(r"(?<![A-Z])[A-Z]{3}(?![A-Z])", text.upper())
    sign = next((code for sign, code in _SIGNS.items() if sign in text), "USD")
    currency = letters[0] if letters and letters[0] in currencies() else sign
    try:
        meant = Money.parse(f"{Decimal(number.replace(',', '')):.{digits(currency)}f}", currency)
    except (ValueError, InvalidOperation):
        return refuse("CR031", given=text, problem=problem, example="500 USD")
    plain = str(meant).removesuffix("." + digits(currency) * "0")
    example = f"{plain} {currency}" if meant.minor > 0 else "500 USD"
    return refuse("CR031", given=text, problem=problem, example=example)


def read_cap(text: str) -> Cap:
    """Read `3 per week`: messages within any day, week, month (30 days) or duration."""
    match = re.fullmatch(r"(\d{1,4}) per (\S+)", " ".join(text.split()), re.ASCII)
    example = "a number and a span: 3 per week, or 2 per 10d"
    if match is None or not int(match[1]):
        raise refuse("CR035", given=text, example=example)
    try:
        per = _PERIODS.get(match[2]) or parse_duration(match[2])
    except ValueError:
        raise refuse("CR035", given=text, example=example) from None
    if not per:
        raise refuse("CR035", given=text, example=example)
    return Cap(int(match[1]), per)


def read_budget(text: str) -> Budget:
    """Read `500 USD per month`; an amount alone is all there will ever be."""
    amount, _, per = " ".join(text.split()).partition(" per ")
    if per not in ("", Period.DAY, Period.WEEK, Period.MONTH):
        raise refuse("CR037", given=text, example="500 USD per day, per week or per month")
    return Budget(read_money(amount), Period(per or Period.EVER))


def read_quiet(text: str) -> Quiet:
    """Read `21:00-08:00`, local time of the customer; the end may be `24:00`."""
    match = re.fullmatch(r"(\d\d:\d\d)\s*-\s*(\d\d:\d\d)", text, re.ASCII)
    example = "two times of day: 21:00-08:00"
    if match is None:
        raise refuse("CR036", given=text, example=example)
    try:
        start, end = time.fromisoformat(match[1]), time.fromisoformat(_midnight(match[2]))
    except ValueError:
        raise refuse("CR036", given=text, example=example) from None
    if start == end:
        raise refuse("CR036", given=text, example="two different times")
    return Quiet(start, end)


def _midnight(clock: str) -> str:
    return "00:00" if clock == "24:00" else clock


def read_country(text: str) -> str:
    """Read an ISO 3166 code such as `GB`."""
    if text not in countries():
        raise refuse("CR038", given=text, guess=guess_country(text))
    return text


def read_failure(text: str) -> str:
    """Read a category of `recovery.reasons`, or the code of a provider we know."""
    if text not in known_failures():
        raise refuse("CR039", given=text, guess=guess_failure(text))
    return text
