"""The threads that talk to providers: messages in, exactly one result out for each."""

from collections.abc import Mapping
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import TypeVar

from recovery.connectors.base import Sender
from recovery.dispatch.prepare import Outgoing
from recovery.dispatch.record import Result
from recovery.errors import ConnectorError, SendFailure
from recovery.message import Channel, Receipt, SmsMessage

LINGER = 0.02  # seconds to wait for more results before handing on those at hand
TOGETHER = 500  # results written in one transaction, at most

T = TypeVar("T")


class Senders:
    """A context with `concurrency` sending threads; leaving it waits for those still calling."""

    def __init__(self, senders: Mapping[Channel, Sender], concurrency: int) -> None:
        self._senders = senders
        self._waiting: SimpleQueue[Outgoing | None] = SimpleQueue()
        self._results: SimpleQueue[Result] = SimpleQueue()
        self._threads = [
            Thread(target=self._work, name=f"send-{n}", daemon=True) for n in range(concurrency)
        ]

    def __enter__(self) -> "Senders":
        for thread in self._threads:
            thread.start()
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
        unsent = _drained(self._waiting)
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()
        return [outgoing for outgoing in unsent if outgoing is not None], _drained(self._results)

    def take(self, outgoing: Outgoing) -> None:
        """Send it as soon as a thread is free."""
        self._waiting.put(outgoing)

    def finished(self, flying: int) -> list[Result]:
        """Wait for at least one result of the `flying` messages; take along those that follow."""
        results = [self._results.get()]
        while len(results) < min(flying, TOGETHER):
            try:
                results.append(self._results.get(timeout=LINGER))
            except Empty:
                break
        return results

    def _work(self) -> None:
        while (outgoing := self._waiting.get()) is not None:
            self._results.put(self._send(outgoing))

    def _send(self, outgoing: Outgoing) -> Result:
        message = outgoing.message
        channel, segments = Channel.EMAIL, None
        if isinstance(message, SmsMessage):
            channel, segments = Channel.SMS, message.segments
        answer: Receipt | ConnectorError
        try:
            answer = self._senders[channel].send(message)
        except ConnectorError as error:
            answer = error
        except Exception as error:  # a bug in a connector: nobody knows what left us
            answer = ConnectorError(repr(error), failure=SendFailure.UNKNOWN, code="bug")
        return Result(outgoing.touch_id, outgoing.enrolment_id, outgoing.attempts, answer, segments)


def _drained(queue: "SimpleQueue[T]") -> list[T]:
    found = []
    while True:
        try:
            found.append(queue.get_nowait())
        except Empty:
            return found
