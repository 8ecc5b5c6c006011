"""What one told state means for the row we keep, whatever the order of arrival. Pure."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from recovery.facts import UNPAID, Consent, CustomerType, OrderSnapshot, OrderStatus
from recovery.markets import market
from recovery.reasons import MEANINGS, FailureReason, mapping_version, reason_for

Columns = dict[str, Any]  # an order's columns by name, without its id

NO_MARKET_LOCALE, NO_MARKET_ZONE = "en", "UTC"  # CLDR knows no default, e.g. Antarctica
# What a new order means that does not say it.
UNSAID_CONSENT = {
    "email_consent": Consent.TRANSACTIONAL.value,
    "sms_consent": Consent.NONE.value,
}
_PLAIN = (  # columns that a snapshot calls as we do
    "email",
    "phone",
    "name",
    "region",
    "locale",
    "payment_method",
    "failure_code",
    "failure_source",
    "payment_url",
    "expires_at",
    "discount_code",
)


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
    derived = CustomerType.GUEST if order.customer_id is None else CustomerType.NEW
    told = said(order, customer_id)
    row: Columns = {
        **dict.fromkeys(_PLAIN),
        **_of_market(order.country),
        "timezone_source": "market",
        "unpaid_since": order.placed_at,
        "customer_type": derived.value,
        "customer_type_given": False,
        **UNSAID_CONSENT,
        "shipping_minor": None,
        "items": [],
        "failed_at": None,
        "paid_at": None,
        "refunded_at": None,
        **told,
    }
    return row | _read(row)


def said(order: OrderSnapshot, customer_id: int) -> Columns:
    """What one row says, by column. What it leaves out is not in it."""
    told: Columns = {
        "source": order.source,
        "external_id": order.order_id,
        "customer_id": customer_id,
        "status": order.status.value,
        "placed_at": order.placed_at,
        "updated_at": order.updated_at,
        "amount_minor": order.amount.minor,
        "currency": order.amount.currency,
        "country": order.country,
    }
    for name in _PLAIN:
        value = getattr(order, name)
        if value is not None:
            told[name] = value
    if order.timezone is not None:
        told |= {"timezone": order.timezone, "timezone_source": "order"}
    if order.customer_type is not None:
        told |= {"customer_type": order.customer_type.value, "customer_type_given": True}
    if order.email_consent is not None:
        told["email_consent"] = order.email_consent.value
    if order.sms_consent is not None:
        told["sms_consent"] = order.sms_consent.value
    if order.shipping is not None:
        told["shipping_minor"] = order.shipping.minor
    if order.items is not None:
        told["items"] = [
            {"name": item.name, "quantity": item.quantity, "minor": item.price.minor}
            for item in order.items
        ]
    if order.status is OrderStatus.FAILED:
        told["failed_at"] = order.updated_at
    if order.status in (OrderStatus.PAID, OrderStatus.REFUNDED):
        told["paid_at"] = order.updated_at
    if order.status is OrderStatus.REFUNDED:
        told["refunded_at"] = order.updated_at
    return told


def merge(known: Mapping[str, Any], told: Columns) -> tuple[Verdict, Columns]:
    """What we know after being told (`said`) one more state.

    The newest state counts, and of two equally new ones the later told, each for what it says:
    silence changes nothing. Money is stronger than time: once paid an order is never unpaid
    again, and once refunded it stays so, in whatever order the states arrive; the earliest state
    that says so gives the hour.
    """
    newer = told["updated_at"] >= known["updated_at"]
    after = _told_over(known, told) if newer else dict(known)
    after["failed_at"] = _earliest(known["failed_at"], after["failed_at"])
    after["paid_at"] = _earliest(known["paid_at"], told.get("paid_at"))
    after["refunded_at"] = _earliest(known["refunded_at"], told.get("refunded_at"))
    if after["refunded_at"] is not None:
        after["status"] = OrderStatus.REFUNDED.value
    elif after["paid_at"] is not None:
        after["status"] = OrderStatus.PAID.value
    after["unpaid_since"] = _unpaid_since(known, after)
    if after != known:
        return Verdict.UPDATED, after
    return (Verdict.UNCHANGED if newer else Verdict.STALE), after


def _told_over(known: Mapping[str, Any], told: Columns) -> Columns:
    after = {**_kept(known, told), **told}
    if "failure_code" in told or not _forbids_contact(after["failure_reason"]):
        after |= _read(after)
    return after


def _kept(known: Mapping[str, Any], told: Columns) -> Columns:
    """The known row without what can't be true any more when the newer one does not repeat it."""
    kept = dict(known)
    if told["customer_id"] != known["customer_id"]:
        kept["customer_type_given"] = False  # it was said of somebody else
    if told["currency"] != known["currency"]:
        kept |= {"shipping_minor": None, "items": []}  # amounts in the other currency
    if told["country"] != known["country"]:
        kept |= _moved(known, told["country"]) | {"region": None}
    if known["status"] == OrderStatus.AWAITING and told["status"] != OrderStatus.AWAITING:
        kept["expires_at"] = None  # the voucher's own date: it ends with the voucher
    if _fails_anew(known, told) and not _forbids_contact(known["failure_reason"]):
        kept |= {"failure_code": None, "failure_reason": None, "failure_mapping": None}
    return kept


def _fails_anew(known: Mapping[str, Any], told: Columns) -> bool:
    """The same moment is the same failure; a later one may have another reason."""
    later = bool(told["updated_at"] > known["updated_at"])
    return later and told["status"] == OrderStatus.FAILED


def _forbids_contact(reason: str | None) -> bool:
    return reason is not None and not MEANINGS[FailureReason(reason)].may_contact


def _read(row: Mapping[str, Any]) -> Columns:
    """The reason of the raw code, and the version of the lists that say so."""
    reason = reason_for(row["failure_source"], row["failure_code"])
    if reason is None:
        return {"failure_reason": None, "failure_mapping": None}
    return {"failure_reason": reason.value, "failure_mapping": mapping_version()}


def _of_market(country: str) -> Columns:
    home = market(country)
    if home is None:
        return {"locale": NO_MARKET_LOCALE, "timezone": NO_MARKET_ZONE}
    return {"locale": home.locale, "timezone": home.timezone}


def _moved(known: Mapping[str, Any], country: str) -> Columns:
    """What the old country gave goes to the new one; what the shop said stays."""
    old, new = _of_market(known["country"]), _of_market(country)
    locale = new["locale"] if known["locale"] == old["locale"] else known["locale"]
    zone = new["timezone"] if known["timezone_source"] == "market" else known["timezone"]
    return {"locale": locale, "timezone": zone}


def _earliest(known: Any, told: Any) -> Any:
    return min((at for at in (known, told) if at is not None), default=None)


def _unpaid_since(known: Mapping[str, Any], after: Columns) -> Any:
    """Waiting starts anew when a payment fails, a voucher is issued, a cart becomes an order."""
    moved = after["status"] != known["status"] and after["status"] in UNPAID
    return after["updated_at"] if moved else known["unpaid_since"]
