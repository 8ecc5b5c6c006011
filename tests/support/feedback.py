"""One order with one message, and what providers say about it."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, select

from recovery.db import reading, table, writing
from recovery.facts import EventKind, InboundSms, MessageEvent
from recovery.models import Click, Consent, Coupon, Decision, Suppression, Touch
from tests.support.ledger import T0, Ledger

PHONE, EMAIL = "+15005550006", "Kim@Example.com"
_KEYS = count(1)


@dataclass(frozen=True)
class Case:
    """A touch with its order and enrolment, by id."""

    touch: int
    enrolment: int
    order: int


def a_touch(connection: Connection, state: str = "sent", **values: Any) -> Case:
    """A message that was tried once (unless `attempts` says otherwise)."""
    ledger = Ledger(connection)
    about = {name: values.pop(name) for name in ("phone", "email") if name in values}
    order = ledger.order(**({"phone": PHONE, "email": EMAIL} | about))
    enrolment = ledger.enrolment(order)
    touch = ledger.touch(enrolment, **({"state": state, "attempts": 1} | values))
    return Case(touch, enrolment, order)


def event(kind: EventKind | str, touch: int | None = None, **values: Any) -> MessageEvent:
    """An event; `hours` after T0."""
    usual: dict[str, Any] = {
        "source": "sendgrid",
        "key": f"event-{next(_KEYS)}",
        "at": T0 + timedelta(hours=values.pop("hours", 2)),
        "provider_id": "message-1",
        "address": None,
        "code": None,
        "detail": None,
    }
    return MessageEvent(kind=EventKind(kind), touch_id=touch, **(usual | values))


def sms(body: str, sender: str = PHONE, **values: Any) -> InboundSms:
    """A text message to us; `hours` after T0."""
    usual: dict[str, Any] = {
        "source": "twilio",
        "key": f"sms-{next(_KEYS)}",
        "at": T0 + timedelta(hours=values.pop("hours", 2)),
        "to": "+15005550001",
        "opt_out_type": None,
    }
    return InboundSms(sender=sender, body=body, **(usual | values))


@dataclass
class Books:
    """What the tables say now."""

    database: Engine

    def _rows(self, model: Any, *names: str) -> list[Any]:
        source = table(model)
        with reading(self.database) as connection:
            found = select(*(source.c[name] for name in names)).order_by(source.c.id)
            return [tuple(row) if len(names) > 1 else row[0] for row in connection.execute(found)]

    def touches(self) -> list[tuple[str, str | None]]:
        return self._rows(Touch, "state", "reason")

    def coupons(self) -> list[str]:
        return self._rows(Coupon, "state")

    def listed(self) -> list[tuple[str, str, str]]:
        """The suppressed: channel, address, reason."""
        return sorted(self._rows(Suppression, "channel", "address", "reason"))

    def journal(self) -> list[tuple[str, str | None]]:
        return self._rows(Decision, "verdict", "reason")

    def evidence(self) -> list[tuple[str, str, str, str]]:
        return self._rows(Consent, "channel", "address", "level", "source")

    def clicks(self) -> list[bool]:
        return self._rows(Click, "machine")

    def write(self) -> Any:
        return writing(self.database)
