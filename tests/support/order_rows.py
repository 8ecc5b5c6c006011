"""Order rows as a shop writes them, and files made of them."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from recovery.connectors.table_file.row import RowError, read_row
from recovery.facts import OrderSnapshot

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def row(**changes: Any) -> dict[str, Any]:
    """A good row with every common field; None takes a field away."""
    good = {
        "order_id": "A-1001",
        "status": "failed",
        "placed_at": "2026-11-20T10:00:00+01:00",
        "updated_at": "2026-11-20T09:05:00Z",
        "amount": "19.99",
        "currency": "EUR",
        "country": "DE",
        "email": "kim@example.com",
        "phone": "030 901820",
        "customer_id": "C1",
        "payment_method": "card",
        "failure_code": "insufficient_funds",
        "failure_source": "stripe",
        "payment_url": "https://shop.example/pay/A-1001",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def snapshot(**changes: Any) -> OrderSnapshot:
    """The snapshot of `row(**changes)`."""
    read = read_row(row(**changes), "shop", 1)
    assert isinstance(read, OrderSnapshot), read
    return read


def refused(**changes: Any) -> dict[str | None, str]:
    """What is wrong with `row(**changes)`: field → error."""
    read = read_row(row(**changes), "shop", 7)
    assert isinstance(read, list), read
    assert all(isinstance(error, RowError) and error.line == 7 for error in read)
    return {error.field: error.error for error in read}


def jsonl(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Rows as JSON Lines."""
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows).encode()


def table_csv(rows: Iterable[Mapping[str, Any]], delimiter: str = ",") -> str:
    """Rows as CSV with a header of every field that one of them has."""
    listed = list(rows)
    names = list(dict.fromkeys(name for one in listed for name in one))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue()
