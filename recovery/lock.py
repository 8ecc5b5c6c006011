"""One run at a time: a kernel lock that dies with its holder, on this host or in PostgreSQL."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from recovery.errors import Locked
from recovery.i18n import say
from recovery.reaching import reaching

# Any number that no other program on the same database uses: "recovery" in ASCII.
_ADVISORY = int.from_bytes(b"recovery"[:8], "big") >> 1


@contextmanager
def run_lock(database: Engine, file: Path) -> Iterator[None]:
    """Hold the lock for the block; Locked when another run has it, and nothing was done.

    On PostgreSQL the lock holds over all hosts; on SQLite over all processes of this one.
    """
    if database.dialect.name == "postgresql":
        with _advisory(database):
            yield
    else:
        with _flock(file):
            yield


@contextmanager
def _advisory(database: Engine) -> Iterator[None]:
    with reaching(), database.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        key = {"key": _ADVISORY}
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one():
            raise Locked(say("another run holds the lock in the database; nothing was done"))
        try:
            yield
        finally:
            with suppress(OperationalError):  # a session that was ended has let go by itself
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)


@contextmanager
def _flock(file: Path) -> Iterator[None]:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 40, 0).decode(errors="replace").strip() or "unknown"
            raise Locked(
                say(
                    "another run (pid {holder}) holds {file}; nothing was done",
                    holder=holder,
                    file=file,
                )
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)
