"""What a template may say: frozen values, filled in by the dispatcher, read by marketers' files."""

from dataclasses import dataclass
from datetime import datetime

from recovery.money import Money


@dataclass(frozen=True, slots=True)
class ShopView:
    """Who is writing. Empty strings and None are left out of the message."""

    name: str
    url: str
    logo_url: str | None = None
    email: str | None = None  # where a customer gets help
    phone: str | None = None
    address: str | None = None  # postal, one line or several


@dataclass(frozen=True, slots=True)
class ItemView:
    """One line of the order; `price` is for one piece."""

    name: str
    quantity: int
    price: Money

    @property
    def total(self) -> Money:
        """Price times quantity."""
        return Money(self.price.minor * self.quantity, self.price.currency)


@dataclass(frozen=True, slots=True)
class OrderView:
    """What was ordered; `amount` is what is still to be paid, `placed_at` is aware."""

    number: str
    items: tuple[ItemView, ...]
    amount: Money
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class OfferView:
    """A coupon that was issued for this message.

    `kind` is percent, fixed, free_shipping or gift; `percent` is in basis points (1000 = 10 %).
    """

    kind: str
    code: str
    expires_at: datetime
    percent: int | None = None
    amount: Money | None = None
    gift: str | None = None
    min_order: Money | None = None


@dataclass(frozen=True, slots=True)
class StaffView:
    """What only a colleague may read; set for task texts, never for messages to customers."""

    reason_words: str  # why the payment failed, in plain words, in `locale`
    phone: str | None = None
    email: str | None = None
    note: str | None = None
    locale: str = "en"  # the colleague's language, not the customer's


@dataclass(frozen=True, slots=True)
class MessageView:
    """Everything a template can use. `locale` and `timezone` are the customer's."""

    locale: str  # de-DE, pt-BR, zh-CN
    timezone: str  # IANA: Europe/Berlin
    shop: ShopView
    order: OrderView
    pay_url: str
    now: datetime
    customer_name: str | None = None
    kept_until: datetime | None = None  # until when the order is kept
    methods: tuple[str, ...] = ()  # other ways to pay, already in the customer's language
    suggest: str = ""  # what helps after this failure (`recovery.reasons.Suggestion`), or nothing
    offer: OfferView | None = None
    unsubscribe_url: str | None = None
    variant: str = ""  # of the step's experiment; empty where it has none
    label: str = ""  # what the market's law wants before a subject, or before an SMS
    staff: StaffView | None = None
