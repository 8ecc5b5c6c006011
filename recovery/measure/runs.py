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


@dataclass(slots=True)
class RunResult:
    """What `recovery run` did. `problems` are campaign and template errors, for people."""

    token: str
    at: datetime
    dry_run: bool
    imported: dict[str, int] = field(default_factory=dict)
    enrolled: dict[str, dict[str, int]] = field(default_factory=dict)
    touches: Tally = field(default_factory=Tally)
    settled: Tally = field(default_factory=Tally)
    hinted: int = 0
    released: int = 0  # touches that a dead worker held
    inbox: dict[str, int] = field(default_factory=dict)  # events from outside
    reconciled: dict[str, int] = field(default_factory=dict)  # unknown touches looked for
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # senders whose account does not work
    seconds: float = 0.0

    def payload(self) -> dict[str, Any]:
        """The JSON of the contract."""
        done, settled = self.touches, self.settled
        return {
            "run_id": self.token,
            "at": self.at,
            "dry_run": self.dry_run,
            "imported": self.imported,
            "enrolled": self.enrolled,
            "touches": {
                "sent": done.sent,
                "tasks": done.tasks,
                "skipped": dict(sorted(done.skipped.items())),
                "snoozed": dict(sorted(done.snoozed.items())),
                "failed": done.failed,
                "unknown": done.unknown,
                "hinted": self.hinted,
                "released": self.released,
            },
            "settled": {
                "recovered": settled.recovered,
                "cancelled": sum(settled.exited.values()),
                "exited": dict(sorted(settled.exited.items())),
                "exhausted": settled.exhausted,
            },
            "inbox": self.inbox,
            "reconciled": self.reconciled,
            "problems": self.problems,
            "warnings": self.warnings,
            "refused": self.refused,
            "seconds": self.seconds,
        }


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
    """The counts of all that came in after `since`, by file and through the inbox, added up."""
    kinds = runs.c.kind.in_(("import", "inbox"))
    found = select(runs.c.result).where(kinds, runs.c.id > since.run_id)
    total: Counter[str] = Counter()
    for result in connection.execute(found).scalars():
        total.update({key: n for key, n in result.items() if isinstance(n, int)})
    return dict(total)


def keep(connection: Connection, upto: Mark, result: RunResult) -> None:
    """Write the run down; the next one counts from here."""
    told = {key: value for key, value in result.payload().items() if key != "at"}
    connection.execute(
        runs.insert().values(
            kind="run",
            token=result.token,
            at=result.at,
            last_decision_id=upto.decision_id,
            result=told,
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
