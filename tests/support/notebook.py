"""Finished stories on paper: the ledger's pen; an oracle reads the rows before a database does."""

from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import Connection, insert

from recovery.db import table
from recovery.models import (
    CampaignVersion,
    Click,
    Coupon,
    Customer,
    Enrolment,
    Order,
    Touch,
)
from tests.support.ledger import Ledger

# As foreign keys want them; with the columns that hold another row's number.
TABLES: dict[type[Any], dict[str, type[Any]]] = {
    CampaignVersion: {},
    Customer: {},
    Order: {"customer_id": Customer},
    Enrolment: {"customer_id": Customer, "order_id": Order},
    Touch: {},
    Coupon: {"customer_id": Customer, "redeemed_order_id": Order},
    Click: {},
}


@dataclass
class Notebook(Ledger):
    """`rows` by model and number, as their tables would have them."""

    connection: Any = None
    rows: dict[type[Any], dict[int, Any]] = field(default_factory=lambda: defaultdict(dict))

    def _add(self, model: type[Any], **values: Any) -> int:
        number = len(self.rows[model]) + 1
        self.rows[model][number] = model(id=number, **values)
        return number

    def _row(self, model: type[Any], number: int) -> Any:
        return self.rows[model][number]

    def all(self, model: type[Any]) -> list[Any]:
        return list(self.rows[model].values())

    def write(self, connection: Connection, lot: Random | None = None) -> None:
        """Copy everything into the tables; with a `lot`, customers and orders under other numbers,
        and rows in any order, as when the same files were read another way round."""
        numbers = {model: self._numbers(model, lot) for model in (Customer, Order)}
        for model, links in TABLES.items():
            rows = [row.model_dump() for row in self.all(model)]
            for row in rows:
                for column, other in {**links, "id": model}.items():
                    row[column] = numbers.get(other, {}).get(row[column], row[column])
            if lot:
                lot.shuffle(rows)
            if rows:
                connection.execute(insert(table(model)), rows)

    def _numbers(self, model: type[Any], lot: Random | None) -> dict[int, int]:
        before = list(self.rows[model])
        after = lot.sample(before, len(before)) if lot else before
        return dict(zip(before, after, strict=True))
