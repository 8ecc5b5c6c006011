"""A sender that answers as a test says and remembers what it was given."""

from collections import Counter, deque
from collections.abc import Callable
from threading import Lock

from recovery.connectors.base import Sender
from recovery.errors import ConnectorError, SendFailure
from recovery.message import Channel, EmailMessage, Receipt, SmsMessage

Message = EmailMessage | SmsMessage
Answer = Exception | Callable[[Message], None] | None


class Scripted:
    """Takes messages; answers come from a list, the last one for ever. None means accepted."""

    name = "scripted"
    leaves_this_machine = False

    def __init__(self, channel: Channel, *answers: Answer) -> None:
        self.channel = channel
        self.got: list[Message] = []
        self._answers = deque(answers or [None])
        self._lock = Lock()

    def send(self, message: Message) -> Receipt:
        with self._lock:
            self.got.append(message)
            answer = self._answers.popleft() if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            answer(message)
        return Receipt(self.name, f"id-{message.trace.touch_id}")

    def close(self) -> None:
        """Nothing is held open."""

    @property
    def times(self) -> Counter[int]:
        """How often each touch was sent."""
        return Counter(message.trace.touch_id for message in self.got)


def refusal(kind: SendFailure, code: str | None = None, **told: object) -> ConnectorError:
    """What a provider answers when it does not take a message."""
    return ConnectorError(f"the provider said {code or kind}", failure=kind, code=code, **told)  # type: ignore[arg-type]


def post(email: Scripted, sms: Scripted | None = None) -> dict[Channel, Scripted]:
    """Senders for an engine."""
    return {Channel.EMAIL: email, Channel.SMS: sms or Scripted(Channel.SMS)}


class Meanwhile:
    """A sender before whose first call something happens: what others do while we send."""

    leaves_this_machine = False

    def __init__(self, sender: Sender, event: Callable[[Message], object]) -> None:
        self._sender, self._events = sender, deque([event])
        self.name, self.channel = sender.name, sender.channel

    def send(self, message: Message) -> Receipt:
        while self._events:
            self._events.popleft()(message)
        return self._sender.send(message)

    def close(self) -> None:
        """As the sender itself."""
        self._sender.close()
