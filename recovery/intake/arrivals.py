"""What came in between two runs, counted in the table of runs: a row for each file imported, and
one that grows for the orders of the inbox, in the transaction that takes them.

So each order is counted once, by the run that comes next, whoever applied it.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, select, update

from recovery.db import table, take_turns
from recovery.intake.columns import Verdict
from recovery.models import Run

IMPORT, INBOX, RUN = "import", "inbox", "run"

runs = table(Run)


def take_turn(connection: Connection) -> None:
    """Nobody counts while a run sums up: what is not in its sum comes after it."""
    take_turns(connection, "runs")


def keep(connection: Connection, counts: Mapping[str, Any], now: datetime) -> None:
    """Write down what one import did."""
    take_turn(connection)
    _insert(connection, IMPORT, counts, now)


def add(connection: Connection, verdicts: Counter[Verdict], refused: int, now: datetime) -> None:
    """Count orders that the inbox brought, and those in it that could not be applied."""
    read = verdicts.total() + refused
    if not read:
        return
    take_turn(connection)
    told = {"read": read, **{one.value: verdicts[one] for one in Verdict}, "rejected": refused}
    newest = connection.execute(
        select(runs.c.id, runs.c.kind, runs.c.result)
        .where(runs.c.kind.in_((RUN, INBOX)))
        .order_by(runs.c.id.desc())
        .limit(1)
    ).first()
    if newest is None or newest.kind == RUN:
        _insert(connection, INBOX, told, now)
        return
    total = {name: newest.result[name] + count for name, count in told.items()}
    connection.execute(update(runs).where(runs.c.id == newest.id).values(result=total))


def _insert(connection: Connection, kind: str, counts: Mapping[str, Any], now: datetime) -> None:
    row = {"kind": kind, "token": uuid4().hex, "at": now}
    connection.execute(insert(runs), row | {"result": dict(counts)})
