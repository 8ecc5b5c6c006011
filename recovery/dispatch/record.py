"""Writing down what was decided and what came back: in sets, each move named by where it starts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, update

from recovery.db import among, bulk_load, changed, stored_time, table, update_each
from recovery.dispatch.claim import LEASE
from recovery.dispatch.situation import Skip, Snooze
from recovery.errors import ConnectorError, SendFailure
from recovery.incentives import budget, issue
from recovery.message import Channel, Receipt
from recovery.models import TOUCH_MOVES, Touch, TouchState
from recovery.models import Decision as Entry

touches = table(Touch)

_CALLED = (TouchState.SENDING, TouchState.UNKNOWN)

# Waits after a refusal that was certainly not an acceptance; the last one repeats.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))


@dataclass(frozen=True, slots=True)
class Result:
    """How one call to a provider ended."""

    touch_id: int
    enrolment_id: int
    attempts: int
    channel: Channel
    outcome: Receipt | ConnectorError
    segments: int | None = None


@dataclass(slots=True)
class Journal:
    """Entries for `decisions`, written together at the end of a transaction."""

    at: datetime
    entries: list[tuple[int, int, str, str | None, str | None]]

    def note(
        self,
        enrolment_id: int,
        touch_id: int,
        verdict: str,
        reason: str | None = None,
        detail: str | None = None,
    ) -> None:
        """Add one entry."""
        self.entries.append((enrolment_id, touch_id, verdict, reason, detail))

    def write(self, connection: Connection) -> None:
        """Append all entries to the journal table."""
        at = stored_time(connection, self.at)
        columns = ("at", "enrolment_id", "touch_id", "verdict", "reason", "detail")
        name = str(Entry.__tablename__)
        bulk_load(connection, name, columns, ((at, *entry) for entry in self.entries))


def sending(connection: Connection, ids: Sequence[int], token: str, now: datetime) -> set[int]:
    """`claimed → sending`, to be committed before any byte leaves; returns those still ours."""
    moved = connection.execute(
        update(touches)
        .where(
            among(connection, touches.c.id, ids),
            touches.c.state == TouchState.CLAIMED,
            touches.c.claim == token,
        )
        .values(
            state=TouchState.SENDING,
            tried_at=now,
            lease_until=now + LEASE,
            attempts=touches.c.attempts + 1,
            reason=None,
        )
        .returning(touches.c.id)
    )
    return set(moved.scalars())


def skipped(connection: Connection, decided: Iterable[tuple[int, Skip]], token: str) -> None:
    """`claimed → skipped`, with the reason: this touch ends here."""
    by_reason: dict[str, list[int]] = defaultdict(list)
    for touch_id, skip in decided:
        by_reason[skip.reason].append(touch_id)
    for reason, ids in by_reason.items():
        _from_claimed(connection, ids, token, state=TouchState.SKIPPED, reason=reason)


def snoozed(connection: Connection, decided: Iterable[tuple[int, Snooze]], token: str) -> None:
    """`claimed → planned`, due again at `until`."""
    by_wait: dict[tuple[datetime, str], list[int]] = defaultdict(list)
    for touch_id, wait in decided:
        by_wait[wait.until, wait.reason].append(touch_id)
    for (until, reason), ids in by_wait.items():
        _from_claimed(connection, ids, token, state=TouchState.PLANNED, due_at=until, reason=reason)


def given_back(connection: Connection, ids: Sequence[int], token: str) -> None:
    """`sending → planned` for messages that were never handed to a provider."""
    connection.execute(
        update(touches)
        .where(
            among(connection, touches.c.id, ids),
            touches.c.state == TouchState.SENDING,
            touches.c.claim == token,
        )
        .values(state=TouchState.PLANNED, claim=None, lease_until=None, tried_at=None)
    )


def results(connection: Connection, finished: Sequence[Result], token: str, now: datetime) -> None:
    """What the providers answered, for a whole batch; only who still owns a claim may record."""
    journal = Journal(now, [])
    sent = [r for r in finished if isinstance(r.outcome, Receipt)]
    _sent(connection, sent, token)
    issue.confirm(connection, [r.touch_id for r in sent])
    gone: list[int] = []
    for result in finished:
        outcome = result.outcome
        if isinstance(outcome, Receipt):
            journal.note(
                result.enrolment_id, result.touch_id, "sent", outcome.provider, outcome.provider_id
            )
        else:
            verdict = _failed(connection, result, outcome, token, now)
            if verdict is None:
                continue  # an event has proven more meanwhile
            reason = _reason(outcome)
            journal.note(result.enrolment_id, result.touch_id, verdict, reason, str(outcome))
            if outcome.failure is SendFailure.PERMANENT:
                gone.append(result.touch_id)
    budget.withdraw(connection, gone)
    journal.write(connection)


def _sent(connection: Connection, finished: Sequence[Result], token: str) -> None:
    names = ("state", "reason", "lease_until", "provider", "provider_id", "segments")
    rows = [
        (
            r.touch_id,
            TouchState.SENT.value,
            None,
            None,
            r.outcome.provider,
            r.outcome.provider_id,
            r.segments,
        )
        for r in finished
        if isinstance(r.outcome, Receipt)
    ]
    update_each(connection, touches, _mine(token, TouchState.SENT), names, rows)
    # An event may have been quicker than the answer it is about; only we know what an SMS costs.
    parts = [(r.touch_id, r.segments) for r in finished if r.segments is not None]
    late = touches.c.claim == token, touches.c.segments.is_(None)
    update_each(connection, touches, late, ("segments",), parts)


def _failed(
    connection: Connection, result: Result, error: ConnectorError, token: str, now: datetime
) -> str | None:
    """Only what the connector knows to be not accepted goes back to `planned`; returns the word
    for the journal, None when the touch was no longer ours to move."""
    values: dict[str, Any] = {"reason": _reason(error), "lease_until": None}
    verdict = error.failure.value
    match error.failure:
        case SendFailure.TEMPORARY:
            wait = max(error.retry_after or timedelta(0), _back_off(result.attempts))
            values |= {"state": TouchState.PLANNED, "due_at": now + wait, "tried_at": None}
        case SendFailure.ACCOUNT:
            values |= {"state": TouchState.PLANNED, "tried_at": None}
        case SendFailure.PERMANENT:
            values |= {"state": TouchState.FAILED}
            verdict = "failed"
        case SendFailure.UNKNOWN:
            values |= {"state": TouchState.UNKNOWN}
    moved = changed(
        connection,
        update(touches)
        .where(touches.c.id == result.touch_id, *_mine(token, values["state"]))
        .values(**values),
    )
    return verdict if moved else None


def _reason(error: ConnectorError) -> str:
    return error.code or error.failure.value


def _mine(token: str, to: TouchState) -> tuple[ColumnElement[bool], ...]:
    """Touches this worker called a provider for. A call that outlived its lease has been swept to
    `unknown`; a clear answer that comes after all is the evidence that was missing."""
    called = [touches.c.state == state for state in _CALLED if to in TOUCH_MOVES[state]]
    return or_(*called), touches.c.claim == token


def _back_off(attempts: int) -> timedelta:
    return BACK_OFF[min(attempts, len(BACK_OFF) - 1)]


def _from_claimed(connection: Connection, ids: Sequence[int], token: str, **values: object) -> None:
    connection.execute(
        update(touches)
        .where(
            among(connection, touches.c.id, ids),
            touches.c.state == TouchState.CLAIMED,
            touches.c.claim == token,
        )
        .values(claim=None, lease_until=None, **values)
    )
