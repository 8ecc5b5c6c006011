"""One dispatch at work. A turn is one transaction: it writes down what the senders finished, and
marks `sending` what they get next; when they run low, it claims and decides a batch as well.
"""

import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine

from recovery import telemetry
from recovery.clock import Stopwatch
from recovery.crash import crash_point
from recovery.db import retried
from recovery.dispatch import brakes, record
from recovery.dispatch.brakes import Brakes
from recovery.dispatch.claim import claim
from recovery.dispatch.prepare import Outgoing
from recovery.dispatch.record import Journal, Result
from recovery.dispatch.senders import TOGETHER, Senders
from recovery.dispatch.tray import STALE, Choice, Reach, choose, early
from recovery.errors import ConnectorError
from recovery.message import Channel

# Claims and decides due touches of these channels; None when there are none.
Decide = Callable[
    [Connection, Sequence[Channel], Brakes, Journal, datetime], Sequence[Outgoing] | None
]
CALLED = (Channel.EMAIL, Channel.SMS)  # a task needs no provider


@dataclass(slots=True)
class Shift:
    """The state of one dispatch, from the first claim to the last receipt."""

    database: Engine
    senders: Senders
    decide: Decide
    watch: brakes.Watch
    clock: Callable[[], datetime]
    token: str
    run: str | None
    reach: Reach
    concurrency: int
    patient: bool
    _waiting: list[Outgoing] = field(default_factory=list)
    _flying: Counter[Channel] = field(default_factory=Counter)
    _done: list[Result] = field(default_factory=list)  # finished, not written down yet
    _limbo: deque[Outgoing] = field(default_factory=deque)  # `sending`, not handed over yet
    _dry: set[Channel] = field(default_factory=set)  # nothing more is due there

    def work(self) -> None:
        """Turn after turn until nothing is due, waiting or on its way."""
        while True:
            hungry = self._hungry()
            if not hungry:
                if not self._waiting and not self._flying.total():
                    return
                self._await()
            self._turn(hungry)

    def wind_up(self) -> None:
        """Write down what the running calls bring; messages nobody called for go back."""
        unsent, finished = self.senders.stop()
        self._done += finished
        left = [outgoing.touch_id for outgoing in (*unsent, *self._waiting, *self._limbo)]
        now = self.clock()

        def write(connection: Connection) -> None:
            journal = Journal(now, self.run)
            self._record(connection, journal, now)
            journal.write(connection)
            record.given_back(connection, left, self.token)

        retried(self.database, write)
        self._tell()

    def _hungry(self) -> list[Channel]:
        """Channels for which a batch should be claimed: nothing of them waits."""
        full = {one.channel for one in self._waiting} | self._dry | self.watch.refused.keys()
        return [channel for channel in Channel if channel not in full]

    def _await(self) -> None:
        """Wait until half of what is in hand is finished, or something may leave."""
        flying = self._flying.total()
        moments = (early(one) for one in self._waiting if self.patient and one.wait)
        soonest = min((seconds for seconds in moments if seconds > 0), default=None)
        if flying:
            enough = max(flying - self.concurrency, 1) if self._waiting else flying
            self._done += self.senders.finished(min(enough, TOGETHER), soonest)
        elif soonest is not None:
            self.senders.idle(soonest)

    def _turn(self, hungry: Sequence[Channel]) -> None:
        now, since = self.clock(), Stopwatch()
        if hungry:
            crash_point("C0")

        def work(connection: Connection) -> Turned:
            held, journal = brakes.look(connection, now), Journal(now, self.run)
            fresh = self.decide(connection, hungry, held, journal, now) if hungry else None
            self._done += self.senders.ready()  # deciding took its time
            self._record(connection, journal, now)
            choice = choose(
                (*self._waiting, *(fresh or ())),
                self._room(),
                partial(self._spoiled, held=held),
                patient=self.patient,
            )
            begun = self._begin(connection, choice, {one.touch_id for one in fresh or ()}, now)
            for one in choice.go:
                if one.touch_id in begun:
                    journal.note(one.enrolment_id, one.touch_id, "send", one.note)
            journal.write(connection)
            self._limbo = deque(choice.go)
            return Turned(choice, begun, dry=hungry if fresh is None else ())

        self._after(retried(self.database, work), since)

    def _begin(
        self, connection: Connection, choice: Choice, fresh: Set[int], now: datetime
    ) -> set[int]:
        """Mark what goes; claim what has to wait from now on; returns what may be sent."""
        go, stay, back = (
            [one.touch_id for one in part] for part in (choice.go, choice.stay, choice.back)
        )
        claim(connection, [one for one in stay if one in fresh], self.token, now)
        record.given_back(connection, [one for one in back if one not in fresh], self.token)
        waited = [one for one in go if one not in fresh]
        at_once = [one for one in go if one in fresh]
        rules = {one.touch_id: one.rules for one in choice.go}
        to = {one.touch_id: one.message.to for one in choice.go}
        return record.sending(
            connection, waited, self.token, now, rules, to
        ) | record.sending_at_once(connection, at_once, self.token, now, rules, to)

    def _after(self, turned: "Turned", since: Stopwatch) -> None:
        """The turn is committed: hand over what is `sending`; its lease began `since`."""
        self._tell()
        self._waiting = turned.choice.stay
        self._dry = (self._dry | set(turned.dry)) - {one.channel for one in turned.choice.back}
        while self._limbo:
            outgoing = self._limbo[0]
            if outgoing.touch_id in turned.begun:  # else it was paid, stopped or erased meanwhile
                self.senders.take(outgoing, since)
                self._flying[outgoing.channel] += 1
            self._limbo.popleft()

    def _room(self) -> dict[Channel, int]:
        finished = Counter(result.channel for result in self._done)
        return {
            channel: self.reach.of(channel) - self._flying[channel] + finished[channel]
            for channel in CALLED
        }

    def _spoiled(self, one: Outgoing, held: Brakes) -> bool:
        """Whether a message must wait for another decision: a brake, or its claim grew old."""
        closed = held.stops(one.channel, one.message.trace.campaign)
        return closed or one.channel in self.watch.refused or one.watch.seconds() > STALE

    def _record(self, connection: Connection, journal: Journal, now: datetime) -> None:
        record.results(connection, self._done, self.token, now, journal)
        self.watch.notice(connection, self._done, now)

    def _tell(self) -> None:
        """What was finished is written down."""
        finished = Counter(result.channel for result in self._done)
        self._flying -= finished
        self.reach.learn(finished, [one for one in CALLED if not self._flying[one]])
        for result in self._done:
            _tell(result)
        if self._done:
            crash_point("C5")
        self._done = []


@dataclass(frozen=True, slots=True)
class Turned:
    """What one turn did: `begun` are the touches that are `sending`, `dry` has nothing due."""

    choice: Choice
    begun: Set[int]
    dry: Sequence[Channel]


def _tell(result: Result) -> None:
    """For the log: what the provider said, by touch. A refusal matters more than a receipt."""
    told: dict[str, Any] = {"touch": result.touch_id, "channel": result.channel}
    answer = result.outcome
    if isinstance(answer, ConnectorError):
        told |= {"failure": answer.failure, "code": answer.code, "why": str(answer)}
        telemetry.event("dispatch", "touch_refused", **told)
    else:
        told |= {"provider": answer.provider, "id": answer.provider_id}
        telemetry.event("dispatch", "touch_sent", level=logging.DEBUG, **told)
