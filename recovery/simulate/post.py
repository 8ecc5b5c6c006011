"""The post: it takes what the engine sends, as a provider would, and keeps it in memory until the
shoppers look.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from recovery.message import Channel, EmailMessage, MessageClass, Receipt, SmsMessage

_CODE = re.compile(r"\b[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}\b")

Message = EmailMessage | SmsMessage


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it reaches somebody. `code` is the discount code that its text shows."""

    channel: Channel
    touch: int
    campaign: str
    step: str
    order: str
    at: datetime
    to: str
    message_class: MessageClass
    code: str | None
    segments: int  # SMS parts; 1 for an e-mail


def letter_of(message: Message) -> Letter:
    """What the receiver of `message` sees of it."""
    sms = isinstance(message, SmsMessage)
    text = message.body if isinstance(message, SmsMessage) else message.text
    trace = message.trace
    return Letter(
        channel=Channel.SMS if sms else Channel.EMAIL,
        touch=trace.touch_id,
        campaign=trace.campaign,
        step=trace.step,
        order=trace.order,
        at=message.at,
        to=message.to,
        message_class=message.message_class,
        code=code_in(text),
        segments=message.segments if isinstance(message, SmsMessage) else 1,
    )


def code_in(text: str) -> str | None:
    """The discount code that a text shows, if any."""
    found = _CODE.search(text)
    return found[0] if found else None


class Post:
    """Both channels' letters, until `collect`ed. `refuse` may raise what a provider in trouble
    would (ConnectorError); it is asked about every message."""

    def __init__(self, refuse: Callable[[Message], None] = lambda message: None) -> None:
        self._refuse = refuse
        self._letters: list[Letter] = []

    def sender(self, channel: Channel) -> "Desk":
        """Where the engine hands in the messages of `channel`."""
        return Desk(channel, self._take)

    def collect(self) -> list[Letter]:
        """What has been handed in since the last time, in the order of the touches."""
        letters, self._letters = sorted(self._letters, key=lambda one: one.touch), []
        return letters

    def _take(self, message: Message) -> None:
        self._refuse(message)
        self._letters.append(letter_of(message))


class Desk:
    """A sender that hands messages over in this process."""

    name = "simulator"
    leaves_this_machine = False

    def __init__(self, channel: Channel, take: Callable[[Message], None]) -> None:
        self.channel = channel
        self._take = take

    def send(self, message: Message) -> Receipt:
        """Take it; ConnectorError where the provider is said to be in trouble."""
        self._take(message)
        return Receipt(self.name, f"simulated-{message.trace.touch_id}")

    def close(self) -> None:
        """Nothing is held open."""
