"""What may be changed of a campaign, and how far: the file of `recovery optimise --limits`."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from recovery.campaign.durations import format_duration, parse_duration
from recovery.errors import UsageError
from recovery.i18n import say
from recovery.markets.reading import read_rules
from recovery.money import Money

NO_OFFER = "none"
_RANGE = {"from", "to", "every"}
_MOST = 1000  # times in one range


def _times(given: Any) -> tuple[str, ...]:
    """`6h`, a list of such, or `{from: 1d, to: 3d, every: 12h}`."""
    if isinstance(given, dict):
        return tuple(_stretch(given))
    spans = [_span(one) for one in _several(given)]
    return tuple(format_duration(span) for span in spans)


def _span(given: object) -> timedelta:
    try:
        return parse_duration(str(given))
    except ValueError:
        told = say("'{given}' is no time; write e.g. 30m, 6h or 2d", given=str(given))
        raise ValueError(told) from None


def _stretch(given: dict[str, Any]) -> list[str]:
    if given.keys() != _RANGE:
        raise ValueError(say("a range of times has from, to and every, each such as 1d"))
    first, last, step = (_span(given[key]) for key in ("from", "to", "every"))
    if step <= timedelta(0) or last < first or (last - first) // step > _MOST:
        raise ValueError(say("this range leads nowhere; write from, a later to, and a small every"))
    return [format_duration(first + step * n) for n in range((last - first) // step + 1)]


def _several(given: Any) -> tuple[str, ...]:
    return tuple(map(str, given)) if isinstance(given, list | tuple) else (str(given),)


def _channels(given: tuple[str, ...]) -> tuple[str, ...]:
    for one in given:
        if one not in ("email", "sms"):
            told = say("'{given}' is no channel of messages; write email or sms", given=one)
            raise ValueError(told)
    return given


def _money(given: Any) -> Money:
    amount, _, currency = str(given).partition(" ")
    try:
        return given if isinstance(given, Money) else Money.parse(amount, currency)
    except ValueError:
        told = say("'{given}' is no amount; write e.g. 500 USD", given=str(given))
        raise ValueError(told) from None


Several = Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1)]
Times = Annotated[tuple[str, ...], BeforeValidator(_times), Field(min_length=1)]


class Strict(BaseModel):
    """No unknown keys, no changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Room(Strict):
    """What may become of one step. What is not named stays as it is written."""

    after: Times | None = None
    channel: Annotated[Several, AfterValidator(_channels)] | None = None
    offer: Several | None = None  # names of offers, or `none`
    leave_out: bool = False  # the step may be left out


class Limits(Strict):
    """All of it."""

    steps: Annotated[dict[str, Room], Field(min_length=1)]  # by name, in whatever sequence
    messages: Annotated[int, Field(ge=1)] | None = None  # most steps of a sequence
    # The most that offers and messages may cost in one simulation, all currencies together at the
    # scenario's rates of points.
    budget: Annotated[Money, BeforeValidator(_money)] | None = None


def read_limits(file: Path) -> Limits:
    """Read a file of limits; MarketError names every mistake with its line."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(say("can't read {file}: {error}", file=file, error=error)) from None
    return read_rules(Limits, text, file.name)
