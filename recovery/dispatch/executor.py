"""The executor: what is due is claimed and decided in batches, and sent a few messages at a time.

One thread talks to the database; many talk to the providers, so that while a batch is decided the
one before is sent. No transaction is open during a call.
"""

import gc
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from traceback import clear_frames
from uuid import uuid4

from sqlalchemy import Connection, Engine

from recovery import telemetry
from recovery.clock import Stopwatch
from recovery.connectors.base import Sender
from recovery.crash import crash_point
from recovery.dispatch import brakes, ceiling, record
from recovery.dispatch.gather import gather
from recovery.dispatch.pace import AHEAD
from recovery.dispatch.prepare import Workshop, prepare
from recovery.dispatch.record import Result
from recovery.dispatch.scripts import Scripts
from recovery.dispatch.senders import Senders
from recovery.dispatch.shift import Decided, Shift
from recovery.dispatch.taking import Wants, take
from recovery.dispatch.tray import Reach
from recovery.dispatch.vigil import Vigil
from recovery.i18n import Text
from recovery.markets import Markets, load_markets
from recovery.message import Channel, MessageClass, Receipt

Clock = Callable[[], datetime]


@dataclass(slots=True)
class Outcome:
    """What one dispatch could not do, beyond what the journal says about single touches."""

    claimed: int = 0
    ceiling: int | None = None  # touches, at most
    paced: bool = False  # something is due, and the pace holds it back
    later: timedelta | None = None  # whoever asked should do so again then, to go on with it

    @property
    def room(self) -> int | None:
        """How many more touches it may claim."""
        return None if self.ceiling is None else self.ceiling - self.claimed


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the touches that were due: sent here (`outcomes`), or handed to workers."""

    outcomes: Sequence[Outcome] = ()
    hinted: int = 0
    warnings: Sequence[Text] = ()
    abandoned: bool = False  # waited for workers in vain, as none is alive


@dataclass(slots=True)
class Dispatcher:
    """Sends what is due. `senders` may be called from many threads at once."""

    database: Engine
    workshop: Workshop
    scripts: Scripts
    senders: Mapping[Channel, Sender]
    concurrency: int
    batch: int
    patient: bool = True  # time goes on while we send; a virtual clock stands
    run_id: str | None = None  # of the run that is at work, for journal and ceiling
    markets: Markets = field(default_factory=load_markets)
    span: timedelta = timedelta(0)  # of the pace that a standing clock lets go at once

    def run(
        self,
        now: datetime,
        batches: int | None = None,
        most: int | None = None,
        *,
        patience: float = 0.0,
        shared: bool = False,
    ) -> Outcome:
        """Send until nothing due at `now` is left; as many touches as `batches` batches hold, or
        `most`, at most. For the pace it waits `patience` seconds, one of many where that is
        `shared`."""
        limits = [n for n in (batches and batches * self.batch, most) if n is not None]
        outcome, clock = Outcome(ceiling=min(limits, default=None)), self._clock(now, self.patient)
        vigil = Vigil(self.database, clock, patience, shared=shared)
        with Senders(self.senders, self.concurrency, patient=self._waits) as senders:
            shift = self._shift(senders, outcome, clock, self._clock(now, self._waits), vigil)
            try:
                shift.work()
            except BaseException as error:  # also when told to stop: what is on its way is awaited
                # A stop strikes anywhere, also between a connection and whoever closes it: what
                # the dead frames hold is let go, or it would lock out our own last words.
                clear_frames(error.__traceback__)
                gc.collect()  # a connection and its transaction hold each other
                shift.wind_up()
                raise
        outcome.paced = outcome.paced or shift.later is not None
        outcome.later = vigil.ends(shift.later)
        return outcome

    def rehearse(self, connection: Connection, now: datetime, most: int | None = None) -> Outcome:
        """Do everything but calling a provider, inside the caller's transaction: a dry run."""
        outcome, token = Outcome(ceiling=most), uuid4().hex
        hungry = list(Channel)
        held = replace(brakes.look(connection, now), rested=frozenset())
        while hungry:
            journal = record.Journal(now, self.run_id)
            decided = self._decide(
                connection, hungry, held, journal, now, outcome, token, lambda: now, waits=False
            )
            hungry = [channel for channel in hungry if channel not in decided.dry]
            rules = {one.touch_id: one.rules for one in decided.outgoing}
            record.sending_at_once(connection, list(rules), token, now, rules)
            pretended = [
                Result(
                    one.touch_id,
                    one.enrolment_id,
                    one.refusals,
                    one.channel,
                    Receipt("dry-run", ""),
                    offered=one.offered,
                )
                for one in decided.outgoing
            ]
            record.results(connection, pretended, token, now, journal)
            journal.write(connection)
        return outcome

    def task_text(self, connection: Connection, touch_id: int, lang: str, now: datetime) -> str:
        """The words of a task's template for this order, in the colleague's language."""
        batch = gather(
            connection, [touch_id], now, self.scripts, self._class_of, markets=self.markets
        )
        (situation,) = batch.situations()
        return self.workshop.renderer.task(situation, lang, now)

    def _shift(
        self,
        senders: Senders,
        outcome: Outcome,
        clock: Clock,
        moments: Clock,
        vigil: Vigil,
    ) -> Shift:
        token = uuid4().hex
        decide = partial(
            self._decide, outcome=outcome, token=token, moments=moments, waits=self._waits
        )
        return Shift(
            database=self.database,
            senders=senders,
            decide=decide,
            watch=brakes.Watch(self.senders, self.run_id or token),
            clock=clock,
            token=token,
            run=self.run_id,
            reach=Reach(least=2 * self.concurrency, most=max(self.batch, 2 * self.concurrency)),
            concurrency=self.concurrency,
            rests=vigil.waits,
        )

    @property
    def _waits(self) -> bool:
        """Whether the pace is kept on our stopwatch: with a standing clock only for providers that
        would suffer from it."""
        return self.patient or any(one.leaves_this_machine for one in self.senders.values())

    def _clock(self, now: datetime, goes_on: bool) -> Clock:
        """The present of one dispatch. It may take longer than a lease, and a lease that counted
        from its beginning would be over before the message has left."""
        since = Stopwatch()
        return lambda: now + timedelta(seconds=since.seconds()) if goes_on else now

    def _decide(
        self,
        connection: Connection,
        hungry: Sequence[Channel],
        held: brakes.Brakes,
        journal: record.Journal,
        now: datetime,
        outcome: Outcome,
        token: str,
        moments: Clock,
        *,
        waits: bool,
    ) -> Decided:
        """One batch picked and decided: what may leave."""
        moment = moments()
        until = moment + (AHEAD if waits else self.span)
        left = ceiling.left(connection, self.run_id)
        room = min(n for n in (self.batch, left, outcome.room) if n is not None)
        limits, paused = self.workshop.limits, self.scripts.paused
        wants = Wants(now, hungry, room, moment, until, limits, paused)
        taken = take(connection, wants, held)
        if not taken.ids:
            outcome.paced = outcome.paced or bool(taken.later)
            if waits:
                return Decided(dry=taken.dry, later=taken.later)
            return Decided(dry=taken.dry | taken.later.keys())
        crash_point("C1")
        outcome.claimed += len(taken.ids)
        if left is not None:
            ceiling.take(connection, self.run_id, len(taken.ids))
        batch = gather(
            connection, taken.ids, now, self.scripts, self._class_of, held.campaigns, self.markets
        )
        outgoing = prepare(connection, batch, self.workshop, token, now, journal, moment).outgoing
        telemetry.event("dispatch", "batch_claimed", level=logging.DEBUG, touches=taken.ids)
        me = self.run_id or token
        if taken.trial and outgoing and not brakes.tries(connection, taken.trial, me, now):
            return Decided(dry=taken.dry | {taken.trial})  # somebody else is at it
        return Decided(outgoing, taken.dry, taken.later, taken.trial if outgoing else None)

    def _class_of(self, template: str) -> MessageClass | None:
        return self.workshop.renderer.class_of(template)
