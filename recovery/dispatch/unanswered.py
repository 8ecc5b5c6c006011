"""Touches of which nobody knows whether they went out: how many, and when they are looked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, literal, select

from recovery.db import table
from recovery.dispatch.reconcile import SETTLE
from recovery.message import Channel
from recovery.models import Touch, TouchState

touches = table(Touch)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What is open, and when the next look at their providers' records may be had."""

    open: int
    next_look: datetime | None

    def payload(self) -> dict[str, Any]:
        """For a run's answer."""
        return {"open": self.open, "next_look": _utc(self.next_look)}

    def __str__(self) -> str:
        many = f"{self.open} messages" if self.open != 1 else "1 message"
        return f"{many} without a clear answer, looked for from {self.next_look:%m-%d %H:%M} UTC on"


def unanswered(connection: Connection) -> Unanswered:
    """All of them: by the index of what is unknown, in its own words."""
    found = connection.execute(
        select(touches.c.channel, touches.c.tried_at, touches.c.due_at).where(
            touches.c.state == literal(TouchState.UNKNOWN.value, literal_execute=True)
        )
    ).all()
    return Unanswered(len(found), min((next_look(*row) for row in found), default=None))


def _utc(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"


def next_look(channel: str, tried_at: datetime | None, due_at: datetime) -> datetime:
    """From when on the records of a touch's provider are believed, or asked once more."""
    return due_at if tried_at is None else max(due_at, tried_at + SETTLE[Channel(channel)])
