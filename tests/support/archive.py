"""The providers' records of what they took: Email Activity, Email Logs, Twilio's message list."""

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from tests.support.desks import ACCOUNT_SID, MESSAGES, SERVICE_SID, SendGridDesk, TwilioDesk
from tests.support.faults import as_bytes
from tests.support.http_line import Reply
from tests.support.specs import question_faults
from tests.support.taken import SMS_LIFE, Fate, Taken, email_events, message_id

_TOUCH = re.compile(r"""\(unique_args\['rc_touch'\]="(\d+)"\)""").fullmatch
_TO = re.compile(r"""to_email = (['"])(.*)\1""").fullmatch
_SINCE = re.compile(r'sg_message_id_created_at >= TIMESTAMP "([^"]+)"').fullmatch
_ARRIVED = {Fate.DELIVERED, Fate.COMPLAINED, Fate.UNSUBSCRIBED}


class SendGridArchive(SendGridDesk):
    """GET /v3/messages[/id], POST /v3/logs, GET /v3/logs/id."""

    def take(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        if wrong := self.stranger(headers):
            return wrong
        parts = urlsplit(target)
        _, _, kind, *rest = parts.path.split("/")
        if not (self.providers.activity if kind == "messages" else self.providers.logs):
            return self.refuse(403, "access forbidden")
        if rest:
            return self._one(kind, unquote(rest[0]))
        if kind == "messages":
            return self._activity(dict(parse_qsl(parts.query)))
        return self._logs(json.loads(body))

    def _activity(self, asked: dict[str, str]) -> Reply:
        touch = _TOUCH(asked.get("query", ""))
        faults = question_faults("sendgrid_activity", asked)
        if faults or not touch:
            return self.refuse(400, f"invalid syntax: {faults}")
        found = [one for one in self._mine() if one.touch == touch[1] and self._sees(one)]
        return _listed([_short(one) for one in found], asked.get("limit", "10"))

    def _logs(self, asked: dict[str, Any]) -> Reply:
        faults = question_faults("sendgrid_logs", asked)
        if faults:
            return self.refuse(400, f"invalid syntax: {faults}")
        clauses = asked["query"].split(" AND ")
        found = [one for one in self._mine() if all(_fits(one, clause) for clause in clauses)]
        newest_first = [one for one in reversed(found) if self._sees(one)]
        return _listed([_line(one) for one in newest_first], asked["limit"])

    def _one(self, kind: str, name: str) -> Reply:
        for one in self._mine():
            if message_id(one) == name and self._sees(one):
                return Reply(200, as_bytes(_activity(one) if kind == "messages" else _log(one)))
        return self.refuse(404, "message not found")

    def _mine(self) -> list[Taken]:
        return [one for one in self.providers.taken if one.provider == "sendgrid"]

    def _sees(self, one: Taken) -> bool:
        return self.providers.sight.sees(one)


def _fits(one: Taken, clause: str) -> bool:
    if to := _TO(clause):
        return one.to == to[2]
    since = _SINCE(clause)
    return since is not None and one.at >= datetime.fromisoformat(since[1])


def _listed(found: list[dict[str, Any]], limit: str | int) -> Reply:
    return Reply(200, as_bytes({"messages": found[: int(limit)]}))


def _short(one: Taken) -> dict[str, Any]:
    last = email_events(one)[-1]["timestamp"]
    stopped = one.fate is not None and one.fate not in _ARRIVED
    return {
        "from_email": one.body["from"]["email"],
        "msg_id": message_id(one),
        "subject": one.body["subject"],
        "to_email": one.to,
        "status": "not_delivered" if stopped else "delivered" if one.fate else "processed",
        "opens_count": 0,
        "clicks_count": 0,
        "last_event_time": f"{datetime.fromtimestamp(last, UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


def _activity(one: Taken) -> dict[str, Any]:
    """One message whole. By the specification every event has a bounce type, bounced or not."""
    names = {"bounce": "bounced", "spamreport": "spam_report"}
    told = [
        {
            "event_name": names.get(event["event"], event["event"]),
            "processed": f"{datetime.fromtimestamp(event['timestamp'], UTC):%Y-%m-%dT%H:%M:%SZ}",
            "bounce_type": "hard" if event.get("type") == "bounce" else "soft",
            "http_user_agent": "",
            "mx_server": "mx.example.com",
        }
        for event in email_events(one)
    ]
    names_kept = ("from_email", "msg_id", "subject", "to_email", "status")
    return {
        **{name: _short(one)[name] for name in names_kept},
        "api_key_id": "key1",
        "asm_group_id": 1,
        "categories": one.body.get("categories", []),
        "events": told,
        "originating_ip": "192.0.2.9",
        "outbound_ip": "192.0.2.10",
        "outbound_ip_type": "shared",
        "teammate": "",
        "template_id": "",
        "unique_args": json.dumps({"rc_touch": one.touch}),
    }


def _state(one: Taken) -> str:
    return "delivered" if one.fate in _ARRIVED else one.fate or "processed"


def _line(one: Taken) -> dict[str, Any]:
    return {
        "from_email": one.body["from"]["email"],
        "sg_message_id": message_id(one),
        "subject": one.body["subject"],
        "to_email": one.to,
        "status": _state(one),
        "sg_message_id_created_at": f"{one.at:%Y-%m-%dT%H:%M:%SZ}",
    }


def _log(one: Taken) -> dict[str, Any]:
    args = {"rc_touch": one.touch}
    events = [
        {**{k: v for k, v in event.items() if k != "rc_touch"}, "custom_args": args}
        for event in email_events(one)
    ]
    named = [{**event, "sg_event_id": f"log-{n}"} for n, event in enumerate(events)]
    line = {k: v for k, v in _line(one).items() if k != "sg_message_id_created_at"}
    categories = one.body.get("categories", [])
    who = {"api_key_id": "key1", "client_ip": "192.0.2.9", "category": categories}
    return {**line, **who, "custom_args": args, "events": named}


class TwilioArchive(TwilioDesk):
    """GET …/Messages.json with pages, GET …/Messages/{sid}.json."""

    def take(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        if wrong := self.stranger(headers):
            return wrong
        parts = urlsplit(target)
        if parts.path == f"{MESSAGES}.json":
            return self._list(dict(parse_qsl(parts.query)))
        sid = parts.path.removeprefix(f"{MESSAGES}/").removesuffix(".json")
        for one in self._mine():
            if one.provider_id == sid and self.providers.sight.sees(one):
                return Reply(200, as_bytes(self._shown(one)))
        return self.refuse(404, 20404, f"The requested resource {target} was not found")

    def _mine(self) -> list[Taken]:
        return [one for one in self.providers.taken if one.provider == "twilio"]

    def _list(self, asked: dict[str, str]) -> Reply:
        if faults := question_faults("twilio_list", asked):
            return self.refuse(400, 20001, "; ".join(faults))
        size, page = int(asked.get("PageSize", "50")), int(asked.get("Page", "0"))
        mine = [one for one in self._mine() if one.to == asked.get("To", one.to)]
        seen = [one for one in reversed(mine) if self.providers.sight.sees(one)]
        shown = [self._shown(one) for one in seen[page * size : (page + 1) * size]]
        base = {**asked, "PageSize": str(size)}
        more = {**base, "Page": str(page + 1), "PageToken": f"PASM{page + 1}"}
        rest = len(seen) > (page + 1) * size
        here = f"{MESSAGES}.json?"
        body = {
            "end": page * size + len(shown) - 1,
            "start": page * size,
            "page": page,
            "page_size": size,
            "first_page_uri": here + urlencode({**base, "Page": "0"}, quote_via=quote),
            "next_page_uri": here + urlencode(more, quote_via=quote) if rest else None,
            "previous_page_uri": None,
            "uri": here + urlencode(asked, quote_via=quote),
            "messages": shown,
        }
        return Reply(200, as_bytes(body))

    def _shown(self, one: Taken) -> dict[str, Any]:
        states, code = SMS_LIFE[one.fate]
        status = states[-1] if one.fate else "accepted"
        sent = _stamp(one.at + timedelta(seconds=2)) if one.fate else None
        uri = f"{MESSAGES}/{one.provider_id}.json"
        return {
            "account_sid": ACCOUNT_SID,
            "api_version": "2010-04-01",
            "body": str(one.body["Body"]) if self.providers.keeps_text else "",
            "date_created": _stamp(one.at),
            "date_sent": sent,
            "date_updated": sent or _stamp(one.at),
            "direction": "outbound-api",
            "error_code": code,
            "error_message": None,
            "from": one.body.get("From"),
            "messaging_service_sid": one.body.get("MessagingServiceSid", SERVICE_SID),
            "num_media": "0",
            "num_segments": "1" if sent else "0",
            "price": None,
            "price_unit": "USD",
            "sid": one.provider_id,
            "status": status,
            "subresource_uris": {},
            "to": one.to,
            "uri": uri,
        }


def _stamp(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC))
