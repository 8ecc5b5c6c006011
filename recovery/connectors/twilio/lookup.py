"""Ask Twilio whether it has our messages: it lists those to a number, our own link names the touch.

The list is not filtered by DateSent: a message that Twilio accepted and has not handed on yet has
none, and just those are looked for.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from recovery.connectors.base import Answer, Found, Wanted
from recovery.connectors.questions import SKEW, Enough, Questions, by_address, records
from recovery.connectors.twilio.read import kind_of
from recovery.connectors.twilio.send import BASE_URL
from recovery.connectors.twilio.transport import Refused, client
from recovery.connectors.wire import READ_SECONDS, Wire
from recovery.connectors.wire import Answer as Reply
from recovery.message import Channel

PAGE_SIZE = 100
PAGES = 5
Message = Mapping[str, Any]


class TwilioLookup:
    """Reads Twilio's list of messages through the twilio package."""

    name = "twilio"
    channel = Channel.SMS

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        base_url: str | None = None,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._wire = Wire(base_url or BASE_URL, read_seconds=read_seconds)
        self._client = client(account_sid, auth_token, self._wire)
        self._list = f"{BASE_URL}/2010-04-01/Accounts/{account_sid}/Messages.json"

    def find(self, wanted: Sequence[Wanted], reads: Callable[[str], int | None]) -> Answer:
        """Look for `wanted`; `reads` turns a message's text into the touch whose link it holds.

        Raises ConnectorError (ACCOUNT).
        """
        questions = Questions("Twilio")
        found: dict[int, Found] = {}
        searched: set[int] = set()
        with suppress(Enough):
            for number, touches in by_address(wanted).items():
                since = min(one.tried_at for one in touches) - SKEW
                ids = {one.touch_id for one in touches}
                listed, shown = self._messages(questions, number, since)
                texts = [(str(message.get("body") or ""), message) for message in listed]
                for text, message in texts:
                    touch = reads(text)
                    if touch is not None and touch in ids:
                        found.setdefault(touch, _found(touch, message))
                # A text without a link of ours may be any touch's: a template need not have one,
                # and Twilio may have been told not to keep the words.
                if shown and all(reads(text) is not None for text, _ in texts):
                    searched |= ids
        return Answer(found, frozenset(searched | found.keys()))

    def close(self) -> None:
        """Close idle connections."""
        self._wire.close()

    def _messages(
        self, questions: Questions, number: str, since: datetime
    ) -> tuple[list[Message], bool]:
        """What we sent to `number` after `since`, and whether that is all of it."""
        listed: list[Message] = []
        address = self._list
        query: dict[str, object] = {"To": number, "PageSize": PAGE_SIZE}
        for _ in range(PAGES):
            page = questions.ask(self._get, address, query)
            if isinstance(page, int):
                return listed, False
            messages = records(page, "messages")
            recent = [message for message in messages if _created(message, since) >= since]
            listed += [one for one in recent if one.get("direction") != "inbound"]
            following = page.get("next_page_uri")
            if not following or (messages and not recent):  # newest first
                return listed, True
            address, query = f"{BASE_URL}{following}", {}
        return listed, False

    def _get(self, address: str, query: Mapping[str, object]) -> Reply:
        try:
            got = self._client.request("GET", address, params=query)
        except Refused as refused:
            return refused.answer
        return Reply(got.status_code, got.headers, got.text.encode())


def _found(touch: int, message: Message) -> Found:
    code = str(message["error_code"]) if message.get("error_code") else None
    state = kind_of(str(message.get("status")), code)
    return Found(touch, str(message.get("sid")), state, code)


def _created(message: Message, otherwise: datetime) -> datetime:
    try:
        at = parsedate_to_datetime(str(message.get("date_created")))
    except ValueError:
        return otherwise
    return at if at.tzinfo else at.replace(tzinfo=UTC)
