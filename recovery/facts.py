"""What the world tells us: frozen values with aware times.

Connectors make them, rooms read them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from recovery.money import Money


class OrderStatus(StrEnum):
    """Where an order stands with its payment."""

    CART = "cart"  # contact left, order not placed
    PENDING = "pending"  # placed, no payment yet
    FAILED = "failed"  # a payment was tried and refused
    AWAITING = "awaiting"  # a voucher or a transfer was issued; the customer has to act
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUNDED = "refunded"


UNPAID = frozenset(
    {OrderStatus.CART, OrderStatus.PENDING, OrderStatus.FAILED, OrderStatus.AWAITING}
)


class CustomerType(StrEnum):
    """Who is buying."""

    GUEST = "guest"  # no customer id
    NEW = "new"  # no earlier paid order
    RETURNING = "returning"  # at least one
    VIP = "vip"  # above the threshold in recovery.toml


class Consent(StrEnum):
    """What a customer agreed to receive on one channel; each value admits the ones before it."""

    NONE = "none"
    TRANSACTIONAL = "transactional"
    MARKETING = "marketing"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order; `price` is for one piece, in major units as the shop wrote it."""

    name: str
    quantity: int
    price: Money


@dataclass(frozen=True, slots=True)
class OrderSnapshot:
    """The newest state of one order as its source knows it.

    Every field is validated: country ISO 3166, phone E.164, e-mail normalised, times aware.
    None means "the source did not say": of an order that is known it stays as it was, of a new
    one the intake room fills in the default.
    """

    source: str
    order_id: str
    status: OrderStatus
    placed_at: datetime
    updated_at: datetime
    amount: Money
    country: str
    email: str | None
    phone: str | None
    customer_id: str | None = None
    customer_type: CustomerType | None = None
    name: str | None = None
    locale: str | None = None
    region: str | None = None  # ISO 3166-2 without the country: TX
    timezone: str | None = None
    payment_method: str | None = None
    failure_code: str | None = None
    failure_source: str | None = None
    payment_url: str | None = None
    expires_at: datetime | None = None
    email_consent: Consent | None = None
    sms_consent: Consent | None = None
    discount_code: str | None = None
    shipping: Money | None = None
    items: tuple[Item, ...] | None = None


class EventKind(StrEnum):
    """What became of a message, in one vocabulary for every provider."""

    ACCEPTED = "accepted"  # the provider has it; also its queued, sending and sent
    DEFERRED = "deferred"  # the receiving server asked to wait; the provider goes on trying
    DELIVERED = "delivered"
    BOUNCED = "bounced"  # for good: this address, never again
    BLOCKED = "blocked"  # refused this time
    DROPPED = "dropped"  # the provider did not even try
    FAILED = "failed"
    OPENED = "opened"  # never taken for interest: mail programs open by themselves
    CLICKED = "clicked"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    RESUBSCRIBED = "resubscribed"


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """One thing a provider says about one message. Repeats, and comes in any order.

    `touch_id` travelled with the message; without one the message was not ours, but the event
    still speaks about its `address` (e-mail, or phone in E.164).
    """

    source: str  # "sendgrid", "twilio" …
    key: str  # the same for every repetition of this event
    kind: EventKind
    at: datetime
    touch_id: int | None
    provider_id: str | None
    address: str | None
    code: str | None  # the provider's own, e.g. "30003" or "5.1.1"
    detail: str | None
    machine: bool = False  # done by a scanner or a mail proxy, not by a person
    url: str | None = None
    event_id: str | None = None  # the provider's own, to look it up there; a retry has another


@dataclass(frozen=True, slots=True)
class InboundSms:
    """Somebody wrote to one of our numbers. `sender` and `to` are E.164."""

    source: str
    key: str
    at: datetime
    sender: str
    to: str
    body: str
    opt_out_type: str | None  # STOP, START or HELP when the provider has judged it already
    provider_id: str | None = None  # the provider's own, to look it up there
