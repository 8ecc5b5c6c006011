"""The wall between us and outside parties: what senders and look-ups must do, and who is near."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import Protocol

from recovery.facts import EventKind
from recovery.message import Channel, EmailMessage, Receipt, SmsMessage


class Sender(Protocol):
    """Takes one rendered message to one provider. Called from many threads at once."""

    name: str  # "outbox", "sendgrid" …: written into the touch
    channel: Channel
    leaves_this_machine: bool  # False for the outbox and for a loopback base URL

    def send(self, message: EmailMessage | SmsMessage) -> Receipt:
        """Deliver `message`; raise ConnectorError, and nothing else, when it was not taken.

        The call ends: with time-outs for each step and for all of them. Between connecting and the
        message's first byte it takes the `last_look`.
        """

    def close(self) -> None:
        """Give connections back; a later `send` simply opens new ones."""


_look: ContextVar[Callable[[], None]] = ContextVar("look", default=lambda: None)


@contextmanager
def looking(look: Callable[[], None]) -> Iterator[None]:
    """Within this context senders call `look` when a message is about to leave; it may raise."""
    token = _look.set(look)
    try:
        yield
    finally:
        _look.reset(token)


def last_look() -> None:
    """Connected, and no byte of the message has left: the last moment to hold it back."""
    _look.get()()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A touch whose sending got no clear answer; `to` is the bare address or the E.164 number."""

    touch_id: int
    to: str
    tried_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """The provider's own record of one touch: it was accepted, and `state` is what came of it."""

    touch_id: int
    provider_id: str | None
    state: EventKind
    code: str | None = None  # the provider's own, where the message failed


@dataclass(frozen=True, slots=True)
class Answer:
    """What a look-up learned. A touch in neither could not be asked about: nothing is known.

    `searched` holds every touch for which the provider has shown all that it has; one of them that
    is not in `found` was not there (yet: providers show their records late).
    """

    found: Mapping[int, Found] = field(default_factory=dict)
    searched: frozenset[int] = frozenset()


class Lookup(Protocol):
    """Asks one provider whether it has messages of ours. Reads only, so it may be repeated."""

    name: str
    channel: Channel

    def find(self, wanted: Sequence[Wanted], reads: Callable[[str], int | None]) -> Answer:
        """Look for `wanted`; `reads` turns the text of an SMS into the touch whose link it holds.

        Busy, broken and slow providers leave touches unsearched. Raises ConnectorError (ACCOUNT)
        when our key or its rights are at fault, and nothing else.
        """

    def close(self) -> None:
        """Give connections back; a later `find` simply opens new ones."""


def is_loopback(host: str | None) -> bool:
    """Whether `host` (a name or an address, without port) is this machine."""
    name = (host or "").strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
