"""The threads that talk to providers: messages in, exactly one result out for each."""

from collections.abc import Mapping
from queue import Empty, SimpleQueue
from threading import Event, Thread
from types import TracebackType

from recovery.clock import Stopwatch
from recovery.connectors.base import Sender, looking
from recovery.crash import crash_point
from recovery.dispatch.claim import LEASE
from recovery.dispatch.fuse import Fuse
from recovery.dispatch.prepare import Outgoing
from recovery.dispatch.record import Result, Uncalled
from recovery.errors import ConnectorError, SendFailure
from recovery.message import Channel, Receipt, SmsMessage

LINGER = 0.02  # seconds to wait for more results before handing on those at hand
TOGETHER = 500  # results written in one transaction, at most
# A worker that slept longer than this may have lost its claim: it gives the message back. A call
# takes less than the other half of the lease.
FENCE_SECONDS = LEASE.total_seconds() / 2

Handed = tuple[Outgoing, Stopwatch]  # a message, and since when its touch is `sending`


class _WokeLateError(Exception):
    """Raised when so much time has passed that the touch may be another's by now."""


class Senders:
    """A context with `concurrency` sending threads a channel: a slow one never holds the other.

    `patient` waits for a message's moment on the wall clock; a virtual clock stands still, so
    there nobody waits. Leaving the context ends the calls that run and starts no more.

    `results` are theirs until `forget`: whoever is interrupted while reading has lost none.
    """

    def __init__(
        self, senders: Mapping[Channel, Sender], concurrency: int, *, patient: bool = True
    ) -> None:
        self.results: list[Result] = []
        self.fuses: dict[Channel, Fuse] = {}
        self._senders = senders
        self._concurrency = concurrency
        self._patient = patient
        self._stopping = Event()
        self._waiting: dict[Channel, SimpleQueue[Handed | None]] = {}
        self._bell: SimpleQueue[None] = SimpleQueue()  # rung after each result
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

    def stop(self) -> None:
        """Start no more calls and wait for those running; what was not called for comes back as
        such."""
        self._stopping.set()
        for queue in self._waiting.values():
            for _ in range(self._concurrency):
                queue.put(None)
        for thread in self._threads:
            thread.join()

    def take(self, outgoing: Outgoing, since: Stopwatch) -> None:
        """Send it as soon as its moment has come and a thread is free; its lease began `since`."""
        if outgoing.channel not in self._waiting:
            self._start(outgoing.channel)
        self._waiting[outgoing.channel].put((outgoing, since))

    def wait(self, enough: int, seconds: float | None) -> None:
        """Wait for a result, `seconds` at most; then for those that follow, up to `enough`."""
        while len(self.results) < enough:
            try:
                self._bell.get(timeout=LINGER if self.results else seconds)
            except Empty:
                break

    def forget(self, count: int) -> None:
        """The first `count` results are written down."""
        del self.results[:count]

    def idle(self, seconds: float) -> None:
        """Nobody is calling, and the next message may leave in so many `seconds`."""
        self._stopping.wait(seconds)

    def _start(self, channel: Channel) -> None:
        queue: SimpleQueue[Handed | None] = SimpleQueue()
        self._waiting[channel] = queue
        self.fuses.setdefault(channel, Fuse())
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
            self.results.append(_result(outgoing, self._outcome(outgoing, since)))
            self._bell.put(None)

    def _outcome(self, outgoing: Outgoing, since: Stopwatch) -> Receipt | ConnectorError | Uncalled:
        if self._stopping.is_set():
            return Uncalled.STOPPED
        fuse = self.fuses[outgoing.channel]
        if fuse.blown:
            return Uncalled.RESTING
        answer = self._send(outgoing, since)
        if not isinstance(answer, Uncalled):
            fuse.learn(answer)
        return answer

    def _send(self, outgoing: Outgoing, since: Stopwatch) -> Receipt | ConnectorError | Uncalled:
        def fence() -> None:
            if since.seconds() > FENCE_SECONDS:
                raise _WokeLateError

        try:
            fence()
            crash_point("C2")
            with looking(fence):  # once more, when the sender is connected
                receipt = self._senders[outgoing.channel].send(outgoing.message)
            crash_point("C4")
            return receipt
        except _WokeLateError:
            return Uncalled.WOKE_LATE
        except ConnectorError as error:
            return error
        except Exception as error:  # a bug in a connector: nobody knows what left us
            return ConnectorError(repr(error), failure=SendFailure.UNKNOWN, code="bug")


def _result(outgoing: Outgoing, outcome: Receipt | ConnectorError | Uncalled) -> Result:
    message = outgoing.message
    return Result(
        touch_id=outgoing.touch_id,
        enrolment_id=outgoing.enrolment_id,
        refusals=outgoing.refusals,
        channel=outgoing.channel,
        outcome=outcome,
        segments=message.segments if isinstance(message, SmsMessage) else None,
        offered=outgoing.offered,
    )
