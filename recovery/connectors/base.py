"""The wall between us and outside parties: what a sender must do, and when it stays at home."""

from ipaddress import ip_address
from typing import Protocol

from recovery.message import Channel, EmailMessage, Receipt, SmsMessage


class Sender(Protocol):
    """Takes one rendered message to one provider. Called from many threads at once."""

    name: str  # "outbox", "sendgrid" …: written into the touch
    channel: Channel
    leaves_this_machine: bool  # False for the outbox and for a loopback base URL

    def send(self, message: EmailMessage | SmsMessage) -> Receipt:
        """Deliver `message`; raise ConnectorError, and nothing else, when it was not taken.

        A time-out is always set, so the call ends.
        """

    def close(self) -> None:
        """Give connections back; a later `send` simply opens new ones."""


def is_loopback(host: str | None) -> bool:
    """Whether `host` (a name or an address, without port) is this machine."""
    name = (host or "").strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
