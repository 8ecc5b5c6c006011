"""What a run did, counted from the journal: what was written, not what was meant."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from recovery.db import table
from recovery.models import Decision, Run

decisions, runs = table(Decision), table(Run)

TASKS = "tasks"  # the provider that a handed-over task is written down with
_WAITS = frozenset({"temporary", "account"})  # sent back by a provider: the touch is due again


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the journal and the table of runs have been counted."""

    decision_id: int
    run_id: int


@dataclass(slots=True)
class Tally:
    """Journal entries of one stretch, by what they mean."""

    sent: int = 0
    tasks: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    snoozed: Counter[str] = field(default_factory=Counter)
    recovered: int = 0
    exited: Counter[str] = field(default_factory=Counter)
    exhausted: int = 0


def here(connection: Connection) -> Mark:
    """The present end of the journal and of the table of runs."""
    decision = connection.execute(select(func.max(decisions.c.id))).scalar()
    run = connection.execute(select(func.max(runs.c.id))).scalar()
    return Mark(int(decision or 0), int(run or 0))


def last_run(connection: Connection) -> Mark:
    """Where the last `recovery run` stopped counting."""
    found = connection.execute(
        select(runs.c.last_decision_id, runs.c.id)
        .where(runs.c.kind == "run")
        .order_by(runs.c.id.desc())
        .limit(1)
    ).first()
    return Mark(*found) if found else Mark(0, 0)


def tally(connection: Connection, since: Mark) -> Tally:
    """Count the journal after `since`."""
    counted = (
        select(decisions.c.verdict, decisions.c.reason, func.count())
        .where(decisions.c.id > since.decision_id)
        .group_by(decisions.c.verdict, decisions.c.reason)
    )
    found = Tally()
    for verdict, reason, count in connection.execute(counted):
        _add(found, verdict, reason or "", count)
    return found


def imported(connection: Connection, since: Mark) -> dict[str, int]:
    """The counts of all imports after `since`, added up."""
    found = select(runs.c.result).where(runs.c.kind == "import", runs.c.id > since.run_id)
    total: Counter[str] = Counter()
    for result in connection.execute(found).scalars():
        total.update({key: n for key, n in result.items() if isinstance(n, int)})
    return dict(total)


def keep(
    connection: Connection, token: str, at: datetime, upto: Mark, result: dict[str, Any]
) -> None:
    """Write the run down; the next one counts from here."""
    connection.execute(
        runs.insert().values(
            kind="run", token=token, at=at, last_decision_id=upto.decision_id, result=result
        )
    )


def _add(found: Tally, verdict: str, reason: str, count: int) -> None:
    match verdict:
        case "sent" if reason == TASKS:
            found.tasks += count
        case "sent":
            found.sent += count
        case "skip":
            found.skipped[reason] += count
        case "snooze":
            found.snoozed[reason] += count
        case "failed":
            found.failed += count
        case "unknown":
            found.unknown += count
        case "recovered":
            found.recovered += count
        case "exited":
            found.exited[reason] += count
        case "exhausted":
            found.exhausted += count
        case _ if verdict in _WAITS:
            found.snoozed[verdict] += count
