"""The inbox as people look at it: events that could not be applied, another try, or never mind."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from recovery.db import changed, table
from recovery.errors import Exit, RecoveryError, UsageError
from recovery.i18n import say
from recovery.models import InboxItem
from recovery.telemetry.redaction import Redactor

inbox = table(InboxItem)


class State(StrEnum):
    """Where a stored event stands."""

    WAITING = "waiting"  # stored, not applied yet
    FAULTED = "faulted"  # could not be applied; somebody has to look
    APPLIED = "applied"


_WHICH: dict[State, ColumnElement[bool]] = {
    State.WAITING: inbox.c.applied_at.is_(None),
    State.FAULTED: inbox.c.fault.is_not(None),
    State.APPLIED: inbox.c.applied_at.is_not(None) & inbox.c.fault.is_(None),
}


class NothingWrong(RecoveryError):
    """Raised when an event has no fault (any more): there is nothing to decide about it."""

    exit_code = Exit.PARTIAL


@dataclass(frozen=True, slots=True)
class Event:
    """One stored event. `fault` names nobody; `body` does, and is there while it is kept."""

    id: int
    source: str
    key: str
    state: State
    received_at: datetime
    applied_at: datetime | None
    fault: str | None
    body: str

    def payload(self) -> dict[str, Any]:
        """One entry of `recovery inbox list --json`: everything but the body."""
        names = ("id", "source", "key", "state", "received_at", "applied_at", "fault")
        return {name: getattr(self, name) for name in names}


def listed(
    connection: Connection,
    state: State | None = None,
    source: str | None = None,
    limit: int | None = None,
    ids: Collection[int] | None = None,
) -> list[Event]:
    """Events of one state (None: of all), the oldest first."""
    found = _picked(select(inbox), state, source)
    if ids is not None:
        found = found.where(inbox.c.id.in_(ids))
    return [_event(row) for row in connection.execute(found.order_by(inbox.c.id).limit(limit))]


def count(connection: Connection, state: State | None = None, source: str | None = None) -> int:
    """How many `listed` would find without a limit."""
    return int(connection.execute(_picked(select(func.count()), state, source)).scalar_one())


def look(connection: Connection, event: int) -> Event:
    """One event, in any state; UsageError when there is none with this number."""
    row = connection.execute(select(inbox).where(inbox.c.id == event)).first()
    if row is None:
        raise UsageError(say("there is no event {event}; see recovery inbox list", event=event))
    return _event(row)


def again(connection: Connection, ids: Sequence[int] | None) -> list[int]:
    """Let events with a fault (None: all of them) wait once more; returns which.

    Raises UsageError for a number that there is not, NothingWrong for one without a fault.
    """
    chosen = _faulted(connection, ids)
    waiting = update(inbox).where(inbox.c.id.in_(chosen))
    connection.execute(waiting.values(applied_at=None, fault=None))
    return chosen


def dismiss(connection: Connection, ids: Sequence[int]) -> int:
    """Ask nobody to look at these any more; their bodies go, that they were told stays known.

    Raises as `again`.
    """
    done = update(inbox).where(inbox.c.id.in_(_faulted(connection, ids)))
    return changed(connection, done.values(fault=None, body=""))


def _faulted(connection: Connection, ids: Sequence[int] | None) -> list[int]:
    if ids is None:
        return [event.id for event in listed(connection, State.FAULTED)]
    for event in (look(connection, number) for number in ids):
        if event.state is not State.FAULTED:
            raise NothingWrong(f"event {event.id} is {event.state}; it has no fault")
    return list(dict.fromkeys(ids))


def _picked(found: Any, state: State | None, source: str | None) -> Any:
    found = found.select_from(inbox)
    if state is not None:
        found = found.where(_WHICH[state])
    return found if source is None else found.where(inbox.c.source == source)


def _event(row: Row[Any]) -> Event:
    if row.fault is not None:
        state = State.FAULTED
    else:
        state = State.WAITING if row.applied_at is None else State.APPLIED
    # What is wrong with a value repeats the value, which may be somebody's address.
    fault = row.fault and Redactor().text(row.fault)
    about = (row.id, row.source, row.key, state, row.received_at, row.applied_at)
    return Event(*about, fault, row.body)
