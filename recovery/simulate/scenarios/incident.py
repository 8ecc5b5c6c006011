"""What goes wrong in a scenario, and when."""

from datetime import timedelta
from enum import StrEnum

from recovery.simulate.scenarios.values import Odds, Span, Strict


class Trouble(StrEnum):
    """The kinds of incidents."""

    PAYMENTS_DOWN = "payments_down"  # every payment is refused with a technical error
    COUPON_LEAKED = "coupon_leaked"  # strangers use a code that was meant for one customer
    WEBHOOKS_LATE = "webhooks_late"  # payments are told hours later
    WEBHOOKS_DOUBLED = "webhooks_doubled"  # everything is told twice
    RULE_CHANGED = "rule_changed"  # a market's hours for messages are narrower from now on
    MAIL_BLOCKED = "mail_blocked"  # a mail provider refuses what we send


class Incident(Strict):
    """One of them, counted from the first day of the story."""

    incident: Trouble
    at: Span
    lasts: Span = timedelta(days=365)
    market: str | None = None  # where; everywhere without one
    hours: str | None = None  # rule_changed: `09:00-18:00`, the only hours for messages
    late: Span = timedelta(hours=6)
    strangers: int = 40  # coupon_leaked: how many use the code in a day
    share: Odds = 0.6  # mail_blocked: of all customers, whose mailbox is with that provider
    announced: Span = timedelta(days=3)  # rule_changed: how long before, in a circular
