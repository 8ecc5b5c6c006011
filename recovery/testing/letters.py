"""What arrives: each message as its receiver has it, and the post that keeps it for the test."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from recovery.connectors.base import Sender
from recovery.errors import ConnectorError, SendFailure
from recovery.message import Channel, EmailMessage, MessageClass, SmsMessage
from recovery.simulate.post import Desk, letter_of

Sent = EmailMessage | SmsMessage

_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_HREF = re.compile(r"href=[\"'](https?://[^\"']+)[\"']")
_END = ".,;:!?)]"


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One message as it was sent. `at` is UTC, `local_time` the clock on the customer's wall.

    `code` is the discount code that its text shows, `links` are all addresses in it, that of the
    one-click unsubscribe header last. An SMS has no subject and no html.
    """

    channel: Channel
    step: str
    campaign: str
    order: str
    to: str
    subject: str
    at: datetime
    local_time: datetime
    message_class: MessageClass
    code: str | None
    touch: int
    segments: int  # SMS parts; 1 for an e-mail
    text: str
    html: str
    links: tuple[str, ...]

    def __repr__(self) -> str:
        """Short, for lists in a failing assertion."""
        what = f"{self.channel} {self.campaign}/{self.step} to order {self.order}"
        return f"<{what}, {self.local_time:%a %Y-%m-%d %H:%M %Z}: {self.subject or self.text!r}>"

    def link(self, purpose: str) -> str | None:
        """The first link of one purpose, `pay` or `unsubscribe`, that the engine signed."""
        return next((one for one in self.links if f"/{purpose}/" in one), None)


def message_of(sent: Sent, timezone: str) -> Message:
    """What the engine sent, as the receiver in `timezone` has it."""
    letter = letter_of(sent)
    text = sent.body if isinstance(sent, SmsMessage) else sent.text
    return Message(
        channel=letter.channel,
        step=letter.step,
        campaign=letter.campaign,
        order=letter.order,
        to=letter.to,
        subject="" if isinstance(sent, SmsMessage) else sent.subject,
        at=letter.at,
        local_time=letter.at.astimezone(ZoneInfo(timezone)),
        message_class=letter.message_class,
        code=letter.code,
        touch=letter.touch,
        segments=letter.segments,
        text=text,
        html="" if isinstance(sent, SmsMessage) else sent.html,
        links=tuple(dict.fromkeys(_links(sent, text))),
    )


def _links(sent: Sent, text: str) -> Iterator[str]:
    yield from (found.rstrip(_END) for found in _ADDRESS.findall(text))
    if isinstance(sent, EmailMessage):
        yield from (found.replace("&amp;", "&") for found in _HREF.findall(sent.html))
        yield from _ADDRESS.findall(sent.headers.get("List-Unsubscribe", ""))


class Postbox:
    """Takes what the engine sends on both channels and keeps it, in the order of its sending."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self._trouble: dict[Channel, SendFailure] = {}

    def desks(self) -> Mapping[Channel, Sender]:
        """One sender a channel."""
        return {channel: Desk(channel, self._take) for channel in (Channel.EMAIL, Channel.SMS)}

    @contextmanager
    def trouble(self, channel: Channel, failure: SendFailure) -> Iterator[None]:
        """Within this context the provider of `channel` fails like this."""
        self._trouble[channel] = failure
        try:
            yield
        finally:
            del self._trouble[channel]

    def _take(self, message: Sent) -> None:
        channel = Channel.SMS if isinstance(message, SmsMessage) else Channel.EMAIL
        if (failure := self._trouble.get(channel)) is not None:
            raise ConnectorError(f"the test has the {channel} provider fail", failure=failure)
        self.sent.append(message)
