"""What one told state means for the row we keep, whatever the order of arrival. Pure."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from recovery.facts import UNPAID, CustomerType, OrderSnapshot, OrderStatus
from recovery.markets import market
from recovery.reasons import reason_for

Columns = dict[str, Any]  # an order's columns by name, without its id

NO_MARKET_LOCALE, NO_MARKET_ZONE = "en", "UTC"  # CLDR knows no default, e.g. Antarctica


class Verdict(StrEnum):
    """What became of one told state."""

    INSERTED = "inserted"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    STALE = "stale"


def customer_key(order: OrderSnapshot) -> str:
    """The opaque ASCII name that draws are made with; a guest's is made of the contact."""
    if order.customer_id is not None:
        return f"{order.source}:{quote(order.customer_id)}"
    contact = order.email.lower() if order.email is not None else order.phone or ""
    return f"{order.source}:~{hashlib.sha256(contact.encode()).hexdigest()[:32]}"


def columns(order: OrderSnapshot, customer_id: int) -> Columns:
    """The row of an order that is told for the first time; defaults come from its market."""
    home = market(order.country)
    given = order.customer_type
    derived = CustomerType.GUEST if order.customer_id is None else CustomerType.NEW
    reason = reason_for(order.failure_source, order.failure_code)
    paid = order.status in (OrderStatus.PAID, OrderStatus.REFUNDED)
    zone = order.timezone or (home.timezone if home is not None else NO_MARKET_ZONE)
    return {
        "source": order.source,
        "external_id": order.order_id,
        "customer_id": customer_id,
        "status": order.status.value,
        "placed_at": order.placed_at,
        "updated_at": order.updated_at,
        "unpaid_since": order.placed_at,
        "amount_minor": order.amount.minor,
        "currency": order.amount.currency,
        "country": order.country,
        "email": order.email,
        "phone": order.phone,
        "name": order.name,
        "locale": order.locale or (home.locale if home is not None else NO_MARKET_LOCALE),
        "timezone": zone,
        "timezone_source": "order" if order.timezone is not None else "market",
        "customer_type": (given or derived).value,
        "customer_type_given": given is not None,
        "payment_method": order.payment_method,
        "failure_code": order.failure_code,
        "failure_source": order.failure_source,
        "failure_reason": reason.value if reason is not None else None,
        "payment_url": order.payment_url,
        "expires_at": order.expires_at,
        "email_consent": order.email_consent.value,
        "sms_consent": order.sms_consent.value,
        "discount_code": order.discount_code,
        "shipping_minor": order.shipping.minor if order.shipping is not None else None,
        "items": [
            {"name": item.name, "quantity": item.quantity, "minor": item.price.minor}
            for item in order.items
        ],
        "paid_at": order.updated_at if paid else None,
        "refunded_at": order.updated_at if order.status is OrderStatus.REFUNDED else None,
    }


def merge(known: Mapping[str, Any], told: Columns) -> tuple[Verdict, Columns]:
    """What we know after being told one more state.

    The newest state counts, and of two equally new ones the later told. Money is stronger than
    time: once paid an order is never unpaid again, and once refunded it stays so, in whatever
    order the states arrive; the earliest state that says so gives the hour.
    """
    newer = told["updated_at"] >= known["updated_at"]
    after = {**known, **told} if newer else dict(known)
    after["paid_at"] = _earliest(known["paid_at"], told["paid_at"])
    after["refunded_at"] = _earliest(known["refunded_at"], told["refunded_at"])
    if after["refunded_at"] is not None:
        after["status"] = OrderStatus.REFUNDED.value
    elif after["paid_at"] is not None:
        after["status"] = OrderStatus.PAID.value
    after["unpaid_since"] = _unpaid_since(known, after)
    if not told["customer_type_given"] and not known["customer_type_given"]:
        after["customer_type"] = _derived(known, after, told)
    if after != known:
        return Verdict.UPDATED, after
    return (Verdict.UNCHANGED if newer else Verdict.STALE), after


def _earliest(known: Any, told: Any) -> Any:
    return min((at for at in (known, told) if at is not None), default=None)


def _unpaid_since(known: Mapping[str, Any], after: Columns) -> Any:
    """Waiting starts anew when a payment fails, a voucher is issued, a cart becomes an order."""
    moved = after["status"] != known["status"] and after["status"] in UNPAID
    return after["updated_at"] if moved else known["unpaid_since"]


def _derived(known: Mapping[str, Any], after: Columns, told: Columns) -> Any:
    """A derived type stays until it is derived again, unless the order changed hands."""
    same = after["customer_id"] == known["customer_id"]
    return known["customer_type"] if same else told["customer_type"]
