"""An order as a test words it becomes a row as a shop exports it; what is not said is usual.

Every field of docs/orders.md can be given, some also under the word that reads better in a test.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from math import log10
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from recovery.connectors.table_file import words
from recovery.connectors.table_file.columns import FIELDS, did_you_mean
from recovery.connectors.table_file.row import read_row
from recovery.facts import CustomerType, OrderSnapshot, OrderStatus
from recovery.intake.inbox import SHOP
from recovery.markets import Rates, market
from recovery.money import Money
from recovery.reasons import known_failures
from recovery.testing.errors import KitError

__tracebackhide__ = True  # a mistake is shown where the test makes it
Row = dict[str, Any]

ALIASES = {
    "market": "country",
    "reason": "failure_code",
    "customer": "customer_type",
    "at": "placed_at",
}
_OURS = FIELDS | ALIASES.keys()
_WORTH = Money(100_00, "USD")


def told(fields: Mapping[str, Any]) -> Row:
    """What the test says, by column; KitError for a word that is no field."""
    row: Row = {}
    for name, value in fields.items():
        if name not in _OURS:
            raise KitError(
                f"an order has no field {name!r}{did_you_mean(name, _OURS)}; the fields are those "
                "of docs/orders.md, and market, reason, customer, at"
            )
        column = ALIASES.get(name, name)
        if column in row:
            raise KitError(f"{name} is another word for {column}; say one of them")
        row[column] = _text(value)
    if isinstance(amount := row.get("amount"), str) and " " in amount.strip():
        row["amount"], _, currency = amount.strip().partition(" ")
        row["currency"] = currency.strip()
    _check_reason(row.get("failure_code"))
    return row


def _text(value: Any) -> Any:
    """As a shop would write it; what has no such form is left for the reader to refuse."""
    if isinstance(value, Money):
        return f"{value} {value.currency}"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Decimal) else value


def _check_reason(reason: Any) -> None:
    if reason is not None and str(reason).casefold() not in _reasons():
        raise KitError(
            f"reason {reason!r} is no reason why payments fail{did_you_mean(str(reason), _words())}"
            "; write one of docs/campaign-file.md, or a provider's own code with failure_source"
        )


def _reasons() -> set[str]:
    return {str(one).casefold() for one in known_failures()}


def _words() -> list[str]:
    return sorted(str(one) for one in known_failures() if len(one) > 4)


def moment(text: object, name: str = "at") -> datetime:
    """An aware instant; KitError with the cure for anything else."""
    try:
        return words.moment(text.isoformat() if isinstance(text, datetime) else str(text))
    except ValueError as error:
        raise KitError(f"{name}: {error}") from None


def usual(row: Row, number: str, now: datetime, rates: Rates) -> Row:
    """`row` with what it leaves out: somebody who can be written to on every channel."""
    place = market(str(row.get("country", "DE")).upper())
    currency = str(row.get("currency") or (place.currency if place else "USD"))
    failed = OrderStatus.FAILED if "failure_code" in row else OrderStatus.PENDING
    full: Row = {
        "order_id": number,
        "status": failed.value,
        "placed_at": now.isoformat(),
        "amount": str(_usual_amount(currency, rates)),
        "currency": currency,
        "country": "DE",
        "name": "Kim Example",
        "email": f"kim.{number.lower()}@example.com",
        "email_consent": "marketing",
        "sms_consent": "marketing",
        "shipping_amount": "0",
    }
    if place is not None and (phone := _mobile(place.country, number)) is not None:
        full["phone"] = phone
    full |= row
    if full["status"] == OrderStatus.FAILED:
        full.setdefault("payment_method", "card")
    full.setdefault("items", [{"name": "Teapot", "quantity": 1, "price": full["amount"]}])
    return full


def is_guest(row: Row) -> bool:
    """Whether the test wants somebody without an account."""
    return row.get("customer_type") == CustomerType.GUEST


def read(row: Row) -> OrderSnapshot:
    """Judge a row as an import does; KitError with every mistake and its cure."""
    judged = read_row(row, SHOP, 1)
    if isinstance(judged, OrderSnapshot):
        return judged
    raise KitError(
        "\n".join(
            f"{error.field}: {error.error}" if error.field else error.error for error in judged
        )
    )


def _usual_amount(currency: str, rates: Rates) -> Money:
    """About 100 USD, as 1, 2 or 5 with noughts."""
    try:
        worth = rates.convert(_WORTH, currency)
        value = float(worth.major) if worth else 100.0
        power = 10 ** int(log10(value))
        near = min(
            (power, 2 * power, 5 * power, 10 * power), key=lambda one: abs(log10(one / value))
        )
        return Money.parse(str(near), currency)
    except (ValueError, KeyError):
        return _WORTH  # no currency at all: reading the row says so


def _mobile(country: str, number: str) -> str | None:
    """The numbering plan's example of a mobile number, its last digits those of the order."""
    example = phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
    if example is None or example.national_number is None:
        return None
    last = int("".join(filter(str.isdigit, number)) or "0") % 100
    varied = phonenumbers.PhoneNumber(
        country_code=example.country_code,
        national_number=example.national_number // 100 * 100 + last,
    )
    if not phonenumbers.is_valid_number(varied):
        return None
    return str(phonenumbers.format_number(varied, PhoneNumberFormat.E164))
