"""What is worked out once and asked several times: temporary tables, gone when a report is made.

On disk where they are large (`recovery.db.counting`), seen by nobody else, never left behind: a
transaction that fails takes them with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, Executable, MetaData, Select, Table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ClauseElement

from recovery.db import is_postgres

_TEMPORARY = ["TEMPORARY"]


class _CreateAs(Executable, ClauseElement):
    """CREATE TEMPORARY TABLE … AS SELECT: PostgreSQL answers it with several processes."""

    inherit_cache = False

    def __init__(self, name: str, statement: Select[Any]) -> None:
        self.name, self.statement = name, statement


@compiles(_CreateAs)
def _create_as(element: _CreateAs, compiler: Any, **kw: Any) -> str:
    return f"CREATE TEMPORARY TABLE {element.name} AS {compiler.process(element.statement, **kw)}"


@contextmanager
def scratch(connection: Connection, name: str, *columns: Column[Any]) -> Iterator[Table]:
    """An empty table with the primary key that `columns` say."""
    empty = Table(name, MetaData(), *columns, prefixes=_TEMPORARY, sqlite_with_rowid=False)
    empty.create(connection)
    yield empty
    empty.drop(connection)


@contextmanager
def kept(connection: Connection, name: str, statement: Select[Any]) -> Iterator[Table]:
    """A table with the rows of `statement`; its first column is a whole number, and unique."""
    key, *others = statement.selected_columns
    columns = [Column(one.name, one.type) for one in others]
    # SQLite finds a row by its INTEGER PRIMARY KEY; PostgreSQL rather hashes all of them
    first = Column(key.name, key.type, primary_key=not is_postgres(connection))
    rows = Table(name, MetaData(), first, *columns, prefixes=_TEMPORARY)
    if is_postgres(connection):
        connection.execute(_CreateAs(name, statement))
        connection.exec_driver_sql(f"ANALYZE {name}")
    else:
        rows.create(connection)
        connection.execute(rows.insert().from_select([one.name for one in rows.c], statement))
    yield rows
    rows.drop(connection)
