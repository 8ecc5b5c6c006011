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
    None means "the source did not say"; defaults are filled in by the intake room.
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
    timezone: str | None = None
    payment_method: str | None = None
    failure_code: str | None = None
    failure_source: str | None = None
    payment_url: str | None = None
    expires_at: datetime | None = None
    email_consent: Consent = Consent.TRANSACTIONAL
    sms_consent: Consent = Consent.NONE
    discount_code: str | None = None
    shipping: Money | None = None
    items: tuple[Item, ...] = ()
