"""What is heard about our messages: from providers, word for word as their webhooks say it, and
from our own links, when somebody follows one.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from recovery.connectors.sendgrid.read import events
from recovery.connectors.twilio.read import inbound_key, status_key
from recovery.facts import EventKind, MessageEvent
from recovery.intake.inbox import SENDGRID, TWILIO_INBOUND, TWILIO_STATUS
from recovery.message import Channel
from recovery.simulate.post import Letter

Item = tuple[str, str]
LINK = "link"


class Webhooks:
    """Collects what was told since the last time, by the door through which it comes in.

    While `doubled` says so of an instant, providers tell everything once more, after the next run.
    """

    def __init__(self, doubled: Callable[[datetime], bool] = lambda at: False) -> None:
        self._doubled = doubled
        self._told: dict[str, list[Item]] = {}
        self._again: dict[str, list[Item]] = {}
        self._visits: list[MessageEvent] = []

    @property
    def any(self) -> bool:
        """Whether anything was heard."""
        return bool(self._told or self._visits)

    def visits(self) -> list[MessageEvent]:
        """Links that were followed since the last time."""
        visits, self._visits = self._visits, []
        return visits

    def collect(self) -> Sequence[tuple[str, Sequence[Item]]]:
        """Everything, and forget it."""
        told = list(self._told.items())
        self._told, self._again = self._again, {}
        return told

    def delivered(self, letter: Letter, at: datetime) -> None:
        """It has arrived."""
        if letter.channel is Channel.SMS:
            self._status(letter, at, "delivered")
        else:
            self._event(letter, "delivered", at)

    def bounced(self, letter: Letter, at: datetime, *, blocked: bool = False) -> None:
        """It has not: no such address, or their provider refuses what we send."""
        if letter.channel is Channel.SMS:
            self._status(letter, at, "undelivered", ErrorCode="30003")
        else:
            kind = {"type": "blocked"} if blocked else {"type": "bounce", "status": "5.1.1"}
            self._event(letter, "bounce", at, **kind)

    def clicked(self, letter: Letter, at: datetime) -> None:
        """Somebody followed the link to their order."""
        key = f"{letter.touch} {at:%Y%m%d%H%M%S}"
        visit = MessageEvent(
            source=LINK,
            key=key,
            kind=EventKind.CLICKED,
            at=at,
            touch_id=letter.touch,
            provider_id=None,
            address=None,
            code=None,
            detail=None,
        )
        self._visits.append(visit)

    def opted_out(self, letter: Letter, at: datetime) -> None:
        """No more of it, on this channel."""
        if letter.channel is Channel.SMS:
            form = {"From": letter.to, "To": "+15005550006", "Body": "STOP", "OptOutType": "STOP"}
            form["MessageSid"] = f"SMstop{letter.touch}"
            self._keep(at, TWILIO_INBOUND, inbound_key(form), {"form": form})
        else:
            self._event(letter, "unsubscribe", at)

    def complained(self, letter: Letter, at: datetime) -> None:
        """They say that it is spam; of an SMS only the opt-out is heard of."""
        if letter.channel is Channel.SMS:
            self.opted_out(letter, at)
        else:
            self._event(letter, "spamreport", at)

    def _event(self, letter: Letter, kind: str, at: datetime, **more: str) -> None:
        event = {
            "event": kind,
            "email": letter.to,
            "timestamp": int(at.timestamp()),
            "rc_touch": str(letter.touch),
            "sg_message_id": f"simulated-{letter.touch}",
            **more,
        }
        ((key, told),) = events(json.dumps(event).encode())
        self._keep(at, SENDGRID, key, told)

    def _status(self, letter: Letter, at: datetime, status: str, **more: str) -> None:
        form = {
            "MessageSid": f"simulated-{letter.touch}",
            "MessageStatus": status,
            "To": letter.to,
            **more,
        }
        told = {"form": form, "touch": letter.touch}
        self._keep(at, TWILIO_STATUS, status_key(form), told)

    def _keep(self, at: datetime, door: str, key: str, body: object) -> None:
        item = key, json.dumps(body)
        self._told.setdefault(door, []).append(item)
        if self._doubled(at):
            self._again.setdefault(door, []).append(item)
