"""Values of a scenario file: shares, spans, moments, words. What is refused has its code."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from recovery.campaign.durations import parse_duration
from recovery.facts import UNPAID, OrderStatus
from recovery.money import currencies
from recovery.problems.codes import CODES


class Strict(BaseModel):
    """No unknown keys, no changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Strict):
    """One text in both languages."""

    en: str
    zh: str


def read_share(given: Any) -> float:
    """`45%`, `-2%` or a plain number such as 0.45."""
    text = str(given).strip()
    try:
        return float(Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise _wrong("CR300", given=text) from None


def percent(share: float) -> str:
    """`4.5%`, as a file would write it."""
    return f"{round(100 * share, 2):g}%"


def read_span(given: Any) -> timedelta:
    """`90m`, `3d` or what else `recovery.campaign.durations` reads."""
    if isinstance(given, timedelta):
        return given
    try:
        return parse_duration(str(given))
    except ValueError:
        raise _wrong("CR030", given=str(given), example="90m, 20h, 3d") from None


def _moment(given: Any) -> datetime:
    try:
        at = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
    except ValueError:
        raise _wrong("CR307", given=str(given)) from None
    if at.tzinfo is None:
        raise _wrong("CR307", given=str(given))
    return at.astimezone(UTC)


def _odds(value: float) -> float:
    if not 0 <= value <= 1:
        raise _wrong("CR301", given=percent(value))
    return value


def _within(low: float, high: float) -> AfterValidator:
    """Numbers beyond which a story would make no sense, or could not be computed."""

    def check(value: float) -> float:
        if not low <= value <= high:
            raise _wrong("CR318", given=f"{value:g}", low=f"{low:g}", high=f"{high:g}")
        return value

    return AfterValidator(check)


def _some_time(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise _wrong("CR314")
    return value


def _currency(text: str) -> str:
    if text not in currencies():
        raise _wrong("CR022", given=text, options=sorted(currencies()))
    return text


def _unpaid(status: OrderStatus) -> OrderStatus:
    if status not in UNPAID:
        raise _wrong("CR022", given=status.value, options=sorted(UNPAID))
    return status


def _wrong(code: str, **about: Any) -> PydanticCustomError:
    """A value that is refused, with the code that explains why (`recovery codes`)."""
    return PydanticCustomError(code, CODES[code].message, about)


Share = Annotated[float, BeforeValidator(read_share)]
Factor = Annotated[Share, _within(0, 100)]
Spread = Annotated[Share, _within(0, 5)]
Won = Annotated[Share, _within(-1, 1)]  # below zero: lost
Hour = Annotated[int, _within(0, 24)]
Odds = Annotated[float, BeforeValidator(read_share), AfterValidator(_odds)]
Span = Annotated[timedelta, BeforeValidator(read_span)]
Time = Annotated[Span, AfterValidator(_some_time)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Currency = Annotated[str, AfterValidator(_currency)]
Weights = Annotated[dict[str, Odds], Field(min_length=1)]
Unpaid = Annotated[OrderStatus, AfterValidator(_unpaid)]
