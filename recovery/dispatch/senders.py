"""The threads that talk to providers: messages in, exactly one result out for each."""

from collections.abc import Mapping, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import TypeVar

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
        self._waiting: dict[Channel, SimpleQueue[Outgoing | None]] = {}
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
            for outgoing in _drained(queue):
                if outgoing is not None:
                    self._unsent.put(outgoing)
            for _ in range(self._concurrency):
                queue.put(None)
        for thread in self._threads:
            thread.join()
        return _drained(self._unsent), _drained(self._results)

    def take(self, outgoing: Outgoing) -> None:
        """Send it as soon as its moment has come and a thread is free."""
        if outgoing.channel not in self._waiting:
            self._start(outgoing.channel)
        self._waiting[outgoing.channel].put(outgoing)

    def finished(self, flying: int) -> list[Result]:
        """Wait for at least one result of the `flying` messages; take along those that follow."""
        results = [self._results.get()]
        while len(results) < min(flying, TOGETHER):
            try:
                results.append(self._results.get(timeout=LINGER))
            except Empty:
                break
        return results

    def put_back(self, results: Sequence[Result]) -> None:
        """Keep results that could not be written down; `stop` gives them again."""
        for result in results:
            self._results.put(result)

    def _start(self, channel: Channel) -> None:
        queue = self._waiting[channel] = SimpleQueue()
        for number in range(self._concurrency):
            name = f"send-{channel}-{number}"
            thread = Thread(target=self._work, args=(queue,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self, queue: "SimpleQueue[Outgoing | None]") -> None:
        while (outgoing := queue.get()) is not None:
            if self._patient and outgoing.wait:
                self._stopping.wait(max(0.0, outgoing.wait - outgoing.watch.seconds()))
            if self._stopping.is_set():
                self._unsent.put(outgoing)
            else:
                self._results.put(self._send(outgoing))

    def _send(self, outgoing: Outgoing) -> Result:
        message = outgoing.message
        answer: Receipt | ConnectorError
        try:
            if outgoing.watch.seconds() > FENCE_SECONDS:
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
        )


def _drained(queue: "SimpleQueue[T]") -> list[T]:
    found = []
    while True:
        try:
            found.append(queue.get_nowait())
        except Empty:
            return found
