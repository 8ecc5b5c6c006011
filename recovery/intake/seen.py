"""Which orders a file has named already: flat in memory, however long the file is.

A later state of the same order is history, and welcome; the same state again, or another order
under the same id, is a mistake in the file.
"""

import sqlite3
from types import TracebackType
from typing import Self

from recovery.facts import OrderSnapshot


class Seen:
    """Order numbers with the line and times that named them last, in a private temporary file."""

    def __enter__(self) -> Self:
        # An empty name is SQLite's own temporary file: it leaves memory when it grows.
        self._database = sqlite3.connect("", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "BEGIN",
            "CREATE TABLE seen (number TEXT PRIMARY KEY, line INTEGER, placed REAL, updated REAL)"
            " WITHOUT ROWID",
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

    def earlier_line(self, order: OrderSnapshot, line: int) -> int | None:
        """The line that `order` repeats; None when it is the first, or a later state of it."""
        placed, updated = order.placed_at.timestamp(), order.updated_at.timestamp()
        row = (order.order_id, line, placed, updated)
        if self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?, ?)", row).rowcount:
            return None
        moved = self._database.execute(
            "UPDATE seen SET line = ?, updated = ? WHERE number = ? AND placed = ? AND updated < ?",
            (line, updated, order.order_id, placed, updated),
        )
        if moved.rowcount:
            return None
        query = "SELECT line FROM seen WHERE number = ?"
        return int(self._database.execute(query, (order.order_id,)).fetchone()[0])
