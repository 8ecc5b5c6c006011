"""How the values of a campaign file are written; each reader takes text and says what it wants.

A reader raises the problem (`recovery.campaign.codes`) that the marketer will see.
"""

import re
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from enum import StrEnum

from pydantic_core import PydanticCustomError

from recovery.campaign import meant
from recovery.campaign.codes import refuse
from recovery.campaign.durations import Written, parse_duration
from recovery.campaign.marks import UNSEEN
from recovery.campaign.vocabulary import (
    Meant,
    countries,
    meant_country,
    meant_currency,
    meant_failure,
)
from recovery.i18n import Text, say
from recovery.money import Money, currencies, digits
from recovery.reasons import known_failures

_BUDGETED = ("", "day", "week", "month")
_PERIODS = {
    name: Written.of(span, name)
    for name, span in (
        ("day", timedelta(days=1)),
        ("week", timedelta(weeks=1)),
        ("month", timedelta(days=30)),
    )
}


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


# What YAML calls nothing: an editor sees no words there.
_NOTHING = re.compile(r"null|Null|NULL|~")


def read_name(text: str) -> str:
    """Read a name: letters and digits of any script, `-`, `_` and `.` inside, 64 at most."""
    if _NOTHING.fullmatch(text):
        raise refuse("CR025", given=text, example="a-name")
    if len(text) > 64 or not re.fullmatch(r"\w(?:[\w.-]*\w)?", text):
        seen = UNSEEN.sub("", text)
        if seen != text and re.fullmatch(r"\w(?:[\w.-]*\w)?", seen):
            raise refuse("CR025", given=text, example=seen, fix=seen, safe=True)
        example = "-".join(re.findall(r"\w+", text))[:64] or "a-name"
        raise refuse("CR025", given=text, example=example, fix=example)
    return text


def read_text(text: str) -> str:
    """Read words for people; they can't be empty."""
    if not text.strip() or _NOTHING.fullmatch(text.strip()):
        raise refuse("CR023", key=say("the text"))
    return text.strip()


def read_number(text: str) -> int:
    """Read a whole number; `012` is twelve."""
    if not re.fullmatch(r"[-+]?\d{1,9}", text, re.ASCII):
        raise _refused("CR034", text, meant.number(text))
    return int(text)


def read_duration(text: str) -> timedelta:
    """Read `30m`, `1d12h`; `0m` is allowed."""
    try:
        return parse_duration(text)
    except ValueError:
        raise _refused("CR030", text, meant.duration(text)) from None


def read_span(text: str) -> timedelta:
    """Read a duration that is longer than nothing."""
    span = read_duration(text)
    if not span:
        raise refuse("CR030", given=text, example=say("a span longer than nothing"))
    return span


def read_share(text: str) -> int:
    """Read `10%` or `0.25%` into basis points: hundredths of a percent."""
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,2})?)\s*%", text, re.ASCII)
    if match is None:
        raise _refused("CR033", text, meant.share(text))
    points = int(Decimal(match[1]) * 100)
    if points > 10_000:
        raise refuse("CR033", given=text, example=say("at most 100%"))
    return points


def read_money(text: str) -> Money:
    """Read `50 USD`: a positive amount in major units, a space, an ISO 4217 code."""
    number, _, currency = text.partition(" ")
    currency = currency.strip()
    if re.fullmatch(r"\d[\d.]*", number) and currency.isalpha() and currency not in currencies():
        why = meant_currency(currency)
        fix = f"{number} {why.fix}" if why.fix else None
        raise refuse("CR032", given=currency, guess=why.cure, fix=fix, safe=why.safe)
    try:
        money = Money.parse(number, currency) if _plain(number, currency) else None
    except ValueError:
        money = None
    if money is None:
        why_not, amount = meant.money(text)
        raise _refused("CR031", text, amount, problem=why_not)
    if money.minor <= 0:
        example = say("500 USD")
        raise refuse("CR031", given=text, problem=say("it must be above zero"), example=example)
    return money


def _plain(number: str, currency: str) -> bool:
    """Whether no more decimals are written than the currency has: `1.000 USD` may be a thousand."""
    if currency not in currencies():
        return False
    decimals = digits(currency)
    return (
        re.fullmatch(rf"\d+(?:\.\d{{1,{decimals}}})?" if decimals else r"\d+", number) is not None
    )


def _refused(code: str, text: str, what: Meant, **more: Text) -> PydanticCustomError:
    return refuse(code, given=text, example=what.cure, fix=what.fix, safe=what.safe, **more)


def read_cap(text: str) -> Cap:
    """Read `3 per week`: messages within any day, week, month (30 days) or duration."""
    match = re.fullmatch(r"(\d{1,4}) per (\S+)", " ".join(text.split()), re.ASCII)
    if match is None or not int(match[1]):
        raise _refused("CR035", text, meant.cap(text))
    try:
        per = _PERIODS.get(match[2]) or parse_duration(match[2])
    except ValueError:
        per = timedelta()
    if not per:
        raise _refused("CR035", text, meant.cap(text))
    return Cap(int(match[1]), per)


def read_budget(text: str) -> Budget:
    """Read `500 USD per month`; an amount alone is all there will ever be."""
    amount, _, per = " ".join(text.split()).partition(" per ")
    part, period = meant.budget(text)
    odd = not per and re.search(r"[/／每]", text)  # a period that nobody knows
    if per in _BUDGETED and not odd and (per or period is None):
        return Budget(_money_per(amount, per), Period(per or Period.EVER))
    exact, safe = (part, True) if _is_money(part) else meant.money(part)[1][1:]
    fix = f"{exact} per {period}" if period and exact else None
    given = amount if _is_money(amount) else "500 USD"
    periods = say("{amount} per day, per week or per month", amount=given)
    example = fix if fix and safe else periods
    raise refuse("CR037", given=text, example=example, fix=fix, safe=bool(fix) and safe)


def _money_per(amount: str, per: str) -> Money:
    """Read the amount of a budget; a fix keeps the period."""
    try:
        return read_money(amount)
    except PydanticCustomError as error:
        context = dict(error.context or {})
        if per and context.get("fix"):
            context["fix"] = f"{context['fix']} per {per}"
        raise PydanticCustomError(error.type, error.message_template, context) from None


def _is_money(text: str) -> bool:
    try:
        return bool(read_money(text))
    except PydanticCustomError:
        return False


def read_quiet(text: str) -> Quiet:
    """Read `21:00-08:00`, local time of the customer; the end may be `24:00`."""
    match = re.fullmatch(r"(\d\d:\d\d)\s*-\s*(\d\d:\d\d)", text, re.ASCII)
    if match is None:
        raise _refused("CR036", text, meant.quiet(text))
    try:
        start, end = time.fromisoformat(match[1]), time.fromisoformat(_midnight(match[2]))
    except ValueError:
        raise _refused("CR036", text, meant.quiet(text)) from None
    if start == end:
        raise refuse("CR036", given=text, example=say("two different times"))
    return Quiet(start, end)


def _midnight(clock: str) -> str:
    return "00:00" if clock == "24:00" else clock


def read_country(text: str) -> str:
    """Read an ISO 3166 code such as `GB`."""
    if text not in countries():
        why = meant_country(text)
        raise refuse("CR038", given=text, guess=why.cure, fix=why.fix, safe=why.safe)
    return text


def read_failure(text: str) -> str:
    """Read a category of `recovery.reasons`, or the code of a provider we know."""
    if text not in known_failures():
        why = meant_failure(text)
        raise refuse("CR039", given=text, guess=why.cure, fix=why.fix, safe=why.safe)
    return text
