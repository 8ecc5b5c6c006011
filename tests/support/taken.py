"""What the fake providers took: one entry a message, what became of it, and who may see it yet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from time import monotonic
from typing import Any


class Fate(StrEnum):
    """What became of a message after it was accepted."""

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"  # for good; an SMS: a number that takes none
    BLOCKED = "blocked"  # this time
    DROPPED = "dropped"  # not even tried
    FAILED = "failed"  # an SMS that did not arrive
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"


@dataclass
class Taken:
    """One accepted message; `provider_id` is what the answer said, or would have said."""

    provider: str
    provider_id: str
    touch: str
    to: str
    body: dict[str, Any]
    at: datetime
    fate: Fate | None = None  # None: accepted, and no more is known
    missed: int = 0  # questions that did not see it yet
    settled: float = 0.0  # on the providers' watch, when it was taken
    stamp: float = field(default_factory=monotonic)  # the same for all processes of a machine

    def json(self) -> dict[str, Any]:
        """As the control endpoint shows it."""
        return {
            "provider": self.provider,
            "provider_id": self.provider_id,
            "touch": self.touch,
            "to": self.to,
            "body": self.body,
            "at": self.at.isoformat(),
            "fate": self.fate,
            "stamp": self.stamp,
        }

    @staticmethod
    def from_json(told: Mapping[str, Any]) -> "Taken":
        """The opposite of `json`."""
        fate = Fate(told["fate"]) if told["fate"] else None
        return Taken(**{**told, "at": datetime.fromisoformat(told["at"]), "fate": fate})


@dataclass
class Sight:
    """How late records show what was accepted."""

    watch: Callable[[], float]
    lag: int = 0  # so many questions miss a message first
    lag_seconds: float = 0.0

    def sees(self, taken: Taken) -> bool:
        """Whether a question that would find `taken` may; counts it."""
        if taken.missed >= self.lag and self.watch() - taken.settled >= self.lag_seconds:
            return True
        taken.missed += 1
        return False


@dataclass
class Happening:
    """One event in the life of an e-mail, in SendGrid's words; `after` its acceptance.

    `smtp-id` and `date` in `more` are filled in for each message.
    """

    event: str
    after: timedelta
    more: dict[str, object] = field(default_factory=dict)


_ACCEPTED = Happening("processed", timedelta(seconds=1), {"smtp-id": True})
_ARRIVED = Happening(
    "delivered", timedelta(seconds=3), {"smtp-id": True, "ip": "192.0.2.1", "response": "250 OK"}
)
_BOUNCE = {"smtp-id": True, "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 no such user"}
_BLOCK = {"smtp-id": True, "type": "blocked", "status": "4.7.0", "reason": "421 4.7.0 not now"}
_DEFERRAL = {"smtp-id": True, "attempt": "1", "response": "451 try again later"}
_DROP = {"smtp-id": True, "reason": "Bounced Address"}
_LEFT = Happening("unsubscribe", timedelta(minutes=5), {"date": True})
EMAIL_LIFE: dict[Fate | None, tuple[Happening, ...]] = {
    None: (_ACCEPTED,),
    Fate.DELIVERED: (_ACCEPTED, _ARRIVED),
    Fate.DEFERRED: (_ACCEPTED, Happening("deferred", timedelta(seconds=3), _DEFERRAL)),
    Fate.BOUNCED: (
        _ACCEPTED,
        Happening(
            "bounce", timedelta(seconds=3), {**_BOUNCE, "bounce_classification": "Invalid Address"}
        ),
    ),
    Fate.BLOCKED: (
        _ACCEPTED,
        Happening(
            "bounce", timedelta(seconds=3), {**_BLOCK, "bounce_classification": "Reputation"}
        ),
    ),
    Fate.DROPPED: (Happening("dropped", timedelta(seconds=1), _DROP),),
    Fate.COMPLAINED: (_ACCEPTED, _ARRIVED, Happening("spamreport", timedelta(minutes=5))),
    Fate.UNSUBSCRIBED: (_ACCEPTED, _ARRIVED, _LEFT),
}
# Twilio's statuses in order, and the code of the last one.
SMS_LIFE: dict[Fate | None, tuple[tuple[str, ...], int | None]] = {
    None: (("queued",), None),
    Fate.DELIVERED: (("queued", "sent", "delivered"), None),
    Fate.DEFERRED: (("queued", "sent"), None),
    Fate.BOUNCED: (("queued", "sent", "undelivered"), 30006),
    Fate.BLOCKED: (("queued", "sent", "undelivered"), 30007),
    Fate.FAILED: (("queued", "failed"), 30003),
    Fate.DROPPED: (("queued", "canceled"), None),
}


def email_events(taken: Taken) -> list[dict[str, Any]]:
    """Everything SendGrid tells of one e-mail, in order, flat as in its webhook."""
    return [email_event(taken, one) for one in EMAIL_LIFE[taken.fate]]


def email_event(taken: Taken, one: Happening) -> dict[str, Any]:
    """One event of one e-mail; an event id of its own comes with the sending."""
    more = {**one.more}
    if more.pop("smtp-id", False):
        more["smtp-id"] = f"<{taken.provider_id}@geopod-ismtpd-1>"
    if more.pop("date", False):
        more["date"] = f"{taken.at + one.after:%Y-%m-%d}"
    return {
        "email": taken.to,
        "timestamp": int((taken.at + one.after).timestamp()),
        "event": one.event,
        "category": taken.body.get("categories", []),
        "sg_message_id": message_id(taken),
        **more,
        **_custom_args(taken),
    }


def _custom_args(taken: Taken) -> dict[str, Any]:
    """What travelled with the message comes back with every event."""
    people = taken.body.get("personalizations", [{}])
    return {"rc_touch": taken.touch} | people[0].get("custom_args", {})


def message_id(taken: Taken) -> str:
    """SendGrid's long name of a message."""
    return f"{taken.provider_id}.recvd-85abf8d92c-3qfgp-2-7890E356-43C.1"
