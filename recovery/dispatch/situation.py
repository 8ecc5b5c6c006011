"""What a decision may look at: everything known about one touch, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from recovery.campaign.schema import Campaign, Status, Step
from recovery.facts import Consent, OrderStatus
from recovery.incentives.offer import Issued
from recovery.markets import MarketRules
from recovery.message import Channel, MessageClass
from recovery.models import EnrolmentState
from recovery.money import Money


@dataclass(frozen=True, slots=True)
class Situation:
    """One claimed touch with its order, customer and history, as of `now`. Times aware."""

    touch_id: int
    enrolment_id: int
    campaign: Campaign  # as it was when the order was enrolled
    status: Status  # of the campaign file today; ended when the file is gone
    sequence: str
    step: Step
    message_class: MessageClass | None  # None: the template can't be read
    planned_at: datetime
    refusals: int  # "not now" by its provider, in a row
    enrolment_state: EnrolmentState
    window_ends_at: datetime
    order: "OrderFacts"
    consent: Consent  # the stricter of the order's and the customer's newest, for this channel
    suppressed: bool
    clicked: frozenset[str]  # steps of this enrolment whose link a person followed
    sent: tuple["Sent", ...]  # to this customer in the last week or so, newest last
    task_claimed: bool  # a colleague is on it
    zones: tuple[str, ...]  # one, or all of the country when we only know the country
    issued: tuple["Issued", ...]  # offers this customer already has
    rules: MarketRules  # of the order's country
    ahead: tuple["Ahead", ...] = ()  # earlier steps of the sequence that have not gone out yet
    told: Mapping[Channel, int] = field(default_factory=dict)  # messages about this order so far
    variant: str = ""  # of the step's words; empty where it has none
    no_incentive: bool = False  # drawn, for good, to get no offer at all

    @property
    def address(self) -> str | None:
        """Where this touch would go; None for a task or when we have no address."""
        if self.step.channel is Channel.EMAIL:
            return self.order.email
        return self.order.phone if self.step.channel is Channel.SMS else None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The order as decisions and messages need it."""

    id: int
    customer_id: int
    source: str
    number: str
    status: OrderStatus
    placed_at: datetime
    amount: Money
    country: str
    locale: str
    timezone: str
    customer_type: str
    name: str | None
    email: str | None
    phone: str | None
    payment_method: str | None
    failure_reason: str | None
    failure_code: str | None
    expires_at: datetime | None
    items: tuple[dict[str, Any], ...]
    region: str | None = None  # such as TX, where the shop says it


@dataclass(frozen=True, slots=True)
class Sent:
    """A message to the same customer that left, or may have left."""

    at: datetime
    enrolment_id: int
    step: str
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class Ahead:
    """An earlier step that has not gone out: it waits for the morning, or for its provider."""

    step: str
    planned_at: datetime
    due_at: datetime
    claimed: bool = False  # decided to go, and about to


@dataclass(frozen=True, slots=True)
class Send:
    """Go ahead; `note` says what is different from the plan (an offer that had to stay out)."""

    note: str | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """Never: the touch ends here, for `reason`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Snooze:
    """Not now: look again at `until`."""

    until: datetime
    reason: str


Decision = Send | Skip | Snooze
