"""What a run did, counted from the journal: what was written, not what was meant."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from recovery.db import table, written_in
from recovery.i18n import Text
from recovery.measure.totals import carried
from recovery.models import Decision, Run
from recovery.models.journeys import ENDINGS
from recovery.problems import Problem

decisions, runs = table(Decision), table(Run)
Line = str | Text | Problem  # to be told in the reader's language

TEMPLATE_ERROR = "template_error"  # why a message waits; its detail ends with the mistake
TASKS = "tasks"  # the provider that a handed-over task is written down with
_WAITS = frozenset({"temporary", "account"})  # sent back by a provider: the touch is due again


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
    """What `recovery run` did. `wrong` are campaign and template errors, `notes` what else people
    should know; `problems` and `warnings` are the same in English."""

    token: str
    at: datetime
    dry_run: bool
    elapsed: Callable[[], float] = lambda: 0.0  # seconds since it began
    imported: dict[str, int] = field(default_factory=dict)
    published: list[dict[str, Any]] = field(default_factory=list)  # versions that went live
    enrolled: dict[str, dict[str, int]] = field(default_factory=dict)
    touches: Tally = field(default_factory=Tally)
    settled: Tally = field(default_factory=Tally)
    hinted: int = 0
    abandoned: bool = False  # hinted, waited for the workers, and none is alive
    released: int = 0  # touches that a dead worker held
    inbox: dict[str, int] = field(default_factory=dict)  # events from outside
    reconciled: dict[str, int] = field(default_factory=dict)  # unknown touches looked for
    wrong: list[Line] = field(default_factory=list)
    notes: list[Line] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # senders that do not work, and why
    unanswered: dict[str, Any] = field(default_factory=dict)  # touches whose end nobody knows
    seconds: float = 0.0

    @property
    def problems(self) -> list[str]:
        """What is wrong, in English."""
        return [str(one) for one in self.wrong]

    @property
    def warnings(self) -> list[str]:
        """What else people should know, in English."""
        return [str(one) for one in self.notes]

    def payload(self) -> dict[str, Any]:
        """The JSON of the contract."""
        done, settled = self.touches, self.settled
        return {
            "run_id": self.token,
            "at": self.at,
            "dry_run": self.dry_run,
            "imported": self.imported,
            "published": self.published,
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
            "unanswered": self.unanswered,
            "seconds": self.seconds,
        }


@dataclass(frozen=True, slots=True)
class Since:
    """Where a run begins to count: after this `entry` of the journal and this `run`, which was at
    `last_at`, and had `told` the journal up to that entry."""

    entry: int
    run: int
    last_at: datetime | None
    told: int
    last: Mapping[str, Any]  # what that run has written

    @classmethod
    def read(cls, connection: Connection) -> "Since":
        """As of now."""
        entry = journal_end(connection)
        newest = select(runs).where(runs.c.kind == "run").order_by(runs.c.id.desc()).limit(1)
        last = connection.execute(newest).first()
        if last is None:
            return cls(entry, 0, None, entry, {})
        told = last.result.get("journal", entry)
        return cls(entry, last.id, last.at, told, last.result)


def journal_end(connection: Connection) -> int:
    """The newest entry of the journal. What is written from now on, by whomever, gets a higher id;
    what others have written and not committed may have a lower one."""
    return int(connection.execute(select(func.max(decisions.c.id))).scalar() or 0)


def tally(connection: Connection, token: str, since: int) -> Tally:
    """What was done for the run `token`, all of it after the entry `since`: by this process, and by
    workers that its hints have reached. What others do meanwhile is theirs."""
    counted = (
        select(decisions.c.verdict, decisions.c.reason, func.count())
        .where(
            decisions.c.id > since, decisions.c.run == token, decisions.c.verdict.not_in(ENDINGS)
        )
        .group_by(decisions.c.verdict, decisions.c.reason)
    )
    found = Tally()
    for verdict, reason, count in connection.execute(counted):
        _add(found, verdict, reason or "", count)
    return found


def settled(connection: Connection, token: str) -> Tally:
    """What ended and no run has told yet; from now on it is told by the run `token`.

    Each ending is told once, in whatever order the transactions that wrote them were committed.
    """
    told = (
        update(decisions)
        .where(decisions.c.run.is_(None), written_in(decisions.c.verdict, ENDINGS))
        .values(run=token)
        .returning(decisions.c.verdict, decisions.c.reason)
    )
    found = Tally()
    for (verdict, reason), count in Counter(map(tuple, connection.execute(told))).items():
        _add(found, verdict, reason or "", count)
    return found


def broken(connection: Connection, since: int) -> list[str]:
    """Mistakes in templates that messages have met after the entry `since`, in any process."""
    met = select(decisions.c.detail).where(
        decisions.c.id > since,
        decisions.c.verdict == "snooze",
        decisions.c.reason == TEMPLATE_ERROR,
    )
    return sorted({told.partition(" ")[2] for told in connection.execute(met).scalars()})


def imported(connection: Connection, since: int) -> dict[str, int]:
    """The counts of all that came in after the run `since`, by file and through the inbox."""
    kinds = runs.c.kind.in_(("import", "inbox"))
    found = select(runs.c.result).where(kinds, runs.c.id > since)
    total: Counter[str] = Counter()
    for result in connection.execute(found).scalars():
        total.update({key: n for key, n in result.items() if isinstance(n, int)})
    return dict(total)


def keep(connection: Connection, result: RunResult, since: Since) -> None:
    """Write the run down, and how long it took; the next one counts from here."""
    result.seconds = result.elapsed()
    told = {key: value for key, value in result.payload().items() if key != "at"}
    told |= {"since": since.entry, "journal": journal_end(connection)}
    told |= carried(connection, since.last)
    connection.execute(
        runs.insert().values(kind="run", token=result.token, at=result.at, result=told)
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
