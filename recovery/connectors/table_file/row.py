"""One row becomes one OrderSnapshot, or everything that is wrong with it. Pure."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from recovery.connectors.table_file import words
from recovery.connectors.table_file.columns import FIELDS, REQUIRED
from recovery.facts import UNPAID, Item, OrderSnapshot, OrderStatus
from recovery.i18n import here, say
from recovery.money import Money

LONGEST_TEXT = 200  # characters; an index entry of PostgreSQL ends at 2,704 bytes
MOST_ITEMS = 500
_CELLS = FIELDS - {"items"}  # which is a list, and may be JSON already
_EXAMPLES = {
    "order_id": "the shop's order number",
    "status": "e.g. pending",
    "placed_at": "e.g. 2026-11-22T09:00:00+01:00",
    "amount": "e.g. 19.99",
    "currency": "e.g. EUR",
    "country": "e.g. DE",
}
# Line feeds would end a header of an e-mail; half a surrogate pair can't be stored.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one field (None: with the row as a whole), and the cure."""

    line: int
    field: str | None
    error: str


def read_row(values: Mapping[str, Any], source: str, line: int) -> OrderSnapshot | list[RowError]:
    """Judge one row; every problem is found at once. Blank cells and null are absent.

    Rules: the field table of the contract (docs/orders.md). Amounts are major units as text or
    JSON numbers; unknown fields are not looked at.
    """
    row = _Row(values, line)
    for name in REQUIRED:
        if not row.has(name):
            row.refuse(
                name,
                here("{name} is missing; write {example}", name=name, example=_EXAMPLES[name]),
            )
    country = row.read("country", words.country)
    currency = row.read("currency", words.currency)
    status = row.read("status", words.status)
    amount = row.money("amount", currency)
    placed_at = row.read("placed_at", words.moment)
    if not row.has("email") and not row.has("phone"):
        row.refuse("email", here("neither email nor phone is there; a customer needs at least one"))
    if amount is not None and amount.minor <= 0:
        row.refuse_amount(amount, status)
    fields = _optional(row, country, currency)
    updated_at = row.read("updated_at", words.moment) or placed_at
    order_id = row.text("order_id")
    if (
        row.errors
        or order_id is None
        or status is None
        or placed_at is None
        or updated_at is None
        or amount is None
        or country is None
    ):
        return row.errors
    return OrderSnapshot(
        source=source,
        order_id=order_id,
        status=status,
        placed_at=placed_at,
        updated_at=updated_at,
        amount=amount,
        country=country,
        **fields,
    )


def _optional(row: "_Row", country: str | None, currency: str | None) -> dict[str, Any]:
    """What may be absent, as OrderSnapshot calls it."""
    return {
        "email": row.read("email", words.email),
        "phone": row.phone(country),
        "customer_id": row.text("customer_id"),
        "customer_type": row.read("customer_type", words.customer_type),
        "name": row.text("name"),
        "region": row.region(country),
        "locale": row.read("locale", words.locale),
        "timezone": row.read("timezone", words.timezone),
        "payment_method": row.text("payment_method"),
        "failure_code": row.text("failure_code"),
        "failure_source": row.text("failure_source"),
        "payment_url": row.read("payment_url", words.web_address),
        "expires_at": row.read("expires_at", words.moment),
        "email_consent": row.read("email_consent", words.consent),
        "sms_consent": row.read("sms_consent", words.consent),
        "discount_code": row.text("discount_code"),
        "shipping": row.shipping(currency),
        "items": row.items(currency),
    }


class _Row:
    """A row's cells, judged once and then read one by one; what is wrong is collected."""

    __slots__ = ("_cells", "_line", "_values", "errors")

    def __init__(self, values: Mapping[str, Any], line: int) -> None:
        self._values = values
        self._line = line
        self.errors: list[RowError] = []
        self._cells: dict[str, str] = {}
        for field, value in values.items():
            if value is not None and field in _CELLS:
                cell = value.strip() if type(value) is str else self._text(field, value)
                if cell and self._is_fit(field, cell):
                    self._cells[field] = cell

    def refuse(self, field: str, error: str) -> None:
        self.errors.append(RowError(self._line, field, error))

    def is_bad(self, field: str) -> bool:
        return any(error.field == field for error in self.errors)

    def text(self, field: str) -> str | None:
        """The cell without surrounding blanks; None when it is absent or blank."""
        return self._cells.get(field)

    def has(self, field: str) -> bool:
        """Whether the cell holds something, be it good or bad."""
        return field in self._cells or self.is_bad(field)

    def _text(self, field: str, value: Any) -> str | None:
        if type(value) is int:
            return str(value)
        self.refuse(
            field,
            here("{field} must be text, not {json}", field=field, json=json.dumps(value)[:40]),
        )
        return None

    def _is_fit(self, field: str, cell: str) -> bool:
        if len(cell) > LONGEST_TEXT and field != "payment_url":
            self.refuse(
                field,
                here(
                    "{field} is longer than {longest} characters; shorten it",
                    field=field,
                    longest=LONGEST_TEXT,
                ),
            )
            return False
        if not cell.isprintable() and _CONTROL.search(cell):
            self.refuse(
                field,
                here("{cell} holds a control character or line break; remove it", cell=f"{cell!r}"),
            )
            return False
        return True

    def read(self, field: str, rule: Callable[[str], T]) -> T | None:
        cell = self._cells.get(field)
        if cell is None:
            return None
        try:
            return rule(cell)
        except ValueError as error:
            self.refuse(field, str(error))
            return None

    def money(self, field: str, currency: str | None) -> Money | None:
        return self.read(field, lambda cell: words.money(cell, currency))

    def refuse_amount(self, amount: Money, status: OrderStatus | None) -> None:
        if amount.minor < 0:
            self.refuse(
                "amount",
                here("{amount} is negative; write what the customer has to pay", amount=amount),
            )
        elif status in UNPAID:
            self.refuse(
                "amount",
                here(
                    "{amount} leaves nothing to pay; an unpaid order has an amount", amount=amount
                ),
            )

    def phone(self, country: str | None) -> str | None:
        cell = self.text("phone")
        if cell is None or (country is None and not cell.startswith("+")):
            return None  # without its country a national number can't be judged
        return self.read("phone", lambda cell: words.phone(cell, country))

    def region(self, country: str | None) -> str | None:
        return self.read("region", lambda cell: words.region(cell, country)) if country else None

    def shipping(self, currency: str | None) -> Money | None:
        amount = self.money("shipping_amount", currency)
        if amount is not None and amount.minor < 0:
            self.refuse(
                "shipping_amount",
                here("{amount} is negative; write what shipping cost, or 0", amount=amount),
            )
        return amount

    def items(self, currency: str | None) -> tuple[Item, ...] | None:
        value = self._values.get("items")
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        try:
            return tuple(_items(value, currency))
        except ValueError as error:
            self.refuse("items", str(error))
            return None


_DECODE = json.JSONDecoder(parse_float=str, parse_constant=str).decode


def _items(value: Any, currency: str | None) -> list[Item]:
    if isinstance(value, str):
        try:
            value = _DECODE(value.strip())
        except (ValueError, RecursionError) as error:
            raise ValueError(
                here("items is no JSON ({error}); {cure}", error=error, cure=here(_ITEMS_CURE))
            ) from None
    if not isinstance(value, list):
        raise ValueError(here("items is no JSON list; {cure}", cure=here(_ITEMS_CURE)))
    if len(value) > MOST_ITEMS:
        raise ValueError(
            here(
                "items has more than {most} entries; leave the rest out",
                most=MOST_ITEMS,
            )
        )
    items = (_item(entry, f"items[{place}]", currency) for place, entry in enumerate(value))
    return [item for item in items if item is not None]


_ITEMS_CURE = say(
    "write {example}", example='[{"name": "Teapot", "quantity": 1, "price": "19.99"}]'
)


def _item(entry: Any, road: str, currency: str | None) -> Item | None:
    if not isinstance(entry, dict):
        raise ValueError(here("{road} is no object; {cure}", road=road, cure=here(_ITEMS_CURE)))
    name, quantity, price = entry.get("name"), entry.get("quantity"), entry.get("price")
    if not isinstance(name, str) or not name.strip() or _CONTROL.search(name.strip()):
        raise ValueError(
            here(
                "{road}.name must be one line of text; {cure}",
                road=road,
                cure=here(_ITEMS_CURE),
            )
        )
    count = str(quantity).strip()
    if isinstance(quantity, bool) or not re.fullmatch(r"[1-9][0-9]{0,6}", count):
        raise ValueError(
            here(
                "{road}.quantity must be a whole number from 1 on, not {quantity}",
                road=road,
                quantity=f"{quantity!r}",
            )
        )
    if isinstance(price, bool) or not isinstance(price, str | int):
        raise ValueError(
            here(
                "{road}.price must be an amount such as 19.99, not {price}",
                road=road,
                price=f"{price!r}",
            )
        )
    try:
        unit = words.money(str(price).strip(), currency)
    except ValueError as error:
        raise ValueError(here("{road}.price: {error}", road=road, error=error)) from None
    return None if unit is None else Item(name.strip()[:LONGEST_TEXT], int(count), unit)
