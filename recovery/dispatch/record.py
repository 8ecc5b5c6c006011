"""Writing down what was decided and what came back: in sets, each move named by where it starts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, or_, update

from recovery.db import among, bulk_load, changed, stored_time, table, update_each
from recovery.dispatch.claim import LEASE
from recovery.dispatch.situation import Skip, Snooze
from recovery.errors import ConnectorError, SendFailure
from recovery.incentives import budget, issue
from recovery.message import Channel, Receipt
from recovery.models import TOUCH_MOVES, Touch, TouchState
from recovery.models import Decision as Entry
from recovery.telemetry.redaction import Redactor

touches = table(Touch)

Versions = Mapping[int, str]  # of the market rules, by touch
NOBODYS: Versions = {}  # a task asks no market
Recipients = Mapping[int, str]  # addresses, by touch
NOBODY: Recipients = {}  # a task goes to none

PLAIN = Redactor()  # the journal outlives the person's data
_CALLED = (TouchState.SENDING, TouchState.UNKNOWN)
# Given up by us, taken by the provider all the same: its receipt is the evidence. Not `failed`,
# which is the provider's own later word, and not `sending`, where whoever calls will hear, too.
_GIVEN_UP = (
    TouchState.UNKNOWN,
    TouchState.PLANNED,
    TouchState.CLAIMED,
    TouchState.SKIPPED,
    TouchState.CANCELLED,
)

# Waits after a refusal that was certainly not an acceptance; the last one repeats.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))


class Uncalled(StrEnum):
    """Why a message that was `sending` came back, and no provider was called for it."""

    STOPPED = "stopped"  # we were told to stop
    RESTING = "resting"  # its channel's fuse has blown
    WOKE_LATE = "woke_late"  # this worker slept so long that the claim may be another's


@dataclass(frozen=True, slots=True)
class Result:
    """How one call to a provider ended, or why there was none."""

    touch_id: int
    enrolment_id: int
    refusals: int  # before this one
    channel: Channel
    outcome: Receipt | ConnectorError | Uncalled
    segments: int | None = None
    offered: bool = False  # the message shows a coupon


@dataclass(slots=True)
class Journal:
    """Entries for `decisions`, written together at the end of a transaction.

    `run` is the id of the run that is at work, None outside of one: its numbers are counted by it.
    """

    at: datetime
    run: str | None = None
    entries: list[tuple[int, int, str, str | None, str | None]] = field(default_factory=list)

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
        if not self.entries:
            return
        at, run = stored_time(connection, self.at), self.run
        columns = ("at", "run", "enrolment_id", "touch_id", "verdict", "reason", "detail")
        name = str(Entry.__tablename__)
        bulk_load(connection, name, columns, ((at, run, *entry) for entry in self.entries))


def sending(
    connection: Connection,
    ids: Sequence[int],
    token: str,
    now: datetime,
    rules: Versions = NOBODYS,
    to: Recipients = NOBODY,
) -> set[int]:
    """`claimed → sending`, to be committed before any byte leaves; returns those still ours.

    Whoever ends a journey or an address ends what waits, too; then it is ours no more. `rules` are
    the versions of the market rules that let each touch go, `to` the addresses in their messages:
    the order may have another one by the time somebody asks.
    """
    claimed = touches.c.state == TouchState.CLAIMED, touches.c.claim == token
    return _sending(connection, ids, claimed, token, now, rules, to)


def sending_at_once(
    connection: Connection,
    ids: Sequence[int],
    token: str,
    now: datetime,
    rules: Versions = NOBODYS,
    to: Recipients = NOBODY,
) -> set[int]:
    """`planned → sending` of touches picked in this transaction, whose turn it is already."""
    return _sending(connection, ids, (), token, now, rules, to)


def skipped(connection: Connection, decided: Iterable[tuple[int, Skip]]) -> None:
    """`planned → skipped` of picked touches, with the reason: they end here."""
    by_reason: dict[str, list[int]] = defaultdict(list)
    for touch_id, skip in decided:
        by_reason[skip.reason].append(touch_id)
    for reason, ids in by_reason.items():
        _picked(connection, ids, state=TouchState.SKIPPED, reason=reason)


def snoozed(connection: Connection, decided: Iterable[tuple[int, Snooze]]) -> None:
    """Picked touches that stay `planned`, due again at `until`."""
    by_wait: dict[tuple[datetime, str], list[int]] = defaultdict(list)
    for touch_id, wait in decided:
        by_wait[wait.until, wait.reason].append(touch_id)
    for (until, reason), ids in by_wait.items():
        _picked(connection, ids, due_at=until, reason=reason)


def given_back(connection: Connection, ids: Sequence[int], token: str) -> None:
    """`claimed | sending → planned` for messages that no provider was ever called for; also where
    a sweep has taken our silence for an unknown end."""
    if not ids:
        return
    begun = touches.c.state != TouchState.CLAIMED
    connection.execute(
        update(touches)
        .where(
            among(connection, touches.c.id, ids),
            touches.c.state.in_([TouchState.CLAIMED, *_CALLED]),
            touches.c.claim == token,
        )
        .values(
            state=TouchState.PLANNED,
            claim=None,
            lease_until=None,
            reason=None,
            attempts=touches.c.attempts - case((begun, 1), else_=0),
        )
    )


def results(
    connection: Connection, finished: Sequence[Result], token: str, now: datetime, journal: Journal
) -> None:
    """What the providers answered. A receipt proves that the message left, whoever holds the touch
    by now; only who still owns a claim may record a failure."""
    if not finished:
        return
    sent = [r for r in finished if isinstance(r.outcome, Receipt)]
    _sent(connection, sent, token, now)
    issue.confirm(connection, [r.touch_id for r in sent if r.offered])
    back = [r for r in finished if isinstance(r.outcome, Uncalled)]
    given_back(connection, [r.touch_id for r in back], token)
    for late in [r for r in back if r.outcome is Uncalled.WOKE_LATE]:
        journal.note(late.enrolment_id, late.touch_id, "snooze", Uncalled.WOKE_LATE.value)
    gone: list[int] = []
    for result in finished:
        outcome = result.outcome
        if isinstance(outcome, Receipt):
            journal.note(
                result.enrolment_id, result.touch_id, "sent", outcome.provider, outcome.provider_id
            )
        elif isinstance(outcome, ConnectorError):
            verdict = _failed(connection, result, outcome, token, now)
            if verdict is None:
                continue  # an event has proven more meanwhile
            reason = _reason(outcome)
            told = PLAIN.text(str(outcome))  # providers like to repeat whom they refuse
            journal.note(result.enrolment_id, result.touch_id, verdict, reason, told)
            if outcome.failure is SendFailure.PERMANENT:
                gone.append(result.touch_id)
    budget.withdraw(connection, gone)


def _sending(
    connection: Connection,
    ids: Sequence[int],
    which: Iterable[ColumnElement[bool]],
    token: str,
    now: datetime,
    rules: Versions,
    to: Recipients,
) -> set[int]:
    if not ids:
        return set()
    moved = connection.execute(
        update(touches)
        .where(among(connection, touches.c.id, ids), *which)
        .values(
            state=TouchState.SENDING,
            claim=token,
            tried_at=now,
            lease_until=now + LEASE,
            attempts=touches.c.attempts + 1,
            reason=None,
            rules=_versions(connection, ids, rules),
        )
        .returning(touches.c.id)
    )
    begun = set(moved.scalars())
    known = [(touch_id, to[touch_id]) for touch_id in sorted(begun) if touch_id in to]
    update_each(connection, touches, (), ("recipient",), known)
    return begun


def _versions(connection: Connection, ids: Sequence[int], rules: Versions) -> Any:
    """The version of each touch; only as many branches as markets go out together."""
    by_version: dict[str | None, list[int]] = defaultdict(list)
    for touch_id in ids:
        by_version[rules.get(touch_id)].append(touch_id)
    (first, _), *others = by_version.items()
    branches = [(among(connection, touches.c.id, mine), version) for version, mine in others]
    return case(*branches, else_=first) if branches else first


def _sent(connection: Connection, finished: Sequence[Result], token: str, now: datetime) -> None:
    names = ("state", "reason", "lease_until", "provider", "provider_id", "segments", "sent_at")
    rows = [
        (
            r.touch_id,
            TouchState.SENT.value,
            None,
            None,
            r.outcome.provider,
            r.outcome.provider_id,
            r.segments,
            now,
        )
        for r in finished
        if isinstance(r.outcome, Receipt)
    ]
    if update_each(connection, touches, _mine(token, TouchState.SENT), names, rows) < len(rows):
        _proven(connection, names, rows, token, now)
    # An event may have been quicker than the answer it is about; only we know what an SMS costs.
    parts = [(r.touch_id, r.segments) for r in finished if r.segments is not None]
    late = touches.c.claim == token, touches.c.segments.is_(None)
    update_each(connection, touches, late, ("segments",), parts)


def _proven(
    connection: Connection,
    names: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    token: str,
    now: datetime,
) -> None:
    """A receipt that comes after we gave its touch up moves it all the same: it must not be sent
    once more, and counts as a message of this moment."""
    given_up = (touches.c.state.in_(_GIVEN_UP),)
    late = [(*row, token, now) for row in rows]
    update_each(connection, touches, given_up, (*names, "claim", "tried_at"), late)


def _failed(
    connection: Connection, result: Result, error: ConnectorError, token: str, now: datetime
) -> str | None:
    """Only what the connector knows to be not accepted goes back to `planned`; returns the word
    for the journal, None when the touch was no longer ours to move."""
    values: dict[str, Any] = {"reason": _reason(error), "lease_until": None}
    verdict = error.failure.value
    match error.failure:
        case SendFailure.TEMPORARY:
            wait = max(error.retry_after or timedelta(0), _back_off(result.refusals))
            again = {"state": TouchState.PLANNED, "due_at": now + wait}
            values |= again | {"refusals": result.refusals + 1}
        case SendFailure.ACCOUNT:  # no fault of this message: it counts for nothing
            values |= {"state": TouchState.PLANNED, "attempts": touches.c.attempts - 1}
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


def _back_off(refusals: int) -> timedelta:
    return BACK_OFF[min(refusals, len(BACK_OFF) - 1)]


def _picked(connection: Connection, ids: Sequence[int], **values: object) -> None:
    connection.execute(update(touches).where(among(connection, touches.c.id, ids)).values(**values))
