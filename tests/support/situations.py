"""Situations for the sending rules: one touch that may go out, except for what a case changes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from recovery.campaign.schema import Campaign, Status
from recovery.dispatch.policies import decide
from recovery.dispatch.situation import (
    Decision,
    OrderFacts,
    Sent,
    Situation,
)
from recovery.facts import Consent, OrderStatus
from recovery.markets import load_markets
from recovery.markets.rates import Rates
from recovery.message import MessageClass
from recovery.models import EnrolmentState
from recovery.money import Money
from tests.support.campaigns import a_campaign, loaded

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday, 13:00 in Berlin
NO_RATES = Rates(date(2026, 11, 18), "no rates", {})
EMAIL, SMS = "email: unpaid-reminder", "sms: unpaid-reminder"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

ORDER = OrderFacts(
    id=7,
    customer_id=3,
    source="shop",
    number="A-1001",
    status=OrderStatus.PENDING,
    placed_at=NOON - DAY,
    amount=Money(10_000, "EUR"),
    country="DE",
    locale="de-DE",
    timezone="Europe/Berlin",
    customer_type="new",
    name="Kim",
    email="kim@example.com",
    phone="+4930901820",
    payment_method="card",
    failure_reason=None,
    failure_code=None,
    expires_at=None,
    items=(),
)


def campaign(does: str, limits: str, condition: str) -> Campaign:
    own = f", if: {condition}" if condition else ""
    steps = [
        "{step: first, after: 0m, email: unpaid-reminder}",
        f"{{step: it, after: 1d, {does}{own}}}",
    ]
    text = a_campaign(sequences={"plain": steps}, limits=limits)
    return loaded(text)[0].campaign


def a_situation(
    does: str = EMAIL, limits: str = "{min_gap: 0m}", condition: str = "", **parts: Any
) -> Situation:
    """A touch that may go out, except for `parts`; those of the order are named `order_…`."""
    about = {
        name.removeprefix("order_"): parts.pop(name)
        for name in list(parts)
        if name.startswith("order_")
    }
    made = campaign(does, limits, condition)
    usual: dict[str, Any] = {
        "touch_id": 11,
        "enrolment_id": 5,
        "campaign": made,
        "status": Status.ACTIVE,
        "sequence": "plain",
        "step": made.sequences["plain"][1],
        "message_class": MessageClass.SERVICE,
        "planned_at": NOON,
        "refusals": 0,
        "enrolment_state": EnrolmentState.ACTIVE,
        "window_ends_at": NOON + 6 * DAY,
        "order": replace(ORDER, **about),
        "consent": Consent.TRANSACTIONAL,
        "suppressed": False,
        "clicked": frozenset(),
        "sent": (),
        "task_claimed": False,
        "zones": ("Europe/Berlin",),
        "issued": (),
        "rules": load_markets().rules(about.get("country", ORDER.country)),
    }
    return Situation(**(usual | parts))


def decided(now: datetime = NOON, rates: Rates = NO_RATES, **parts: Any) -> Decision:
    return decide(a_situation(**parts), now, rates)


def earlier(*hours: float, enrolment: int = 5) -> tuple[Sent, ...]:
    """Messages that left so many hours ago, and should have left two days before."""
    times = [NOON - timedelta(hours=ago) for ago in hours]
    return tuple(Sent(at, enrolment, f"s{n}", at - 2 * DAY) for n, at in enumerate(times))
