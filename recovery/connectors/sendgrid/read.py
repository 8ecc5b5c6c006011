"""SendGrid's event webhook: whether it is theirs, what is in it, what each event means. Pure.

Retries carry new event ids, so an event is named by what it says. Signature: ECDSA over P-256
with SHA-256, of the time stamp's bytes followed by the body exactly as it came, line end included.
"""

import hashlib
import json
import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from recovery.connectors.visitors import is_machine
from recovery.errors import UsageError
from recovery.facts import EventKind, MessageEvent
from recovery.i18n import say
from recovery.settings.keys import webhook_key

SOURCE = "sendgrid"
SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
KINDS: Mapping[str, EventKind] = {
    "processed": EventKind.ACCEPTED,
    "deferred": EventKind.DEFERRED,
    "delivered": EventKind.DELIVERED,
    "bounce": EventKind.BOUNCED,
    "dropped": EventKind.DROPPED,
    "open": EventKind.OPENED,
    "click": EventKind.CLICKED,
    "spamreport": EventKind.COMPLAINED,
    "unsubscribe": EventKind.UNSUBSCRIBED,
    "group_unsubscribe": EventKind.UNSUBSCRIBED,
    "group_resubscribe": EventKind.RESUBSCRIBED,
}
REHEARSED = "example@test.com"  # whom SendGrid's own "Test Integration" bounces and complains for
_FILTER = re.compile(r"\.(?:filter|recv)")  # where SendGrid's own part of sg_message_id begins
_TOUCH = re.compile(r"[1-9][0-9]{0,17}").fullmatch
_ADDRESS = re.compile(r"[^\s<>()\"',;:]+@[^\s<>()\"',;:]+")
_LONGEST_DETAIL = 300


def verify(public_key: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether SendGrid signed `body`; False for any header that is missing or malformed.

    `public_key` is base64 of its DER form as SendGrid shows it, or PEM. UsageError: it is no key.
    """
    key = _key(public_key)
    given = {name.lower(): value for name, value in headers.items()}
    try:
        signature = b64decode(given.get(SIGNATURE, ""), validate=True)
        signed = given.get(TIMESTAMP, "").encode() + body
        key.verify(signature, signed, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def events(body: bytes) -> list[tuple[str, dict[str, Any]]]:
    """The events of one request, each with the key that names it; ValueError: it is no JSON."""
    try:
        told = json.loads(body)
    except RecursionError as error:
        raise ValueError("JSON nested too deep") from error
    listed = told if isinstance(told, list) else [told]
    return [(_name(event), event) for event in listed if isinstance(event, dict)]


def read(event: Mapping[str, Any]) -> MessageEvent | None:
    """What one event says; None for kinds that mean nothing to us. ValueError: no usable time."""
    kind = KINDS.get(str(event.get("event")))
    if kind is None or (event.get("email") == REHEARSED and "rc_touch" not in event):
        return None
    if kind is EventKind.BOUNCED and event.get("type") == "blocked":
        kind = EventKind.BLOCKED
    touch = str(event.get("rc_touch"))
    clicked = kind is EventKind.CLICKED
    return MessageEvent(
        source=SOURCE,
        key=_name(event),
        kind=kind,
        at=_time(event.get("timestamp")),
        touch_id=int(touch) if _TOUCH(touch) else None,
        provider_id=_message(event),
        address=(_text(event, "email") or "").lower() or None,
        code=_text(event, "status"),
        detail=_detail(event),
        machine=event.get("sg_machine_open") is True
        or (clicked and is_machine(_text(event, "useragent"))),
        url=_text(event, "url") if clicked else None,
        event_id=_text(event, "sg_event_id"),
    )


@lru_cache(maxsize=4)
def _key(text: str) -> EllipticCurvePublicKey:
    try:
        return webhook_key(text)
    except ValueError as error:
        raise UsageError(say("RECOVERY_SENDGRID_WEBHOOK_PUBLIC_KEY {error}", error=error)) from None


def _name(event: Mapping[str, Any]) -> str:
    """Not sg_event_id: every retry has another one."""
    who = event.get("rc_touch") or _message(event) or event.get("email")
    said = [who, event.get("event"), event.get("timestamp"), event.get("url")]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def message_id(whole: str) -> str:
    """The X-Message-Id of our request, which `whole`, an sg_message_id, begins with."""
    return _FILTER.split(whole)[0]


def _message(event: Mapping[str, Any]) -> str | None:
    whole = _text(event, "sg_message_id")
    return message_id(whole) if whole else None


def _detail(event: Mapping[str, Any]) -> str | None:
    """Why, in the receiving server's words, without the address that they like to repeat."""
    words = [_text(event, name) for name in ("bounce_classification", "reason", "response")]
    told = ": ".join(word for word in words if word)
    return _ADDRESS.sub("…", told)[:_LONGEST_DETAIL] or None


def _text(event: Mapping[str, Any], name: str) -> str | None:
    """A field that is text, fit to be stored: no NUL and no half of a surrogate pair."""
    value = event.get(name)
    if not isinstance(value, str):
        return None
    return value.replace("\0", "").encode(errors="replace").decode() or None


def _time(stamp: Any) -> datetime:
    try:
        return datetime.fromtimestamp(int(stamp), UTC)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise ValueError(f"timestamp {str(stamp)[:40]!r} is no time") from error
