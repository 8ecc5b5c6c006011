"""The executor: what is due is claimed and decided in batches, and sent a few messages at a time.

One thread talks to the database; many talk to the providers, so that while a batch is decided the
one before is sent. No transaction is open during a call.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from sqlalchemy import Connection, Engine

from recovery import telemetry
from recovery.clock import Stopwatch
from recovery.connectors.base import Sender
from recovery.crash import crash_point
from recovery.dispatch import brakes, record
from recovery.dispatch.claim import pick
from recovery.dispatch.gather import gather
from recovery.dispatch.prepare import Outgoing, Workshop, prepare
from recovery.dispatch.record import Result
from recovery.dispatch.scripts import Scripts
from recovery.dispatch.senders import Senders
from recovery.dispatch.shift import Shift
from recovery.dispatch.tray import Reach
from recovery.markets import Markets, load_markets
from recovery.message import Channel, MessageClass, Receipt


@dataclass(slots=True)
class Outcome:
    """What one dispatch could not do, beyond what the journal says about single touches."""

    claimed: int = 0
    ceiling: int | None = None  # touches, at most
    broken: set[str] = field(default_factory=set)  # template errors
    refused: dict[Channel, str] = field(default_factory=dict)  # senders that refuse, and why


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the touches that were due: sent here (`outcomes`), or handed to workers."""

    outcomes: Sequence[Outcome] = ()
    hinted: int = 0
    warnings: Sequence[str] = ()
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
    patient: bool = True  # time goes on while we send; a virtual clock stands, nobody waits for it
    run_id: str | None = None  # of the run that is at work, for the journal
    markets: Markets = field(default_factory=load_markets)

    def run(self, now: datetime, batches: int | None = None, most: int | None = None) -> Outcome:
        """Send until nothing due at `now` is left; as many touches as `batches` batches hold, or
        `most`, at most."""
        limits = [n for n in (batches and batches * self.batch, most) if n is not None]
        outcome = Outcome(ceiling=min(limits, default=None))
        with Senders(self.senders, self.concurrency, patient=self.patient) as senders:
            shift = self._shift(senders, outcome, self._clock(now))
            try:
                shift.work()
            except BaseException:  # also when we are told to stop: what is on its way is awaited
                shift.wind_up()
                raise
        return outcome

    def rehearse(self, connection: Connection, now: datetime, most: int | None = None) -> Outcome:
        """Do everything but calling a provider, inside the caller's transaction: a dry run."""
        outcome, token = Outcome(ceiling=most), uuid4().hex
        every = list(Channel)
        while True:
            held, journal = brakes.look(connection, now), record.Journal(now, self.run_id)
            decided = self._decide(connection, every, held, journal, now, outcome, token)
            if decided is None:
                return outcome
            rules = {one.touch_id: one.rules for one in decided}
            record.sending_at_once(connection, list(rules), token, now, rules)
            pretended = [
                Result(
                    one.touch_id,
                    one.enrolment_id,
                    one.attempts,
                    one.channel,
                    Receipt("dry-run", ""),
                    offered=one.offered,
                )
                for one in decided
            ]
            record.results(connection, pretended, token, now, journal)
            journal.write(connection)

    def task_text(self, connection: Connection, touch_id: int, lang: str, now: datetime) -> str:
        """The words of a task's template for this order, in the colleague's language."""
        batch = gather(
            connection, [touch_id], now, self.scripts, self._class_of, markets=self.markets
        )
        (situation,) = batch.situations()
        return self.workshop.renderer.task(situation, lang, now)

    def _shift(self, senders: Senders, outcome: Outcome, clock: Callable[[], datetime]) -> Shift:
        token = uuid4().hex
        return Shift(
            database=self.database,
            senders=senders,
            decide=partial(self._decide, outcome=outcome, token=token),
            watch=brakes.Watch(self.senders, outcome.refused),
            clock=clock,
            token=token,
            run=self.run_id,
            reach=Reach(least=2 * self.concurrency, most=max(self.batch, 2 * self.concurrency)),
            concurrency=self.concurrency,
            patient=self.patient,
        )

    def _clock(self, now: datetime) -> Callable[[], datetime]:
        """The present of one dispatch. It may take longer than a lease, and a lease that counted
        from its beginning would be over before the message has left."""
        since = Stopwatch()
        return lambda: now + timedelta(seconds=since.seconds()) if self.patient else now

    def _decide(
        self,
        connection: Connection,
        hungry: Sequence[Channel],
        held: brakes.Brakes,
        journal: record.Journal,
        now: datetime,
        outcome: Outcome,
        token: str,
    ) -> Sequence[Outgoing] | None:
        """One batch picked and decided: what may leave; None when nothing (more) is due."""
        room = self.batch
        if outcome.ceiling is not None:
            room = min(room, outcome.ceiling - outcome.claimed)
        channels = [channel for channel in held.open_channels() if channel in hungry]
        ids = pick(connection, now, room, channels) if room > 0 and channels else []
        if not ids:
            return None
        crash_point("C1")
        batch = gather(
            connection, ids, now, self.scripts, self._class_of, held.campaigns, self.markets
        )
        prepared = prepare(connection, batch, self.workshop, token, now, journal)
        telemetry.event("dispatch", "batch_claimed", level=logging.DEBUG, touches=ids)
        outcome.claimed += len(ids)
        outcome.broken |= prepared.broken
        return prepared.outgoing

    def _class_of(self, template: str) -> MessageClass | None:
        return self.workshop.renderer.class_of(template)
