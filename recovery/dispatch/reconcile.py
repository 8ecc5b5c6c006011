"""Evidence for touches whose sending got no answer: ask the provider, and believe it carefully.

"Found" proves that it went out. "Not found" proves nothing by itself: providers show their
records late. It counts only after a settling time, and only while the provider shows a touch that
we tried after this one. Then the policy decides: hold, or send once more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    ScalarSelect,
    func,
    select,
    update,
)

from recovery.clock import Stopwatch
from recovery.connectors import lookups
from recovery.connectors.base import Answer, Found, Lookup, Wanted
from recovery.crash import crash_point
from recovery.db import changed, reading, table, writing, written_in
from recovery.dispatch.record import Journal
from recovery.errors import ConnectorError
from recovery.facts import EventKind
from recovery.incentives import issue
from recovery.message import Channel
from recovery.models import Decision, Enrolment, Order, Touch, TouchState
from recovery.settings import Settings

SETTLE = {Channel.EMAIL: timedelta(minutes=30), Channel.SMS: timedelta(minutes=15)}
LOOK_AGAIN = timedelta(minutes=15)  # when nothing could be learned
LOOK_LATER = timedelta(hours=6)  # when the records show nothing and the policy is to hold
TOGETHER = 100
LONGEST_SECONDS = 60  # of one run; the next one goes on
ERASED = "erased"
HOLD, RESEND = "hold", "resend"

touches, enrolments, orders = table(Touch), table(Enrolment), table(Order)
decisions = table(Decision)

_AFTER = {
    EventKind.DELIVERED: TouchState.DELIVERED,
    EventKind.BOUNCED: TouchState.BOUNCED,
    EventKind.BLOCKED: TouchState.BOUNCED,
    EventKind.DROPPED: TouchState.FAILED,
    EventKind.FAILED: TouchState.FAILED,
}


@dataclass(slots=True)
class Reconciled:
    """What became of the unknown touches that were looked for."""

    found: int = 0
    resent: int = 0
    held: int = 0
    unsearched: int = 0
    refused: list[str] = field(default_factory=list)  # whose records we may not read, and why

    def counts(self) -> dict[str, int]:
        """The numbers, for the run's answer."""
        return {
            "found": self.found,
            "resent": self.resent,
            "held": self.held,
            "unsearched": self.unsearched,
        }


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Looks for `unknown` touches at their provider. `policy` says hold or resend a channel."""

    database: Engine
    lookups: Mapping[Channel, Lookup]
    policy: Mapping[Channel, str]
    reads: Callable[[str], int | None]
    tally: Reconciled = field(default_factory=Reconciled)

    def run(self, now: datetime) -> Reconciled:
        """Look once for everything that has settled; no transaction is open while we ask."""
        with reading(self.database) as connection:
            if connection.execute(_any()).first() is None:
                return self.tally  # as nearly always
        with writing(self.database) as connection:
            _close_erased(connection, now)
        watch = Stopwatch()
        for channel, lookup in self.lookups.items():
            while self._look(channel, lookup, now) and watch.seconds() < LONGEST_SECONDS:
                pass
        return self.tally

    def _look(self, channel: Channel, lookup: Lookup, now: datetime) -> bool:
        """Look for some; whether that taught us anything, so that the next may be asked for."""
        with reading(self.database) as connection:
            lost = connection.execute(_unknown(channel, now)).all()
            control = connection.execute(_control(channel, lost)).first() if lost else None
        if not lost:
            return False
        # The control first: without it nothing that is not found counts.
        answer = self._asked(lookup, [control, *lost] if control is not None else lost)
        crash_point("C6")
        with writing(self.database) as connection:
            self._judge(connection, lost, control, answer, now)
            crash_point("C6b")
        return not answer.searched.isdisjoint(row.id for row in lost)

    def _asked(self, lookup: Lookup, asked: Sequence[Row[Any]]) -> Answer:
        """A key that may send and not read is no reason to stop the run: it says so, and waits."""
        try:
            return lookup.find([_wanted(row) for row in asked], self.reads)
        except ConnectorError as error:
            self.tally.refused.append(f"{lookup.channel} records: {error}")
            return Answer()

    def _judge(
        self,
        connection: Connection,
        lost: Sequence[Row[Any]],
        control: Row[Any] | None,
        answer: Answer,
        now: datetime,
    ) -> None:
        journal = Journal(now)
        alive = control is not None and control.id in answer.found
        for row in lost:
            found = answer.found.get(row.id)
            if found is not None:
                self._proven(connection, row, found, journal)
            elif row.id in answer.searched and alive:
                self._nothing_there(connection, row, journal, now)
            else:
                self.tally.unsearched += 1
                _keep(connection, row, now + LOOK_AGAIN, row.reason)
        journal.write(connection)

    def _proven(
        self, connection: Connection, row: Row[Any], found: Found, journal: Journal
    ) -> None:
        """The provider has it: sent, and perhaps more."""
        self.tally.found += 1
        state = _AFTER.get(found.state, TouchState.SENT)
        values = {"reason": found.code, "sent_at": row.tried_at}
        values |= {"provider_id": found.provider_id} if found.provider_id else {}
        if _move(connection, row.id, state, values):
            journal.note(row.enrolment_id, row.id, "reconciled", state.value, found.provider_id)
            issue.confirm(connection, [row.id])

    def _nothing_there(
        self, connection: Connection, row: Row[Any], journal: Journal, now: datetime
    ) -> None:
        """The provider is alive and has nothing of it: the policy decides."""
        if self.policy[Channel(row.channel)] == RESEND and not row.resent:
            self.tally.resent += 1
            values = {"resent": True, "due_at": now, "tried_at": None, "reason": None}
            if _move(connection, row.id, TouchState.PLANNED, values):
                journal.note(row.enrolment_id, row.id, "reconciled", "not_found_resend")
            return
        self.tally.held += 1
        if row.reason != "not_found_held":
            journal.note(row.enrolment_id, row.id, "reconciled", "not_found_held")
        _keep(connection, row, now + LOOK_LATER, "not_found_held")


@contextmanager
def reconciler(
    database: Engine, settings: Settings, reads: Callable[[str], int | None]
) -> Iterator[Reconciler]:
    """Who looks at the providers that the settings name; its connections are closed afterwards."""
    policy = {Channel.EMAIL: settings.unknown_email, Channel.SMS: settings.unknown_sms}
    with lookups(settings) as able:
        yield Reconciler(database, able, policy, reads)


def _close_erased(connection: Connection, now: datetime) -> None:
    """`unknown → failed` of messages whose person was erased: nobody can be asked about them, and
    their provider's late event still moves them on."""
    journal = Journal(now)
    for channel, settle in SETTLE.items():
        nowhere = _addressed(channel).where(
            touches.c.state == TouchState.UNKNOWN,
            touches.c.tried_at <= now - settle,
            _address(channel).is_(None),
        )
        for row in connection.execute(nowhere.with_for_update(of=touches)).all():
            if _move(connection, row.id, TouchState.FAILED, {"reason": ERASED}):
                journal.note(row.enrolment_id, row.id, "reconciled", ERASED)
    journal.write(connection)


def _any() -> Any:
    lost = written_in(touches.c.state, [TouchState.UNKNOWN])  # the index touches_unknown
    return select(touches.c.id).where(lost).limit(1)


def _unknown(channel: Channel, now: datetime) -> Any:
    return (
        _addressed(channel)
        .where(
            touches.c.state == TouchState.UNKNOWN,
            touches.c.tried_at <= now - SETTLE[channel],
            touches.c.due_at <= now,
            _address(channel).is_not(None),
        )
        .order_by(touches.c.tried_at, touches.c.id)
        .limit(TOGETHER)
    )


def _control(channel: Channel, lost: Sequence[Row[Any]]) -> Any:
    """A touch that surely went out, tried after all of these: can the provider show that one?"""
    latest = max(row.tried_at for row in lost)
    sure = (TouchState.SENT, TouchState.DELIVERED, TouchState.BOUNCED)
    return (
        _addressed(channel)
        .where(
            touches.c.state.in_(sure),
            touches.c.tried_at > latest,
            _address(channel).is_not(None),
        )
        .order_by(touches.c.id.desc())  # backwards from the newest: history may be long
        .limit(1)
    )


def _addressed(channel: Channel) -> Any:
    return (
        select(
            touches.c.id,
            touches.c.enrolment_id,
            touches.c.channel,
            touches.c.tried_at,
            touches.c.reason,
            touches.c.resent,
            _first_tried().label("first_tried_at"),
            _address(channel).label("address"),
        )
        .join_from(touches, enrolments, touches.c.enrolment_id == enrolments.c.id)
        .join(orders, orders.c.id == enrolments.c.order_id)
        .where(touches.c.channel == channel.value)
    )


def _address(channel: Channel) -> ColumnElement[str | None]:
    """Where the message went: the order may have another address by now."""
    today = orders.c.email if channel is Channel.EMAIL else orders.c.phone
    return func.coalesce(touches.c.recipient, today)


def _first_tried() -> ScalarSelect[Any]:
    """When a touch was sent for the first time, by the journal: after it was sent once more, its
    first message may still show up in the records."""
    return (
        select(func.min(decisions.c.at))
        .where(
            decisions.c.enrolment_id == touches.c.enrolment_id,
            decisions.c.touch_id == touches.c.id,
            decisions.c.verdict == "send",
        )
        .scalar_subquery()
    )


def _wanted(row: Row[Any]) -> Wanted:
    return Wanted(row.id, row.address, min(row.first_tried_at or row.tried_at, row.tried_at))


def _move(
    connection: Connection, touch_id: int, to: TouchState, values: Mapping[str, object]
) -> bool:
    """`unknown → to`; the loser of a race (an event came meanwhile) does nothing."""
    statement = (
        update(touches)
        .where(touches.c.id == touch_id, touches.c.state == TouchState.UNKNOWN)
        .values(state=to, lease_until=None, claim=None, **values)
    )
    return changed(connection, statement) == 1


def _keep(connection: Connection, row: Row[Any], look_at: datetime, reason: str | None) -> None:
    connection.execute(
        update(touches)
        .where(touches.c.id == row.id, touches.c.state == TouchState.UNKNOWN)
        .values(due_at=look_at, reason=reason)
    )
