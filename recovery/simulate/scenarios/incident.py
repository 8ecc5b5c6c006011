"""What goes wrong in a scenario, and when."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from recovery.campaign.durations import parse_duration


def _span(given: Any) -> timedelta:
    return given if isinstance(given, timedelta) else parse_duration(str(given))


class Trouble(StrEnum):
    """The kinds of incidents."""

    PAYMENTS_DOWN = "payments_down"  # every payment is refused with a technical error
    COUPON_LEAKED = "coupon_leaked"  # strangers use a code that was meant for one customer
    WEBHOOKS_LATE = "webhooks_late"  # payments are told hours later
    WEBHOOKS_DOUBLED = "webhooks_doubled"  # everything is told twice
    RULE_CHANGED = "rule_changed"  # a market's hours for messages are narrower from now on
    MAIL_BLOCKED = "mail_blocked"  # a mail provider refuses what we send


class Incident(BaseModel):
    """One of them, counted from the first day of the story."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    incident: Trouble
    at: Annotated[timedelta, BeforeValidator(_span)]
    lasts: Annotated[timedelta, BeforeValidator(_span)] = timedelta(days=365)
    market: str | None = None  # where; everywhere without one
    hours: str | None = None  # rule_changed: `09:00-18:00`, the only hours for messages
    late: Annotated[timedelta, BeforeValidator(_span)] = timedelta(hours=6)
    strangers: int = 40  # coupon_leaked: how many use the code in a day
