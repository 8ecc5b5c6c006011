"""The threads that talk to providers: messages in, exactly one result out for each."""

from collections.abc import Mapping
from queue import Empty, SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import TypeVar

from recovery.clock import Stopwatch
from recovery.connectors.base import Sender
from recovery.crash import crash_point
from recovery.dispatch.claim import LEASE
from recovery.dispatch.prepare import Outgoing
from recovery.dispatch.record import Result
from recovery.errors import ConnectorError, SendFailure
from recovery.message import Channel, Receipt, SmsMessage

LINGER = 0.02  # seconds to wait for more results before handing on those at hand
TOGETHER = 500  # results written in one transaction, at most
# A worker that slept longer than this may have lost its claim: it gives the message back.
FENCE_SECONDS = LEASE.total_seconds() / 2

Handed = tuple[Outgoing, Stopwatch]  # a message, and since when its touch is `sending`
T = TypeVar("T")


class Senders:
    """A context with `concurrency` sending threads a channel: a slow one never holds the other.

    `patient` waits for a message's moment on the wall clock; a virtual clock stands still, so
    there nobody waits. Leaving the context ends the calls that run and starts no more.
    """

    def __init__(
        self, senders: Mapping[Channel, Sender], concurrency: int, *, patient: bool = True
    ) -> None:
        self._senders = senders
        self._concurrency = concurrency
        self._patient = patient
        self._stopping = Event()
        self._waiting: dict[Channel, SimpleQueue[Handed | None]] = {}
        self._results: SimpleQueue[Result] = SimpleQueue()
        self._unsent: SimpleQueue[Outgoing] = SimpleQueue()
        self._threads: list[Thread] = []

    def __enter__(self) -> "Senders":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> tuple[list[Outgoing], list[Result]]:
        """Start no more calls and wait for those running; returns what was never started, and the
        results nobody has asked for yet."""
        self._stopping.set()
        for queue in self._waiting.values():
            for handed in _drained(queue):
                if handed is not None:
                    self._unsent.put(handed[0])
            for _ in range(self._concurrency):
                queue.put(None)
        for thread in self._threads:
            thread.join()
        return _drained(self._unsent), _drained(self._results)

    def take(self, outgoing: Outgoing, since: Stopwatch) -> None:
        """Send it as soon as its moment has come and a thread is free; its lease began `since`."""
        if outgoing.channel not in self._waiting:
            self._start(outgoing.channel)
        self._waiting[outgoing.channel].put((outgoing, since))

    def finished(self, enough: int, seconds: float | None) -> list[Result]:
        """Wait for a result, `seconds` at most; take along those that follow, up to `enough`."""
        results: list[Result] = []
        while len(results) < enough:
            try:
                results.append(self._results.get(timeout=LINGER if results else seconds))
            except Empty:
                break
        return results

    def ready(self) -> list[Result]:
        """Results that are there already."""
        return _drained(self._results)

    def idle(self, seconds: float) -> None:
        """Nobody is calling, and the next message may leave in so many `seconds`."""
        self._stopping.wait(seconds)

    def _start(self, channel: Channel) -> None:
        queue: SimpleQueue[Handed | None] = SimpleQueue()
        self._waiting[channel] = queue
        for number in range(self._concurrency):
            name = f"send-{channel}-{number}"
            thread = Thread(target=self._work, args=(queue,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self, queue: "SimpleQueue[Handed | None]") -> None:
        while (handed := queue.get()) is not None:
            outgoing, since = handed
            if self._patient and outgoing.wait:
                self._stopping.wait(max(0.0, outgoing.wait - outgoing.watch.seconds()))
            if self._stopping.is_set():
                self._unsent.put(outgoing)
            else:
                self._results.put(self._send(outgoing, since))

    def _send(self, outgoing: Outgoing, since: Stopwatch) -> Result:
        message = outgoing.message
        answer: Receipt | ConnectorError
        try:
            if since.seconds() > FENCE_SECONDS:
                raise ConnectorError(
                    "this worker woke up late and gives the message back",
                    failure=SendFailure.TEMPORARY,
                    code="woke_late",
                )
            crash_point("C2")
            answer = self._senders[outgoing.channel].send(message)
            crash_point("C4")
        except ConnectorError as error:
            answer = error
        except Exception as error:  # a bug in a connector: nobody knows what left us
            answer = ConnectorError(repr(error), failure=SendFailure.UNKNOWN, code="bug")
        return Result(
            touch_id=outgoing.touch_id,
            enrolment_id=outgoing.enrolment_id,
            attempts=outgoing.attempts,
            channel=outgoing.channel,
            outcome=answer,
            segments=message.segments if isinstance(message, SmsMessage) else None,
            offered=outgoing.offered,
        )


def _drained(queue: "SimpleQueue[T]") -> list[T]:
    found = []
    while True:
        try:
            found.append(queue.get_nowait())
        except Empty:
            return found
