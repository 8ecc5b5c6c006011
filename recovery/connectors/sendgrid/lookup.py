"""Ask SendGrid whether it has our messages: by touch in Email Activity, else in Email Logs.

Email Activity is a paid addition that finds a touch with one question. Email Logs come with every
plan but know only addresses and times: each message of the address has to be opened.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import quote

from recovery.connectors.base import Answer, Found, Wanted
from recovery.connectors.mime import ascii_address
from recovery.connectors.questions import SKEW, Enough, Questions, by_address, records
from recovery.connectors.sendgrid.read import message_id
from recovery.connectors.sendgrid.send import BASE_URL
from recovery.connectors.sendgrid.transport import client
from recovery.connectors.wire import READ_SECONDS, Wire
from recovery.connectors.wire import Answer as Reply
from recovery.facts import EventKind
from recovery.message import Channel

MOST_LISTED = 100
STATES: Mapping[str, EventKind] = {
    "deferred": EventKind.DEFERRED,
    "delivered": EventKind.DELIVERED,
    "dropped": EventKind.DROPPED,
    "bounced": EventKind.BOUNCED,
    "blocked": EventKind.BLOCKED,
}


@dataclass(slots=True)
class _Search:
    """What one search has learned so far."""

    questions: Questions
    found: dict[int, Found] = field(default_factory=dict)
    searched: set[int] = field(default_factory=set)

    def note(self, touch: int, message: str, state: EventKind, code: str | None = None) -> None:
        self.found.setdefault(touch, Found(touch, message_id(message) or None, state, code))
        self.searched.add(touch)


class SendGridLookup:
    """Reads SendGrid's records through the sendgrid package. The key needs the right to."""

    name = "sendgrid"
    channel = Channel.EMAIL

    def __init__(
        self, api_key: str, base_url: str | None = None, *, read_seconds: float = READ_SECONDS
    ) -> None:
        host = (base_url or BASE_URL).rstrip("/")
        self._wire = Wire(host, read_seconds=read_seconds)
        self._api = client(api_key, host, self._wire).client

    def find(self, wanted: Sequence[Wanted], reads: Callable[[str], int | None]) -> Answer:
        """Look for `wanted` by the touch id that travelled in custom_args; `reads` has no part.

        A message counts only at the touch's own address and not long before the touch was tried:
        touch ids begin again at 1 in a new database. Raises ConnectorError (ACCOUNT).
        """
        search = _Search(Questions("SendGrid"))
        asked = [Wanted(one.touch_id, ascii_address(one.to), one.tried_at) for one in wanted]
        with suppress(Enough):
            refused = self._by_touch(search, asked)
            # Email Activity keeps nothing for regional (EU) subusers and does not say so.
            if refused or not search.found:
                self._by_address(search, asked, needed=refused)
        return Answer(search.found, frozenset(search.searched))

    def close(self) -> None:
        """Close idle connections."""
        self._wire.close()

    def _activity(self, query: str) -> Reply:
        asked = {"query": query, "limit": MOST_LISTED}
        return cast(Reply, self._api.messages.get(query_params=asked))

    def _logs(self, query: str) -> Reply:
        asked = {"query": query, "limit": MOST_LISTED}
        return cast(Reply, self._api.logs.post(request_body=asked))

    def _one(self, kind: str, name: str) -> Reply:
        return cast(Reply, self._api._(kind)._(quote(name, safe="")).get())

    def _by_touch(self, search: _Search, wanted: Iterable[Wanted]) -> bool:
        """Ask Email Activity for each touch; whether it refuses such questions."""
        for one in wanted:
            query = f"(unique_args['rc_touch']=\"{one.touch_id}\")"
            listed = search.questions.ask(self._activity, query, bear=(403, 404))
            if listed in (400, 403, 404):
                return True
            if isinstance(listed, int):
                continue
            ours = [message for message in records(listed, "messages") if _is_of(message, one)]
            if ours:
                self._note(search, one, ours[0])
            search.searched.add(one.touch_id)
        return False

    def _note(self, search: _Search, one: Wanted, message: Mapping[str, Any]) -> None:
        name, state, code = str(message.get("msg_id")), EventKind.ACCEPTED, None
        if message.get("status") == "delivered":
            state = EventKind.DELIVERED
        elif message.get("status") == "not_delivered":
            state, code = self._why_not(search, name)
        search.note(one.touch_id, name, state, code)

    def _why_not(self, search: _Search, name: str) -> tuple[EventKind, str | None]:
        """What stopped a message, as far as Email Activity tells; it was accepted in any case."""
        with suppress(Enough):
            whole = search.questions.ask(self._one, "messages", name, bear=(403, 404))
            for event in [] if isinstance(whole, int) else records(whole, "events"):
                if event.get("event_name") == "dropped":
                    return EventKind.DROPPED, None
                if event.get("event_name") == "bounced":
                    soft = event.get("bounce_type") == "soft"
                    return EventKind.BLOCKED if soft else EventKind.BOUNCED, None
        return EventKind.ACCEPTED, None

    def _by_address(self, search: _Search, wanted: Sequence[Wanted], *, needed: bool) -> None:
        """Open what Email Logs have for each address. `needed`: nothing else can be asked."""
        for address, touches in by_address(wanted).items():
            shown = True
            # Whether SendGrid keeps capitals before the @ is not documented.
            for spelling in dict.fromkeys((address, address.lower())):
                query = _log_query(spelling, min(one.tried_at for one in touches) - SKEW)
                listed = search.questions.ask(self._logs, query, bear=(403, 404))
                if listed in (403, 404):
                    if needed:
                        raise search.questions.no_right(int(listed))
                    return
                shown &= not isinstance(listed, int) and self._open(
                    search, records(listed, "messages"), {one.touch_id for one in touches}
                )
            if shown:
                search.searched.update(one.touch_id for one in touches)

    def _open(
        self, search: _Search, listed: Sequence[Mapping[str, Any]], touches: set[int]
    ) -> bool:
        """Read messages, oldest first, until every touch is found; whether all could be read."""
        shown = len(listed) < MOST_LISTED
        for message in sorted(listed, key=lambda one: str(one.get("sg_message_id_created_at"))):
            if touches <= search.found.keys():
                return True
            name = str(message.get("sg_message_id"))
            whole = search.questions.ask(self._one, "logs", name, bear=(404,))
            if isinstance(whole, int):
                shown = False
                continue
            touch = _touch(whole)
            if touch in touches:
                state = STATES.get(str(whole.get("status")), EventKind.ACCEPTED)
                search.note(touch, name, state, _bounce_code(whole))
        return shown


def _is_of(message: Mapping[str, Any], one: Wanted) -> bool:
    """Whether a message of this touch id is of this touch."""
    try:
        at = datetime.fromisoformat(str(message.get("last_event_time")))
    except ValueError:
        return False
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    same = str(message.get("to_email")).lower() == one.to.lower()
    return same and at >= one.tried_at - SKEW


def _log_query(address: str, since: datetime) -> str:
    """Texts and times quoted as in SendGrid's own example; how to escape a quote it does not say"""
    quote = '"' if "'" in address else "'"
    stamp = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = f"{quote}{address}{quote}"
    return f'to_email = {text} AND sg_message_id_created_at >= TIMESTAMP "{stamp}"'


def _touch(message: Mapping[str, Any]) -> int:
    """The touch id in a message's custom_args, or else in those of its events; 0 without one."""
    events = message.get("events")
    for part in (message, *(events if isinstance(events, list) else ())):
        told = part.get("custom_args") if isinstance(part, dict) else None
        text = told.get("rc_touch") if isinstance(told, dict) else None
        if isinstance(text, str) and text.isascii() and text.isdecimal():
            return int(text)
    return 0


def _bounce_code(message: Mapping[str, Any]) -> str | None:
    """The SMTP status of the newest bounce."""
    events = message.get("events")
    told = [one for one in events if isinstance(one, dict)] if isinstance(events, list) else []
    codes = [one.get("status") for one in told if one.get("event") == "bounce"]
    return next((code for code in codes if isinstance(code, str)), None)
