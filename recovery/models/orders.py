"""Customers and their orders, as last told by the shop. Storage only: validated at the doors."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from recovery.facts import UNPAID

_UNPAID = ", ".join(f"'{status}'" for status in sorted(UNPAID))


class Customer(SQLModel, table=True):
    """One buyer of one source. `key` is the opaque ASCII name that draws are made with."""

    __tablename__ = "customers"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    source: str
    external_id: str | None = None  # None for a guest
    email_consent: str  # as the newest order said that said it
    sms_consent: str
    email_consent_at: datetime | None = None  # updated_at of that order; None: nobody said
    sms_consent_at: datetime | None = None
    slot: int | None = None  # of the draw for those who never get an offer: 0 to 9,999


class Order(SQLModel, table=True):
    """The newest known state of one order. Money in minor units of `currency`; times in UTC."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("source", "external_id", name="one_row_per_order"),
        Index("orders_by_customer", "customer_id", "placed_at"),
        Index(
            "orders_paid",
            "customer_id",
            "paid_at",
            sqlite_where=text("paid_at IS NOT NULL"),
            postgresql_where=text("paid_at IS NOT NULL"),
        ),
        Index("orders_by_email", text("lower(email)")),
        Index("orders_by_phone", "phone"),
        Index(
            "orders_unpaid",
            "status",
            "unpaid_since",
            sqlite_where=text(f"status IN ({_UNPAID})"),
            postgresql_where=text(f"status IN ({_UNPAID})"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    source: str
    external_id: str
    customer_id: int = Field(foreign_key="customers.id")
    status: str
    placed_at: datetime
    updated_at: datetime
    unpaid_since: datetime  # placed_at, or when it moved from one unpaid status to another
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    country: str
    region: str | None = None  # ISO 3166-2 without the country: TX
    email: str | None = None
    phone: str | None = None
    name: str | None = None
    locale: str
    timezone: str
    timezone_source: str  # "order" or "market": where we know it from
    customer_type: str
    customer_type_given: bool = False  # False: derived from the orders known so far
    payment_method: str | None = None
    failure_code: str | None = None
    failure_source: str | None = None
    failure_reason: str | None = None  # FailureReason of the code
    failure_mapping: str | None = None  # version of the code lists that gave the reason
    payment_url: str | None = None
    expires_at: datetime | None = None
    email_consent: str
    sms_consent: str
    discount_code: str | None = None
    shipping_minor: int | None = Field(default=None, sa_type=BigInteger)
    items: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # name, quantity, minor
    failed_at: datetime | None = None  # when a payment was first told to have failed
    paid_at: datetime | None = None
    refunded_at: datetime | None = None
