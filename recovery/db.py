"""The database: one engine for SQLite and PostgreSQL, and the few statements they spell apart.

Reading and writing are two doors. `writing` takes SQLite's write lock at once (BEGIN IMMEDIATE),
so a transaction never fails half-way because another process wrote first.
"""

import os
import re
import sqlite3
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Table,
    any_,
    bindparam,
    column,
    create_engine,
    event,
    func,
    literal,
    make_url,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql import visitors
from sqlmodel import SQLModel

from recovery.errors import Unavailable, UsageError
from recovery.i18n import say
from recovery.reaching import reaching, unavailable

BUSY_SECONDS = 30
IDLE_SECONDS = 60  # in a transaction that writes, without a word to the database
BULK_ROWS = 50_000
DEADLOCKS = 5
_POSTGRES = re.compile(r"^postgres://")  # as many hosts still spell it

T = TypeVar("T")


def open_engine(url: str) -> Engine:
    """An engine for `url`; UsageError for anything but SQLite and PostgreSQL (psycopg 3)."""
    try:
        parsed = make_url(_POSTGRES.sub("postgresql://", url))
    except (ArgumentError, ValueError) as error:  # the message may quote the password
        raise UsageError(
            say(
                "RECOVERY_DATABASE_URL is no address; special characters of a password are "
                "written as %XX, e.g. postgresql://user:pass%5Bword@host/database"
            )
        ) from error
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        # A worker that starts a transaction and finds the server gone must hear of it at once.
        parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(
            parsed,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"connect_timeout": 10},
        )
        event.listen(engine, "begin", _postgres_begin)
        return engine
    if backend != "sqlite":
        raise UsageError(
            say(
                "RECOVERY_DATABASE_URL: {backend} is not supported; use sqlite:///path/to/file.db "
                "or postgresql://user:password@host/database",
                backend=f"{backend!r}",
            )
        )
    if parsed.database and not parsed.database.startswith((":memory:", "file:")):
        _private(Path(parsed.database))
    # Errors end up in logs, and parameters are customers' addresses.
    engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _sqlite_connection)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _private(file: Path) -> None:
    """Make the file, where there is none, for our user's eyes only: it holds addresses."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(OSError):  # it is there already; of anything else SQLite will complain
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def table(model: type[SQLModel]) -> Table:
    """The table behind a model: rooms speak Core, where a set is one statement."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: one consistent picture."""
    with reaching(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def counting(engine: Engine) -> Iterator[Connection]:
    """As `reading`, for millions of rows in few groups: SQLite sorts in a file; PostgreSQL, which
    expects as many groups as its keys could make, had rather not, and gets room for its joins."""
    with reaching(), engine.connect() as connection:
        if not is_postgres(connection):  # outside of any transaction, or SQLite refuses
            connection.connection.cursor().execute("PRAGMA temp_store = FILE")
        with connection.begin():
            if is_postgres(connection):
                connection.exec_driver_sql("SET LOCAL enable_sort=off; SET LOCAL work_mem='64MB'")
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes; committed when the block ends, rolled back when it raises."""
    with reaching(), engine.connect() as connection:
        connection = connection.execution_options(recovery_writes=True)
        with connection.begin():
            yield connection


@contextmanager
def rehearsing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes and is forgotten in the end. Who writes in earnest hardly waits:
    SQLite rehearses on a copy, PostgreSQL takes no turns (rows that it changed stay locked)."""
    copy = None if engine.dialect.name == "postgresql" else _copied(engine)
    try:
        with reaching(), (copy or engine).connect() as connection:
            connection = connection.execution_options(recovery_writes=True, recovery_rehearses=True)
            with connection.begin() as transaction:
                yield connection
                transaction.rollback()
    finally:
        if copy is not None:
            copy.dispose()


def retried(
    engine: Engine, work: Callable[[Connection], T], *, lock_seconds: int | None = None
) -> T:
    """`work` in a writing transaction, again from the start when the database broke a deadlock.

    `lock_seconds`: how long to wait for what others hold; SQLite gives up after half a minute.
    """
    for _ in range(DEADLOCKS):
        try:
            with engine.connect() as connection:
                connection = connection.execution_options(recovery_writes=True)
                with connection.begin():
                    if lock_seconds is not None and is_postgres(connection):
                        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{lock_seconds}s'")
                    return work(connection)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == "40P01":
                continue
            if told := unavailable(error):
                raise told from error
            raise
    raise Unavailable(
        say("the database broke one deadlock after another; nothing is lost, run again")
    )


def insert_ignore(target: Table, connection: Connection) -> Insert:
    """INSERT … ON CONFLICT DO NOTHING in the connection's dialect; a rerun adds nothing."""
    if is_postgres(connection):
        return postgresql.insert(target).on_conflict_do_nothing()
    return sqlite.insert(target).on_conflict_do_nothing()


def is_postgres(connection: Connection) -> bool:
    """Whether `connection` speaks to PostgreSQL (else: SQLite)."""
    return connection.dialect.name == "postgresql"


def among(connection: Connection, column: Column[T], values: Collection[T]) -> ColumnElement[bool]:
    """`column` is one of `values`: one array on PostgreSQL, where 500 parameters cost more to
    parse than the query costs to run; IN (…) on SQLite."""
    if is_postgres(connection):
        return column == any_(literal(list(values), ARRAY(column.type)))
    return column.in_(values)


def written_in(column: Column[str], values: Iterable[str]) -> ColumnElement[bool]:
    """`column` is one of `values`, written out in the statement: SQLite uses a partial index only
    for a question in the index's own words (`=` for one value), and knows no words behind a
    parameter."""
    written = [literal(value, column.type, literal_execute=True) for value in values]
    return column == written[0] if len(written) == 1 else column.in_(written)


def update_each(
    connection: Connection,
    target: Table,
    where: Sequence[ColumnElement[bool]],
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> int:
    """Give each row of `target` values of its own: `rows` are (id, value for each of `names`).

    One statement over arrays on PostgreSQL, executemany on SQLite, or one a row when `where` holds
    an IN (…), which executemany can't fill in. Returns how many rows changed.
    """
    if not rows:
        return 0
    if is_postgres(connection):
        arrays = zip(*rows, strict=True)
        columns = [target.c.id, *(target.c[name] for name in names)]
        given = (
            func.unnest(
                *(literal(list(a), ARRAY(c.type)) for a, c in zip(arrays, columns, strict=True))
            )
            .table_valued(*(column(f"given_{c.name}", c.type) for c in columns))
            .render_derived()
        )
        values = {name: given.c[f"given_{name}"] for name in names}
        statement = update(target).where(target.c.id == given.c.given_id, *where)
        return changed(connection, statement.values(values))
    statement = update(target).where(target.c.id == bindparam("given_id"), *where)
    statement = statement.values({name: bindparam(f"given_{name}") for name in names})
    keys = ["given_id", *(f"given_{name}" for name in names)]
    given_rows = [dict(zip(keys, row, strict=True)) for row in rows]
    if any(getattr(part, "expanding", False) for part in visitors.iterate(statement)):
        return sum(connection.execute(statement, one).rowcount for one in given_rows)
    return int(connection.execute(statement, given_rows).rowcount)


def bulk_load(
    connection: Connection, target: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Append `rows` to `target` by the driver's fastest way; returns how many.

    COPY on PostgreSQL, executemany on SQLite. Values must be what the driver stores as it is:
    integers, strings, None (times go through `stored_time`).
    """
    cursor = connection.connection.cursor()
    count, iterator = 0, iter(rows)
    names, marks = ", ".join(columns), ", ".join("?" for _ in columns)
    while batch := list(islice(iterator, BULK_ROWS)):
        if is_postgres(connection):
            with cursor.copy(f"COPY {target} ({names}) FROM STDIN") as copy:
                for row in batch:
                    copy.write_row(row)
        else:
            cursor.executemany(f"INSERT INTO {target} ({names}) VALUES ({marks})", batch)  # noqa: S608
        count += len(batch)
    cursor.close()
    return count


def take_turns(connection: Connection, name: str) -> None:
    """Wait for whoever else is in a transaction of this `name`; ours lasts until it ends, too.

    PostgreSQL's own lock; SQLite's write lock does it by itself.
    """
    rehearses = connection.get_execution_options().get("recovery_rehearses", False)
    if is_postgres(connection) and not rehearses:
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def stored_time(connection: Connection, at: datetime) -> datetime | str:
    """`at` (aware) as the driver stores it: for statements that bypass the column types."""
    if is_postgres(connection):
        return at
    return at.astimezone(UTC).isoformat(" ", "microseconds").removesuffix("+00:00")


def changed(connection: Connection, statement: Any, values: Mapping[str, Any] | None = None) -> int:
    """Run an UPDATE or DELETE and tell how many rows it touched."""
    return int(connection.execute(statement, values or {}).rowcount)


def _postgres_begin(connection: Connection) -> None:
    """A process that is stopped inside a transaction must not hold up all others for ever."""
    if connection.get_execution_options().get("recovery_writes", False):
        connection.exec_driver_sql(
            f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'"
        )


def _sqlite_connection(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _sqlite_begin
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # "sending" must survive a power cut: a lost row is a second message
        "foreign_keys = ON",
        "temp_store = MEMORY",
        "cache_size = -65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _copied(engine: Engine) -> Engine:
    """The same data in a file of its own, without a name: it is gone with its connection."""
    folder = Path(engine.url.database or "").parent
    handle, name = tempfile.mkstemp(dir=folder, prefix=".rehearsal-")  # mode 0600
    os.close(handle)
    try:
        copy = sqlite3.connect(name, check_same_thread=False, isolation_level=None)
        source = engine.raw_connection()
        try:
            source.driver_connection.backup(copy)  # type: ignore[union-attr]
        finally:
            source.close()
        for pragma in ("journal_mode = MEMORY", "synchronous = OFF", "foreign_keys = ON"):
            copy.execute(f"PRAGMA {pragma}")
    finally:
        os.unlink(name)
    alone = create_engine(
        "sqlite://", creator=lambda: copy, poolclass=StaticPool, hide_parameters=True
    )
    event.listen(alone, "begin", _sqlite_begin)
    return alone


def _sqlite_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("recovery_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
