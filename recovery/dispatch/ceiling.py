"""The ceiling of a run: how many touches it may still claim, over all its dispatches and workers.

A row in the database, taken from in the transaction that claims: nobody can go beyond it together.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from recovery.db import insert_ignore, table
from recovery.models import Ceiling

ceilings = table(Ceiling)
KEPT = timedelta(days=2)  # a hint of the run may come as late as that


def grant(connection: Connection, run: str, most: int | None, now: datetime) -> None:
    """Let the `run` claim `most` touches, any number for None."""
    connection.execute(delete(ceilings).where(ceilings.c.at < now - KEPT))
    if most is not None:
        row = {"run": run, "at": now, "left": most}
        connection.execute(insert_ignore(ceilings, connection).values(row))


def left(connection: Connection, run: str | None) -> int | None:
    """How many it may still claim; nobody else can take of it until the transaction ends."""
    mine = select(ceilings.c.left).where(ceilings.c.run == run).with_for_update()
    return connection.execute(mine).scalar() if run else None


def take(connection: Connection, run: str | None, count: int) -> None:
    """So many were claimed."""
    mine = update(ceilings).where(ceilings.c.run == run)
    connection.execute(mine.values(left=ceilings.c.left - count))
