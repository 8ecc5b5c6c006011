"""The providers' webhooks, made from what they took: signed, repeated, disordered, delayed.

Signed by hand, with keys of the tests' own, so that nothing of ours vouches for itself.
"""

import hmac
import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from itertools import count
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, derive_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.desks import ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID
from tests.support.taken import SMS_LIFE, Happening, Taken, email_event, email_events

_KEY = derive_private_key(0x5EED_0F_7E575, SECP256R1())
_SPKI = _KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
PUBLIC_KEY = b64encode(_SPKI).decode()  # what RECOVERY_SENDGRID_WEBHOOK_PUBLIC_KEY takes
SENDGRID_PATH = "/hooks/sendgrid"
INBOUND_PATH = "/hooks/twilio/inbound"
SENDER = "+15005550006"
APPLE = "Mozilla/5.0"  # how Apple's mail proxy calls itself
_event_ids = count(1)


@dataclass(frozen=True)
class Hook:
    """One request to us. `events` lets SendGrid repeat it in its own way."""

    path: str  # with its query, below the public URL
    headers: Mapping[str, str]
    body: bytes
    events: tuple[dict[str, Any], ...] = ()

    def again(self) -> "Hook":
        """The same news once more: SendGrid gives each repetition new event ids."""
        return sendgrid(self.events) if self.events else self

    def forged(self) -> "Hook":
        """The same request with one byte of its body changed after the signing."""
        return replace(self, body=self.body.replace(b"e", b"a", 1))


def sendgrid(events: Iterable[Mapping[str, Any]]) -> Hook:
    """One batch of events, as SendGrid signs it: over the time and the bytes that it sends."""
    told = tuple({k: v for k, v in one.items() if k != "sg_event_id"} for one in events)
    named = [{**one, "sg_event_id": f"event-{next(_event_ids)}"} for one in told]
    body = json.dumps(named).encode() + b"\r\n"
    stamp = str(max((int(one["timestamp"]) for one in told), default=0) + 1)
    signature = _KEY.sign(stamp.encode() + body, ECDSA(SHA256()))
    headers = {
        "Content-Type": "application/json",
        "X-Twilio-Email-Event-Webhook-Signature": b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
    }
    return Hook(SENDGRID_PATH, headers, body, told)


def email_hooks(taken: Iterable[Taken], batch: int = 50) -> list[Hook]:
    """Everything SendGrid tells of its messages among `taken`, in order, in batches."""
    mails = [one for one in taken if one.provider == "sendgrid"]
    events = [event for one in mails for event in email_events(one)]
    return [sendgrid(events[start : start + batch]) for start in range(0, len(events), batch)]


def machine_open(taken: Taken, after: timedelta = timedelta(seconds=9)) -> dict[str, Any]:
    """Apple's mail proxy fetches the pictures; no person has seen the mail."""
    more = {"sg_machine_open": True, "useragent": APPLE, "sg_content_type": "html"}
    return email_event(taken, Happening("open", after, more))


def click(
    taken: Taken, url: str, agent: str = APPLE, after: timedelta = timedelta(minutes=9)
) -> dict[str, Any]:
    """Somebody, or something, followed a link."""
    return email_event(taken, Happening("click", after, {"url": url, "useragent": agent}))


def twilio(url: str, form: Mapping[str, str], algorithm: str = "sha1") -> Hook:
    """One form, as Twilio signs it: over `url`, the public address, and the sorted fields."""
    parts = urlsplit(url)
    signed = url + "".join(name + form[name] for name in sorted(form))
    signature = b64encode(hmac.digest(AUTH_TOKEN.encode(), signed.encode(), algorithm)).decode()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": signature,
    }
    if algorithm != "sha1":
        setting = f"key=webhooks_sharedkey_1,algorithm=HMAC_{algorithm.upper()}"
        headers["X-Twilio-Webhooks-Signature-Settings"] = setting
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return Hook(path, headers, urlencode(form).encode())


def sms_hooks(taken: Iterable[Taken], algorithm: str = "sha1") -> list[Hook]:
    """Every status callback of Twilio's messages among `taken`, in order, one a request."""
    return [
        twilio(one.body["StatusCallback"], form, algorithm)
        for one in taken
        if one.provider == "twilio" and "StatusCallback" in one.body
        for form in _statuses(one)
    ]


def _statuses(one: Taken) -> Iterable[dict[str, str]]:
    states, code = SMS_LIFE[one.fate]
    for state in states:
        failed = code is not None and state == states[-1]
        yield {
            "AccountSid": ACCOUNT_SID,
            "ApiVersion": "2010-04-01",
            "From": SENDER,
            "To": one.to,
            "MessageSid": one.provider_id,
            "SmsSid": one.provider_id,
            "MessageStatus": state,
            "SmsStatus": state,
            "MessagingServiceSid": SERVICE_SID,
            **({"ErrorCode": str(code)} if failed else {}),
        }


def inbound(
    public_url: str, sender: str, text: str, number: int = 1, opt_out_type: str | None = None
) -> Hook:
    """Somebody answers; with Advanced Opt-Out Twilio says what the answer means."""
    sid = f"SM{number:032x}"
    form = {
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "Body": text,
        "From": sender,
        "To": SENDER,
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsStatus": "received",
        "NumMedia": "0",
        "NumSegments": "1",
        **({"OptOutType": opt_out_type} if opt_out_type else {}),
    }
    return twilio(public_url.rstrip("/") + INBOUND_PATH, form)


def disordered(taken: Sequence[Taken], seed: int, copies: float = 0.3) -> list[Hook]:
    """All news of `taken` in any order, in batches of any size, a share of it told again."""
    dice = Random(seed)  # noqa: S311
    events = [e for one in taken if one.provider == "sendgrid" for e in email_events(one)]
    events += [event for event in events if dice.random() < copies]
    dice.shuffle(events)
    hooks: list[Hook] = []
    while events:
        size = dice.randint(1, 20)
        hooks.append(sendgrid(events[:size]))
        events = events[size:]
    hooks += sms_hooks(taken)
    hooks += [hook.again() for hook in hooks if dice.random() < copies]
    dice.shuffle(hooks)
    return hooks


def post(base_url: str, hook: Hook, seconds: float = 15) -> int:
    """Send one request; its status, 0 when no answer came, or -1 when nobody was there."""
    base = urlsplit(base_url)
    line = HTTPConnection(base.netloc, timeout=seconds)
    try:
        line.request("POST", base.path.rstrip("/") + hook.path, hook.body, dict(hook.headers))
        return line.getresponse().status
    except ConnectionRefusedError:
        return -1
    except (OSError, HTTPException):
        return 0
    finally:
        line.close()


class Postman:
    """Brings news as providers do: what was not answered 2xx comes again, and some comes late."""

    def __init__(self, base_url: str, seed: int, late: float = 0.0) -> None:
        self.base_url = base_url
        self.waiting: list[Hook] = []
        self.answered = 0
        self._dice = Random(seed)  # noqa: S311
        self._late = late

    def queue(self, hooks: Iterable[Hook]) -> None:
        """Take more news along."""
        self.waiting.extend(hooks)

    def round(self) -> int:
        """Post once what is waiting, but for what is late; how much is still waiting."""
        going, self.waiting = self.waiting, []
        for hook in going:
            if self._dice.random() < self._late:
                self.waiting.append(hook)
            elif 200 <= post(self.base_url, hook) < 300:
                self.answered += 1
            else:
                self.waiting.append(hook.again())
        return len(self.waiting)

    def finish(self, rounds: int = 10) -> int:
        """Bring the rest, late or not, in so many rounds; how much nobody took."""
        self._late = 0.0
        for _ in range(rounds):
            if not self.round():
                break
        return len(self.waiting)
