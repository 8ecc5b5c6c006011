"""What we tell the world: frozen messages, ready to send, and how an SMS is counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """How a touch reaches somebody. A task reaches a colleague, who reaches the customer."""

    EMAIL = "email"
    SMS = "sms"
    TASK = "task"


class MessageClass(StrEnum):
    """`service`: a neutral notice about the customer's own order. `marketing`: anything else."""

    SERVICE = "service"
    MARKETING = "marketing"


@dataclass(frozen=True, slots=True)
class Trace:
    """Which touch a message belongs to; travels with it so that feedback finds its way home."""

    touch_id: int
    campaign: str
    step: str
    order: str
    site: str = ""  # which installation's touch: another one's ids begin at 1, too


@dataclass(frozen=True, slots=True)
class EmailMessage:
    """One e-mail, rendered. Addresses are bare (`a@example.com`), names are apart from them."""

    trace: Trace
    at: datetime  # when it is sent, aware: the engine's now, so virtual time shows in the outbox
    to: str
    to_name: str | None
    sender: str
    sender_name: str
    reply_to: str | None
    subject: str
    text: str
    html: str
    message_class: MessageClass
    headers: Mapping[str, str] = field(default_factory=dict)  # List-Unsubscribe and its kin


@dataclass(frozen=True, slots=True)
class SmsMessage:
    """One SMS, rendered; `to` is E.164."""

    trace: Trace
    at: datetime
    to: str
    body: str
    segments: int
    message_class: MessageClass


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider answered when it took a message."""

    provider: str
    provider_id: str
