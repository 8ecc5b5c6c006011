"""What people and providers do about a message, through the doors that they use in production."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from starlette.responses import Response

from recovery.connectors.sendgrid.read import events
from recovery.connectors.twilio.read import inbound_key, status_key
from recovery.intake.inbox import SENDGRID, TWILIO_INBOUND, TWILIO_STATUS, Applied
from recovery.message import Channel
from recovery.simulate.rig import Rig
from recovery.testing.errors import KitError
from recovery.testing.letters import Message
from recovery.web import pay, unsubscribe
from recovery.web.site import Site

__tracebackhide__ = True  # a mistake is shown where the test makes it
_BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "accept-language": "en"}
_NO_SUCH_NUMBER = "30006"  # Twilio: a landline, or nobody
_OUR_NUMBER = "+15005550006"  # Twilio's own for tests


@dataclass(frozen=True, slots=True)
class Page:
    """What the customer sees behind a link: a page, or (`location`) where it leads."""

    status: int
    location: str | None
    text: str


class Doors(Site):
    """The pages of this engine. A visit is written down before we answer, not soon after it."""

    def __init__(self, rig: Rig) -> None:
        super().__init__(rig.settings, rig.clock)
        self.engine = rig

    def now(self) -> datetime:
        """As the engine has it: a test may begin its world anew."""
        return self.engine.clock.now()

    def note(self, work: Callable[[], None], seconds: float) -> bool:
        """Do it now: nobody waits for us."""
        work()
        return True


class Acts:
    """Everything that can be done about a message which was sent."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._doors = Doors(rig)
        self._numbers = count(1)

    def close(self) -> None:
        """Shut the doors, and the engine behind them."""
        self._doors.close()

    def click(self, message: Message) -> Page:
        """Follow the pay link, in a browser."""
        token = _token(message, "pay")
        return _page(pay.pay(self._doors, token, "GET", _BROWSER))

    def unsubscribe(self, message: Message) -> Page:
        """What the mail program's own button does, or the link in the text."""
        return _page(unsubscribe.stop(self._doors, _token(message, "unsubscribe"), _BROWSER))

    def complains(self, message: Message) -> None:
        """The mail provider tells of a complaint."""
        if message.channel is not Channel.EMAIL:
            raise KitError('nobody complains of an SMS; use world.replies(message, "STOP")')
        self._sendgrid(message, "spamreport")

    def bounces(self, message: Message) -> None:
        """The address does not exist: for good."""
        if message.channel is Channel.EMAIL:
            told = {"type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 no such user"}
            return self._sendgrid(message, "bounce", **told)
        return self._twilio(message, MessageStatus="undelivered", ErrorCode=_NO_SUCH_NUMBER)

    def arrives(self, message: Message) -> None:
        """The provider says that it was delivered."""
        if message.channel is Channel.EMAIL:
            return self._sendgrid(message, "delivered")
        return self._twilio(message, MessageStatus="delivered")

    def replies(self, message: Message, words: str) -> None:
        """The customer answers an SMS."""
        if message.channel is not Channel.SMS:
            raise KitError(
                "an answer to an e-mail goes to the shop's own mailbox, which the engine does not "
                "read; use world.unsubscribe(message) or world.complains(message)"
            )
        sid = f"SM{next(self._numbers):032x}"
        form = {"MessageSid": sid, "From": message.to, "To": _OUR_NUMBER, "Body": words}
        self._heard(TWILIO_INBOUND, inbound_key(form), {"form": form})

    def _sendgrid(self, message: Message, event: str, **told: str) -> None:
        said: dict[str, Any] = {"event": event, "email": message.to, "rc_touch": str(message.touch)}
        said |= {"timestamp": int(self._rig.clock.now().timestamp()), **told}
        for key, one in events(json.dumps([said]).encode()):
            self._heard(SENDGRID, key, one)

    def _twilio(self, message: Message, **told: str) -> None:
        form = {"MessageSid": f"simulated-{message.touch}", "To": message.to, **told}
        self._heard(TWILIO_STATUS, status_key(form), {"form": form, "touch": message.touch})

    def _heard(self, source: str, key: str, body: Mapping[str, Any]) -> None:
        applied: Applied = self._rig.hear(source, [(key, json.dumps(body))])
        if applied.trouble is not None:
            raise applied.trouble


def _token(message: Message, purpose: str) -> str:
    link = message.link(purpose)
    if link is None:
        raise KitError(
            f"step {message.step!r} of {message.campaign!r} ({message.channel}, "
            f"{message.message_class}) has no {purpose} link; its links: "
            f"{', '.join(message.links) or 'none'}"
        )
    return link.partition(f"/{purpose}/")[2]


def _page(response: Response) -> Page:
    text = bytes(response.body).decode()
    return Page(response.status_code, response.headers.get("location"), text)
