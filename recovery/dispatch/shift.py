"""One dispatch at work. A turn is one transaction: it writes down what the senders finished, and
marks `sending` what they get next; when they run low, it claims and decides a batch as well.
"""

import logging
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
from recovery.dispatch.fuse import Fuse
from recovery.dispatch.prepare import Outgoing
from recovery.dispatch.record import Journal, Result, Uncalled
from recovery.dispatch.senders import TOGETHER, Senders
from recovery.dispatch.tray import STALE, Choice, Reach, choose
from recovery.errors import ConnectorError
from recovery.message import Channel

CALLED = (Channel.EMAIL, Channel.SMS)  # a task needs no provider


@dataclass(frozen=True, slots=True)
class Decided:
    """Messages that may leave; `dry` channels have no more to claim, `later` ones in some time."""

    outgoing: Sequence[Outgoing] = ()
    dry: Set[Channel] = frozenset()
    later: Mapping[Channel, timedelta] = field(default_factory=dict)
    trial: Channel | None = None  # one message shows whether its provider works again


# Claims and decides due touches of these channels.
Decide = Callable[[Connection, Sequence[Channel], Brakes, Journal, datetime], Decided]


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
    rests: Callable[[float], bool]  # whether we may wait so long for the pace
    later: timedelta | None = None  # when work has ended: something is due, and has to wait so long
    _waiting: list[Outgoing] = field(default_factory=list)
    _flying: Counter[Channel] = field(default_factory=Counter)
    _limbo: deque[Outgoing] = field(default_factory=deque)  # `sending`, not handed over yet
    _dry: set[Channel] = field(default_factory=set)  # nothing more may be claimed there
    _asleep: dict[Channel, float] = field(default_factory=dict)  # until then, on our stopwatch
    _tried: set[Channel] = field(default_factory=set)  # one message there tells what follows
    _age: Stopwatch = field(default_factory=Stopwatch)

    def work(self) -> None:
        """Turn after turn until nothing may be claimed, waits or is on its way."""
        while True:
            hungry = self._hungry()
            if not hungry:
                if self._waiting or self._flying.total():
                    self._await()
                elif not self._rested():
                    return
                else:
                    continue
            self._turn(hungry)

    def _rested(self) -> bool:
        """Whether we have waited for the pace, and may go on."""
        seconds = self._soonest()
        if seconds is None:
            return False
        if not self.rests(seconds):
            self.later = timedelta(seconds=seconds)
            return False
        self.senders.idle(seconds)
        self._dry.clear()  # meanwhile more may have come
        return True

    def wind_up(self) -> None:
        """Write down what the running calls bring; messages nobody called for go back."""
        self.senders.stop()
        left = [outgoing.touch_id for outgoing in (*self._waiting, *self._limbo)]
        now = self.clock()

        def write(connection: Connection) -> Sequence[Result]:
            journal, done = Journal(now, self.run), list(self.senders.results)
            self._record(connection, done, brakes.look(connection, now), journal, now)
            journal.write(connection)
            record.given_back(connection, left, self.token)
            return done

        self._tell(retried(self.database, write))

    def _hungry(self) -> list[Channel]:
        """Channels for which a batch should be claimed: nothing of them waits."""
        full = {one.channel for one in self._waiting} | self._dry
        full |= {one for one, until in self._asleep.items() if until > self._age.seconds()}
        full |= {one for one, fuse in self.senders.fuses.items() if fuse.blown}
        return [channel for channel in Channel if channel not in full]

    def _soonest(self) -> float | None:
        """Seconds until the pace lets something go; None where it holds nothing back."""
        fuses, age = self.senders.fuses, self._age.seconds()
        waits = [until for one, until in self._asleep.items() if not fuses[one].blown]
        return max(0.0, min(waits) - age) if waits else None

    def _await(self) -> None:
        """Wait until half of what is in hand is finished, or something may leave."""
        flying = self._flying.total()
        enough = max(flying - self.concurrency, 1) if self._waiting else flying
        if flying:
            self.senders.wait(min(enough, TOGETHER), self._soonest())

    def _turn(self, hungry: Sequence[Channel]) -> None:
        now, since = self.clock(), Stopwatch()
        if hungry:
            crash_point("C0")

        def work(connection: Connection) -> Turned:
            held = brakes.look(connection, now, self.watch.me)
            self._know(held)
            journal = Journal(now, self.run)
            decided = self.decide(connection, hungry, held, journal, now) if hungry else Decided()
            if decided.trial is not None:
                self.senders.fuses[decided.trial] = Fuse(trial=True)
            done = list(self.senders.results)  # deciding took its time
            # A brake pulled before those were finished holds; a trial looks like a brake by now.
            if hungry and decided.trial is None:
                held = brakes.look(connection, now, self.watch.me)
            self._record(connection, done, held, journal, now)
            waiting, fresh = self._waiting, decided.outgoing
            spoiled = partial(self._spoiled, held=held)
            choice = choose((*waiting, *fresh), self._room(done), spoiled)
            begun = self._begin(connection, choice, {one.touch_id for one in fresh}, now)
            for one in choice.go:
                if one.touch_id in begun:
                    journal.note(one.enrolment_id, one.touch_id, "send", one.note)
            journal.write(connection)
            self._limbo = deque((*choice.go, *choice.stay))  # whatever ends us, these go back
            return Turned(choice, begun, decided, done)

        self._after(retried(self.database, work), since)

    def _know(self, held: Brakes) -> None:
        """What others learned of a channel before us counts for its fuse."""
        for channel in CALLED:
            known = held.troubles.get(channel)
            if channel not in self.senders.fuses:
                seed = (known.kind, known.failures) if known and channel not in held.rested else ()
                self.senders.fuses[channel] = Fuse(*seed)

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
        decided = turned.decided
        self._tried |= {decided.trial} if decided.trial else set()
        self._dry = (self._dry | decided.dry) - {one.channel for one in turned.choice.back}
        self._tell(turned.done)
        age = self._age.seconds()
        self._asleep = {one: until for one, until in self._asleep.items() if until > age}
        self._asleep |= {one: age + wait.total_seconds() for one, wait in decided.later.items()}
        self._waiting = turned.choice.stay
        for outgoing in turned.choice.go:
            if outgoing.touch_id in turned.begun:  # else it was paid, stopped or erased meanwhile
                self.senders.take(outgoing, since)
                self._flying[outgoing.channel] += 1
            self._limbo.popleft()
        self._limbo.clear()

    def _room(self, done: Sequence[Result]) -> dict[Channel, int]:
        finished = Counter(result.channel for result in done)
        return {
            channel: self.reach.of(channel) - self._flying[channel] + finished[channel]
            for channel in CALLED
        }

    def _spoiled(self, one: Outgoing, held: Brakes) -> bool:
        """Whether a message must wait for another decision: a brake, or its claim grew old."""
        closed = held.stops(one.channel, one.message.trace.campaign)
        return closed or self.senders.fuses[one.channel].blown or one.watch.seconds() > STALE

    def _record(
        self,
        connection: Connection,
        done: Sequence[Result],
        held: Brakes,
        journal: Journal,
        now: datetime,
    ) -> None:
        record.results(connection, done, self.token, now, journal)
        called = {one.channel for one in done if not isinstance(one.outcome, Uncalled)}
        self.watch.notice(connection, self.senders.fuses, called, held.troubles, now)

    def _tell(self, done: Sequence[Result]) -> None:
        """What was finished is written down."""
        self.senders.forget(len(done))
        finished = Counter(result.channel for result in done)
        self._flying -= finished
        self.reach.learn(finished, [one for one in CALLED if not self._flying[one]])
        for result in done:
            _tell(result)
        told = {one.channel for one in done if not isinstance(one.outcome, Uncalled)} & self._tried
        self._tried -= told
        self._dry -= told
        if done:
            crash_point("C5")


@dataclass(frozen=True, slots=True)
class Turned:
    """What one turn did: `begun` are the touches that are `sending`, `done` is written down."""

    choice: Choice
    begun: Set[int]
    decided: Decided
    done: Sequence[Result]


def _tell(result: Result) -> None:
    """For the log: what the provider said, by touch. A refusal matters more than a receipt."""
    told: dict[str, Any] = {"touch": result.touch_id, "channel": result.channel}
    answer = result.outcome
    if isinstance(answer, Uncalled):
        telemetry.event("dispatch", "touch_given_back", why=answer.value, **told)
    elif isinstance(answer, ConnectorError):
        told |= {"failure": answer.failure, "code": answer.code, "why": str(answer)}
        telemetry.event("dispatch", "touch_refused", **told)
    else:
        told |= {"provider": answer.provider, "id": answer.provider_id}
        telemetry.event("dispatch", "touch_sent", level=logging.DEBUG, **told)
