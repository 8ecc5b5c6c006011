"""Which orders a file has named already: flat in memory, however long the file is."""

import sqlite3
from types import TracebackType
from typing import Self


class Seen:
    """Order numbers and the line that named them first, in a private temporary file."""

    def __enter__(self) -> Self:
        # An empty name is SQLite's own temporary file: it leaves memory when it grows.
        self._database = sqlite3.connect("", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "BEGIN",
            "CREATE TABLE seen (number TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID",
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

    def first_line(self, number: str, line: int) -> int | None:
        """The earlier line that named `number`; None when this one is the first."""
        added = self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (number, line))
        if added.rowcount == 1:
            return None
        found = self._database.execute("SELECT line FROM seen WHERE number = ?", (number,))
        return int(found.fetchone()[0])
