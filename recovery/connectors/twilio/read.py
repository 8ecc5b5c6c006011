"""Twilio's webhooks: whether one is theirs, what a status or a text message says. Pure.

Signature (twilio.com/docs/usage/security): base64 of the HMAC, under the auth token, of the public
address followed by every form field, sorted; of a JSON body only the hash stands in the address.
SHA-1 unless a header of theirs names SHA-256. Ours to compute, as the package's validator raises
on a missing header, and takes a body of JSON without its hash for a form.
"""

import hashlib
import hmac
import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qs, urlsplit, urlunsplit

from recovery.facts import EventKind, InboundSms, MessageEvent

SOURCE = "twilio"
SIGNATURE = "x-twilio-signature"
SETTINGS = "x-twilio-webhooks-signature-settings"
Form = Sequence[tuple[str, str]]

_ALGORITHMS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
_PORTS = {"http": "80", "https": "443"}
_PORT = re.compile(r":\d*$")
KINDS: Mapping[str, EventKind] = {
    "delivered": EventKind.DELIVERED,
    "read": EventKind.DELIVERED,
    "undelivered": EventKind.FAILED,
    "failed": EventKind.FAILED,
    "canceled": EventKind.DROPPED,
}
# Every other status, also one that Twilio adds tomorrow, says that the message is in their hands.
ON_ITS_WAY = EventKind.ACCEPTED
# Numbers that no SMS will ever reach, by Twilio's error dictionary.
DEAD_NUMBERS = frozenset({"21211", "21214", "21217", "21401", "21614", "30006"})


def verify(
    auth_token: str, url: str, headers: Mapping[str, str], body: bytes, form: Form | None
) -> bool:
    """Whether Twilio signed this request to `url`, the public address with its query.

    `form` holds the fields of a form body, in any order; None says that `body` is something else,
    whose hash must then stand in the address. Never raises.
    """
    given = {name.lower(): value for name, value in headers.items()}
    algorithm = _ALGORITHMS.get(_algorithm(given.get(SETTINGS, "")))
    signature = given.get(SIGNATURE, "").encode(errors="replace")
    if algorithm is None or not signature or not _is_the_body(url, body, form):
        return False
    fields = "".join(name + value for name, value in sorted(set(form or ())))
    found = False
    for spelling in _spellings(url):
        signed = (spelling + fields).encode(errors="replace")
        mac = b64encode(hmac.digest(auth_token.encode(), signed, algorithm))
        found |= hmac.compare_digest(mac, signature)
    return found


def read_status(form: Mapping[str, str], touch_id: int | None, at: datetime) -> MessageEvent:
    """What became of one message; `at` is when we heard, as Twilio sends no usable time."""
    status, code = _status(form), form.get("ErrorCode") or None
    return MessageEvent(
        source=SOURCE,
        key=status_key(form),
        kind=kind_of(status, code),
        at=at,
        touch_id=touch_id,
        provider_id=_sid(form),
        address=_number(form.get("To")),
        code=code,
        detail=status,
    )


def kind_of(status: str, code: str | None) -> EventKind:
    """What a status of Twilio's means, and its error code where it has one."""
    kind = KINDS.get(status, ON_ITS_WAY)
    dead = kind is EventKind.FAILED and code in DEAD_NUMBERS
    return EventKind.BOUNCED if dead else kind


def read_inbound(form: Mapping[str, str], at: datetime) -> InboundSms | None:
    """One text message to us; None for another channel's (`whatsapp:+…`), where we send nothing.

    ValueError when nobody sent it.
    """
    if not form.get("From"):
        raise ValueError("a message without From")
    if ":" in form["From"]:
        return None
    return InboundSms(
        source=SOURCE,
        key=inbound_key(form),
        at=at,
        sender=form["From"],
        to=form.get("To", ""),
        body=form.get("Body", ""),
        opt_out_type=form.get("OptOutType", "").strip().upper() or None,
        provider_id=_sid(form),
    )


def _number(to: str | None) -> str | None:
    """The number of an SMS; what another channel calls people is no number."""
    return to if to and ":" not in to else None


def status_key(form: Mapping[str, str]) -> str:
    """The name of one status of one message, the same for every repetition."""
    return _key(_sid(form), _status(form), form.get("ErrorCode"), form)


def inbound_key(form: Mapping[str, str]) -> str:
    """The name of one message to us, the same for every repetition."""
    return _key(_sid(form), "inbound", None, form)


def _key(sid: str | None, status: str, code: str | None, form: Mapping[str, str]) -> str:
    """Without a message id the whole form names itself."""
    said = json.dumps([sid, status, code] if sid else sorted(form.items()))
    return hashlib.sha256(said.encode()).hexdigest()


def _sid(form: Mapping[str, str]) -> str | None:
    return form.get("MessageSid") or form.get("SmsSid") or None


def _status(form: Mapping[str, str]) -> str:
    return (form.get("MessageStatus") or form.get("SmsStatus") or "").lower()


def _algorithm(settings: str) -> str:
    """`key=…,algorithm=HMAC_SHA256`; without one it is the old signature."""
    pairs = (part.partition("=") for part in settings.split(","))
    named = [value.strip() for name, _, value in pairs if name.strip() == "algorithm"]
    return named[0].upper() if named else "HMAC_SHA1"


def _is_the_body(url: str, body: bytes, form: Form | None) -> bool:
    if form is not None:
        return True
    hashes = parse_qs(urlsplit(url).query).get("bodySHA256", [""])
    mine = hashlib.sha256(body).hexdigest().encode()
    return hmac.compare_digest(mine, hashes[0].lower().encode(errors="replace"))


def _spellings(url: str) -> tuple[str, ...]:
    """With and without the port: Twilio signs now one, now the other."""
    parts = urlsplit(url)
    bare = _PORT.sub("", parts.netloc)
    port = _PORTS.get(parts.scheme, "80")
    hosts = {parts.netloc, bare, f"{bare}:{port}" if bare == parts.netloc else parts.netloc}
    return tuple(urlunsplit(parts._replace(netloc=host, fragment="")) for host in sorted(hosts))
