"""The shop of a test: its orders as it would export them, and whose they are."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from recovery.facts import UNPAID, CustomerType, OrderSnapshot, OrderStatus
from recovery.money import Money
from recovery.simulate.checkout import Checkout
from recovery.simulate.rig import Rig
from recovery.testing import rows
from recovery.testing.errors import KitError
from recovery.testing.lots import Lots, Wish

__tracebackhide__ = True  # a mistake is shown where the test makes it
FIRST = 1001
_ENDED = frozenset(OrderStatus) - UNPAID
# What every row of an export has; beside it only what is new, as silence changes nothing.
_ALWAYS = ("order_id", "status", "placed_at", "amount", "currency", "country", "email", "phone")


@dataclass(slots=True)
class _Known:
    """One order as the shop knows it; `fixed`: the test has said whose it is."""

    row: rows.Row
    wish: Wish
    fixed: bool


class Shop:
    """Makes orders and tells the engine of them. `held_out`: what is wished of each draw."""

    def __init__(self, rig: Rig, held_out: bool | None) -> None:
        self._rig = rig
        self._held_out = held_out
        self._lots = Lots(rig)
        self._checkout = Checkout(rig)
        self._known: dict[str, _Known] = {}

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Any:
        return iter(self._known)

    def place(self, told: rows.Row, sequence: str | None, held_out: bool | None) -> str:
        """Take an order with the fields `told`; returns its number."""
        number, now = str(told.get("order_id") or f"T-{FIRST + len(self)}"), self._rig.clock.now()
        if number in self._known:
            raise KitError(f"there is an order {number} already; give this one another order_id")
        row = rows.usual(told, number, now, self._rig.rates(now))
        if row["status"] in _ENDED:
            raise KitError(
                f"status={row['status']!r}: an unpaid order is pending, failed, awaiting or cart; "
                "let it end afterwards: order.pays(), cancels(), expires(), refunds()"
            )
        wish = Wish(self._held_out if held_out is None else held_out, sequence)
        fixed = ("email" if rows.is_guest(row) else "customer_id") in told
        self._give(_Known(row, wish, fixed))
        return number

    def hold_out(self, number: str) -> None:
        """Let the order be that of somebody whom the hold-out takes."""
        known = self._known[number]
        self._give(replace(known, wish=replace(known.wish, held_out=True)))

    def tell(self, number: str, told: rows.Row, now: datetime) -> None:
        """Something is new about an order."""
        row = self._known[number].row
        news = {"customer_id": row.get("customer_id"), "updated_at": now.isoformat(), **told}
        self._rig.accept([rows.read({name: row.get(name) for name in _ALWAYS} | news)])
        row |= told

    def price(self, number: str, code: str) -> Money:
        """What the order costs with `code`; KitError where the till does not take it."""
        now, order = self._rig.clock.now(), rows.read(self._known[number].row)
        price = self._checkout.charge(order, code, now)
        if price is None:
            raise KitError(
                f"the till does not take {code!r} for order {number}: it is no code of ours, is "
                f"over by {now:%Y-%m-%d %H:%M} UTC, or the order is below the offer's minimum"
            )
        return price

    def customer(self, number: str) -> str | None:
        """The customer_id of an order; None of a guest's."""
        found: str | None = self._known[number].row.get("customer_id")
        return found

    def _give(self, known: _Known) -> None:
        """Tell the engine of an order, of a customer who is drawn as wished."""
        first = rows.read(known.row)
        order = self._lots.choose(known.wish, first, None if known.fixed else _others(first))
        self._rig.accept([order])
        known.row |= {"customer_id": order.customer_id, "email": order.email}
        self._known[order.order_id] = known


def _others(order: OrderSnapshot) -> Callable[[int], OrderSnapshot]:
    """Whose the order may be: the same order, of one after the other."""
    if order.customer_type is CustomerType.GUEST:
        name = f"guest.{order.order_id.lower()}"
        return lambda n: replace(order, email=f"{name}.{n}@example.com")
    return lambda n: replace(order, customer_id=f"C-{order.order_id}-{n}")
