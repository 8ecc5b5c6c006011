"""The executor: claim a batch, decide and write "sending", call the providers, write the receipts.

One thread talks to the database; many talk to the providers, so that while a batch is in flight
the next one is prepared. No transaction is open during a call.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine

from recovery import telemetry
from recovery.clock import Stopwatch
from recovery.connectors.base import Sender
from recovery.crash import crash_point
from recovery.db import retried, writing
from recovery.dispatch import brakes, record
from recovery.dispatch.claim import claim
from recovery.dispatch.gather import gather
from recovery.dispatch.prepare import Prepared, Workshop, prepare
from recovery.dispatch.record import Result
from recovery.dispatch.scripts import Scripts
from recovery.dispatch.senders import Senders
from recovery.errors import ConnectorError
from recovery.message import Channel, MessageClass, Receipt


@dataclass(slots=True)
class Outcome:
    """What one dispatch could not do, beyond what the journal says about single touches."""

    claimed: int = 0
    ceiling: int | None = None  # touches, at most
    broken: set[str] = field(default_factory=set)  # template errors
    refused: dict[Channel, str] = field(default_factory=dict)  # senders that refuse, and why


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

    def run(self, now: datetime, batches: int | None = None, most: int | None = None) -> Outcome:
        """Send until nothing due at `now` is left; `batches` batches or `most` touches at most."""
        outcome, token = Outcome(ceiling=most), uuid4().hex
        watch, clock = brakes.Watch(self.senders, outcome.refused), self._clock(now)
        with Senders(self.senders, self.concurrency, patient=self.patient) as senders:
            try:
                self._send_all(senders, outcome, watch, token, clock, batches)
            except BaseException:  # also when we are told to stop: what is on its way is awaited
                self._wind_up(senders, watch, token, clock())
                raise
        return outcome

    def rehearse(self, connection: Connection, now: datetime) -> Outcome:
        """Do everything but calling a provider, inside the caller's transaction: a dry run."""
        outcome, token = Outcome(), uuid4().hex
        while prepared := self._prepare(connection, outcome, token, now):
            pretended = [
                Result(o.touch_id, o.enrolment_id, o.attempts, o.channel, Receipt("dry-run", ""))
                for o in prepared.outgoing
            ]
            record.results(connection, pretended, token, now)
        return outcome

    def task_text(self, connection: Connection, touch_id: int, lang: str, now: datetime) -> str:
        """The words of a task's template for this order, in the colleague's language."""
        batch = gather(connection, [touch_id], now, self.scripts, self._class_of)
        (situation,) = batch.situations()
        return self.workshop.renderer.task(situation, lang, now)

    def _send_all(
        self,
        senders: Senders,
        outcome: Outcome,
        watch: brakes.Watch,
        token: str,
        clock: Callable[[], datetime],
        batches: int | None,
    ) -> None:
        flying, left, more = 0, batches, True
        while more or flying:
            if more and flying <= max(self.batch, self.concurrency):
                prepared = self._next(outcome, token, clock()) if left != 0 else None
                more = prepared is not None
                left = left and left - 1
                for outgoing in prepared.outgoing if prepared else ():
                    senders.take(outgoing)
                    flying += 1
            else:
                finished = senders.finished(flying)
                try:
                    flying -= self._record(finished, watch, token, clock())
                except BaseException:
                    senders.put_back(finished)  # what a provider said is never lost on the way
                    raise

    def _clock(self, now: datetime) -> Callable[[], datetime]:
        """The present of one dispatch. It may take longer than a lease, and a lease that counted
        from its beginning would be over before the message has left."""
        since = Stopwatch()
        return lambda: now + timedelta(seconds=since.seconds()) if self.patient else now

    def _wind_up(self, senders: Senders, watch: brakes.Watch, token: str, now: datetime) -> None:
        """Write down what the running calls bring; messages nobody called for go back."""
        unsent, finished = senders.stop()
        self._record(finished, watch, token, now)
        with writing(self.database) as connection:
            record.given_back(connection, [outgoing.touch_id for outgoing in unsent], token)

    def _next(self, outcome: Outcome, token: str, now: datetime) -> Prepared | None:
        crash_point("C0")

        def step(connection: Connection) -> Prepared | None:
            return self._prepare(connection, outcome, token, now)

        return retried(self.database, step)

    def _prepare(
        self, connection: Connection, outcome: Outcome, token: str, now: datetime
    ) -> Prepared | None:
        """One batch, claimed and decided in one transaction: a worker that dies in it leaves the
        touches as they were."""
        held = brakes.look(connection, now)
        room = self.batch
        if outcome.ceiling is not None:
            room = min(room, outcome.ceiling - outcome.claimed)
        channels = [one for one in held.open_channels() if one not in outcome.refused]
        ids = claim(connection, now, room, token, channels) if room > 0 else []
        if not ids:
            return None
        crash_point("C1")
        batch = gather(connection, ids, now, self.scripts, self._class_of, held.campaigns)
        prepared = prepare(connection, batch, self.workshop, token, now)
        telemetry.event("dispatch", "batch_claimed", level=logging.DEBUG, touches=ids)
        outcome.claimed += len(ids)
        outcome.broken |= prepared.broken
        return prepared

    def _class_of(self, template: str) -> MessageClass | None:
        return self.workshop.renderer.class_of(template)

    def _record(
        self, finished: Sequence[Result], watch: brakes.Watch, token: str, now: datetime
    ) -> int:
        def write(connection: Connection) -> None:
            record.results(connection, finished, token, now)
            watch.notice(connection, finished, now)

        retried(self.database, write)
        for result in finished:
            _tell(result)
        crash_point("C5")
        return len(finished)


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
