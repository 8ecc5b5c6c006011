"""Which stored events name a person: by an address as a whole, however it is written, or by order.

Only what is kept is read: of an applied event no words are left, but of text messages.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from recovery.connectors.table_file import words
from recovery.db import table
from recovery.models import InboxItem

inbox = table(InboxItem)

ORDERS = "orders"
_EMAIL = re.compile(r"[^\s<>()\[\]\"',;:=&?/]+@[^\s<>()\[\]\"',;:=&?/]+")
_PHONE = re.compile(r"\+?\d(?:[ ()./-]{0,2}\d){5,16}")


def mentions(
    connection: Connection, addresses: Collection[str], numbers: Collection[str]
) -> list[int]:
    """The ids of kept events that name one of `addresses` (e-mail in lower case, E.164), or are
    states of one of the shop's orders `numbers`."""
    kept = select(inbox.c.id, inbox.c.source, inbox.c.body).where(inbox.c.body.not_in(("", "{}")))
    wanted = {address.lstrip("+") for address in addresses}
    return [
        row.id
        for row in connection.execute(kept.order_by(inbox.c.id))
        if _is_about(row.source, _read(row.body), wanted, numbers)
    ]


def _is_about(source: str, told: Any, wanted: set[str], numbers: Collection[str]) -> bool:
    if source == ORDERS and isinstance(told, Mapping):
        if str(told.get("order_id", "")).strip() in numbers:
            return True
        if _national(told) in wanted:
            return True
    return any(name in wanted for text in _texts(told) for name in _names(text))


def _read(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body


def _texts(told: Any) -> Iterator[str]:
    """Every text in there; a form keeps its numbers as text, too."""
    if isinstance(told, Mapping):
        told = list(told.values())
    if isinstance(told, list):
        for one in told:
            yield from _texts(one)
    elif isinstance(told, str | int):
        yield str(told)


def _names(text: str) -> Iterator[str]:
    """The addresses in `text`, phones as bare digits."""
    for found in _EMAIL.findall(text):
        yield found.lower().strip(".")
    for found in _PHONE.findall(text):
        digits = re.sub(r"\D", "", found)
        yield digits.removeprefix("00")


def _national(order: Mapping[str, Any]) -> str | None:
    """The phone of an order that could not be applied, as its country writes it."""
    try:
        country = words.country(str(order.get("country", "")).strip())
        return words.phone(str(order.get("phone", "")).strip(), country).lstrip("+")
    except ValueError:
        return None
