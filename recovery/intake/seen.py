"""Which orders a file has named already: flat in memory, however long the file is.

Another state of the same order, later or earlier, is history and welcome: the newest wins, and
`paid` wins. The same state again, or another order under the same id, is a mistake in the file.
"""

import sqlite3
from types import TracebackType
from typing import Self

from recovery.facts import OrderSnapshot


class Seen:
    """Order numbers with times and line of their first row, in a private temporary file."""

    def __enter__(self) -> Self:
        # An empty name is SQLite's own temporary file: it leaves memory when it grows.
        self._database = sqlite3.connect("", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "BEGIN",
            "CREATE TABLE seen (number TEXT PRIMARY KEY, placed REAL, updated REAL, line INTEGER)"
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
        """The line that `order` repeats; None when it is the first, or another state of it."""
        placed, updated = order.placed_at.timestamp(), order.updated_at.timestamp()
        row = (order.order_id, placed, updated, line)
        if self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?, ?)", row).rowcount:
            return None
        query = "SELECT placed, updated, line FROM seen WHERE number = ?"
        was_placed, was_updated, first = self._database.execute(query, row[:1]).fetchone()
        return None if placed == was_placed and updated != was_updated else int(first)
