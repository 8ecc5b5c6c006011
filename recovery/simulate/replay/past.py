"""What a file says about the past of its orders: which states they were in, and since when.

A row tells the newest state that the shop knew when it wrote the file. An order that was paid two
days after it was placed was unpaid for two days, and that is when messages would have gone out.
"""

import pickle
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from recovery.facts import UNPAID, OrderSnapshot, OrderStatus
from recovery.markets.methods import rail_of

VOUCHERS = ("voucher", "bank_transfer")  # what a customer takes along, to pay elsewhere
_FETCHED = 2_000


@dataclass(frozen=True, slots=True)
class State:
    """One state of one order, known from `at` on; `guessed` when its row only lets it be told."""

    at: datetime
    order: OrderSnapshot
    guessed: bool


def opening(first: OrderSnapshot) -> OrderSnapshot | None:
    """How an order began whose `first` row tells a later moment than its placing; None when that
    row is the beginning itself.

    A cart began as a cart, everything else as an order that waits for its payment. Where only the
    end is told (paid, cancelled, expired), the row still shows how it waited: a code of failure
    means a refused payment, a voucher or transfer an awaited one. When a refunded order was paid
    is in no row, so it counts as paid at once: a message too few is told rather than one too many.
    """
    if first.updated_at <= first.placed_at:
        return None
    status = _waited(first)
    failed = status is OrderStatus.FAILED
    return replace(
        first,
        status=status,
        updated_at=first.placed_at,
        discount_code=None,  # typed in when it was paid
        failure_code=first.failure_code if failed else None,
        failure_source=first.failure_source if failed else None,
    )


def _waited(first: OrderSnapshot) -> OrderStatus:
    if first.status is OrderStatus.REFUNDED:
        return OrderStatus.PAID
    if first.status is OrderStatus.CART:
        return OrderStatus.CART
    if first.status in UNPAID:
        return OrderStatus.PENDING
    return waited_as(first.failure_code is not None, first.payment_method)


def waited_as(failed: bool, method: str | None) -> OrderStatus:
    """How an order waited of which only the end and the way to pay are told."""
    if failed:
        return OrderStatus.FAILED
    voucher = method is not None and rail_of(method) in VOUCHERS
    return OrderStatus.AWAITING if voucher else OrderStatus.PENDING


class Past:
    """Every state that files tell, in a private temporary file: memory stays flat."""

    def __enter__(self) -> Self:
        # An empty name is SQLite's own temporary file: it leaves memory when it grows.
        self._database = sqlite3.connect("", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "BEGIN",
            "CREATE TABLE rows "
            "(n INTEGER PRIMARY KEY, number TEXT, at REAL, opens REAL, told BLOB)",
        ):
            self._database.execute(statement)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()

    def add(self, orders: Iterable[OrderSnapshot]) -> None:
        """Remember what some rows say."""
        rows = (
            (
                order.order_id,
                max(order.placed_at, order.updated_at).timestamp(),
                order.placed_at.timestamp(),
                pickle.dumps(order, pickle.HIGHEST_PROTOCOL),
            )
            for order in orders
        )
        query = "INSERT INTO rows (number, at, opens, told) VALUES (?, ?, ?, ?)"
        self._database.executemany(query, rows)

    def span(self) -> tuple[datetime, datetime] | None:
        """The first moment that is told, and the last; None when nothing is."""
        first, last = self._database.execute("SELECT MIN(opens), MAX(at) FROM rows").fetchone()
        if first is None:
            return None
        return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC)

    def orders(self) -> int:
        """How many orders the states are of."""
        query = "SELECT COUNT(DISTINCT number) FROM rows"
        return int(self._database.execute(query).fetchone()[0])

    def count(self) -> int:
        """How many states `states` yields."""
        told = self._database.execute("SELECT COUNT(*) FROM rows").fetchone()[0]
        return int(told) + int(
            self._database.execute(
                f"SELECT COUNT(*) FROM ({_FIRST}) JOIN rows USING (n) WHERE at > opens"  # noqa: S608
            ).fetchone()[0]
        )

    def states(self) -> Iterator[State]:
        """All states in order of time; of one moment, beginnings first, then as they were read."""
        query = (
            "SELECT opens AS moment, 0 AS told_itself, n, told FROM rows "  # noqa: S608
            f"JOIN ({_FIRST}) USING (n) WHERE at > opens "
            "UNION ALL SELECT at, 1, n, told FROM rows ORDER BY moment, told_itself, n"
        )
        found = self._database.execute(query)
        while rows := found.fetchmany(_FETCHED):
            for _, told_itself, _, told in rows:
                yield _state(pickle.loads(told), guessed=not told_itself)  # noqa: S301 - our own


# Of an order's rows the one that tells its earliest state; the history follows it.
_FIRST = (
    "SELECT n FROM (SELECT n, ROW_NUMBER() OVER (PARTITION BY number ORDER BY at, n) AS place "
    "FROM rows) WHERE place = 1"
)


def _state(told: OrderSnapshot, *, guessed: bool) -> State:
    if not guessed:
        return State(max(told.placed_at, told.updated_at), told, guessed=False)
    began = opening(told)
    if began is None:
        raise ValueError(f"{told.order_id} has no beginning of its own")
    return State(told.placed_at, began, guessed=True)
