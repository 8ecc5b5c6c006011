"""Orders in: a batch of told states becomes rows, each state once, in set statements."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from recovery.db import bulk_load, stored_time, table, take_turns
from recovery.facts import UNPAID, OrderSnapshot, OrderStatus
from recovery.incentives.redeem import redeem
from recovery.intake import addresses, consents
from recovery.intake.columns import Columns, Verdict, columns, merge, said
from recovery.intake.customers import derive_types, remember
from recovery.intake.owners import owned
from recovery.intake.settle import Settled, settle
from recovery.models import Order
from recovery.settings import VipSettings

orders = table(Order)

_NAMES = tuple(column.name for column in orders.c if column.name != "id")
_TIMES = [
    _NAMES.index(name)
    for name in (
        *("placed_at", "updated_at", "unpaid_since", "expires_at"),
        *("failed_at", "paid_at", "refunded_at"),
    )
]
_ITEMS = _NAMES.index("items")
# What an order says about a person; the type is frozen when the person is erased.
PERSONAL = (
    "email",
    "phone",
    "name",
    "payment_url",
    "items",
    "customer_type",
    "customer_type_given",
)


@dataclass(slots=True)
class Taken:
    """What a batch did: how many states were what, and the journeys that ended."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    settled: Settled = field(default_factory=Settled)


def take(
    connection: Connection,
    snapshots: Sequence[OrderSnapshot],
    vip: VipSettings,
    now: datetime,
    rates_file: Path | None = None,
) -> Taken:
    """Bring in `snapshots` of one source and settle what they end, in one transaction.

    A state told twice changes nothing, an older one neither, and a payment always counts. What a
    state does not say stays as it is known. `rates_file` has the merchant's exchange rates, for
    the cost of used coupons.
    """
    taken = Taken()
    if not snapshots:
        return taken
    take_turns(connection, f"orders of {snapshots[0].source}")
    known = _known(connection, snapshots)
    told_of = owned(connection, snapshots, known)
    named = [(order, key) for order, key in told_of if key is not None]
    customers, before = remember(connection, [o for o, _ in named], [key for _, key in named])
    rows = {number: dict(row) for number, row in known.items()}
    for order, key in told_of:
        earlier = rows.get(order.order_id)
        if earlier is None:
            verdict, row = Verdict.INSERTED, columns(order, customers[str(key)])
        elif key is None:
            verdict, row = merge(earlier, _of_nobody(order, earlier))
        else:
            verdict, row = merge(earlier, said(order, customers[key]))
        rows[order.order_id] = row
        taken.verdicts[verdict] += 1
    fresh = [row for number, row in rows.items() if number not in known]
    changes = {
        number: row for number, row in rows.items() if number in known and row != known[number]
    }
    _insert(connection, fresh)
    _update(connection, changes.values())
    addresses.keep(connection, [(known[one], row) for one, row in changes.items()], now)
    derive_types(connection, _whose_types(fresh, known, changes, before), vip)
    taken.settled = _settle(connection, known, changes, now)
    _redeem(connection, [*fresh, *changes.values()], rates_file)
    consents.told_by_orders(connection, [order for order, _ in named])
    return taken


def _of_nobody(order: OrderSnapshot, known: Mapping[str, Any]) -> Columns:
    """The order of an erased person goes on, the person does not come back with it."""
    return said(order, known["customer_id"]) | {name: known[name] for name in PERSONAL}


def _known(
    connection: Connection, snapshots: Sequence[OrderSnapshot]
) -> dict[str, Mapping[str, Any]]:
    """The rows we have, by order number; each carries its `id`."""
    numbers = {order.order_id for order in snapshots}
    mine = orders.c.source == snapshots[0].source, orders.c.external_id.in_(numbers)
    found = connection.execute(select(orders).where(*mine)).mappings()
    return {row["external_id"]: dict(row) for row in found}


def _insert(connection: Connection, fresh: Sequence[Columns]) -> None:
    def stored(row: Columns) -> list[Any]:
        values = [row[name] for name in _NAMES]
        values[_ITEMS] = json.dumps(values[_ITEMS]) if values[_ITEMS] else "[]"
        for place in _TIMES:
            if values[place] is not None:
                values[place] = stored_time(connection, values[place])
        return values

    bulk_load(connection, "orders", _NAMES, map(stored, fresh))


def _update(connection: Connection, changes: Iterable[Columns]) -> None:
    rows = [{f"new_{name}": value for name, value in row.items()} for row in changes]
    if rows:
        named: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _NAMES}
        target = update(orders).where(orders.c.id == bindparam("new_id"))
        connection.execute(target.values(named), rows)


def _whose_types(
    fresh: Sequence[Columns],
    known: Mapping[str, Mapping[str, Any]],
    changes: Mapping[str, Columns],
    before: set[int],
) -> set[int]:
    """Customers whose orders may have changed their type; a first order is what it is."""
    seen = Counter(row["customer_id"] for row in fresh)
    several = {customer for customer, count in seen.items() if count > 1 or customer in before}
    touched = {row["customer_id"] for row in changes.values()}
    return several | touched | {known[number]["customer_id"] for number in changes}


def _settle(
    connection: Connection,
    known: Mapping[str, Mapping[str, Any]],
    changes: Mapping[str, Columns],
    now: datetime,
) -> Settled:
    """End the journeys these changes end; an order told for the first time has none yet."""
    placed, closed = [], []
    for number, row in changes.items():
        if row["status"] not in UNPAID:
            closed.append(row["id"])
        elif known[number]["status"] == OrderStatus.CART and row["status"] != OrderStatus.CART:
            placed.append(row["id"])
    return settle(connection, now, closed=closed, placed=placed)


def _redeem(connection: Connection, told: Sequence[Columns], rates_file: Path | None) -> None:
    paid = [row for row in told if row["paid_at"] is not None and row["discount_code"]]
    if paid:
        numbers = [row["external_id"] for row in paid]
        redeem(connection, paid[0]["source"], numbers, rates_file)
