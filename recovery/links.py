"""Signed links: short tokens, bound to one purpose and one order, that expire and log no one in.

Forty characters of base64url: 15 bytes of body (expiry in minutes, touch, order, channel) and the
first 15 bytes of their HMAC-SHA256 under a key of the purpose. 120 bits of tag can't be guessed
(RFC 2104, section 5, allows half of the hash), and an SMS pays for every character.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from recovery.errors import RecoveryError

_TAG = 15
_SPELLING = re.compile(r"[A-Za-z0-9_-]{40}")
_CHANNELS = ("", "email", "sms")


class Purpose(StrEnum):
    """What a link is good for; a token for one purpose is a forgery for the other."""

    PAY = "pay"
    UNSUBSCRIBE = "unsubscribe"


class LinkFault(StrEnum):
    """Why a token is not accepted."""

    EXPIRED = "expired"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class Link:
    """What a token says: row ids, and for unsubscribing the channel (`email` or `sms`)."""

    touch_id: int
    order_id: int
    expires_at: datetime
    channel: str | None = None


class LinkError(RecoveryError):
    """Raised when a token is not accepted. An expired one was ours: `link` still says whose."""

    def __init__(self, reason: LinkFault, link: Link | None = None) -> None:
        super().__init__(f"the link is {reason}")
        self.reason = reason
        self.link = link


class Links:
    """Makes and reads links below `public_url`, signed with `secret`."""

    def __init__(self, secret: str, public_url: str) -> None:
        if not secret.strip():
            raise ValueError("an empty secret signs nothing")
        self._base = public_url.rstrip("/")
        # Names this installation to providers: says nothing about the secret, and is no secret.
        self.site = hmac.digest(secret.encode(), b"recovery-site", "sha256")[:6].hex()
        self._keys = {
            purpose: hmac.digest(secret.encode(), f"recovery-link:{purpose}".encode(), "sha256")
            for purpose in Purpose
        }

    def pay(self, touch_id: int, order_id: int, expires_at: datetime) -> str:
        """Where the customer pays this order: records the click, then shows the way."""
        return self._url(Purpose.PAY, Link(touch_id, order_id, expires_at))

    def unsubscribe(self, touch_id: int, order_id: int, channel: str, expires_at: datetime) -> str:
        """Where the receiver of this touch stops messages on `channel` (`email` or `sms`)."""
        return self._url(Purpose.UNSUBSCRIBE, Link(touch_id, order_id, expires_at, channel))

    def read(self, token: str, purpose: str, now: datetime) -> Link:
        """What `token` says; LinkError when it is not one of ours for `purpose`, or too old."""
        raw = _decoded(token)
        body, tag = raw[:-_TAG], raw[-_TAG:]
        if not hmac.compare_digest(tag, self._tag(Purpose(purpose), body)):
            raise LinkError(LinkFault.FORGED)
        link = _unpacked(body)
        if now >= link.expires_at:
            raise LinkError(LinkFault.EXPIRED, link)
        return link

    def touch_in(self, text: str) -> int | None:
        """The touch whose link stands in `text`, even an expired one; None without one."""
        for purpose, token in re.findall(r"/(pay|unsubscribe)/([A-Za-z0-9_-]{40})", text):
            raw = _decoded(token)
            if hmac.compare_digest(raw[-_TAG:], self._tag(Purpose(purpose), raw[:-_TAG])):
                return _unpacked(raw[:-_TAG]).touch_id
        return None

    def _url(self, purpose: Purpose, link: Link) -> str:
        body = _packed(link)
        token = urlsafe_b64encode(body + self._tag(purpose, body)).decode()
        return f"{self._base}/{purpose}/{token}"

    def _tag(self, purpose: Purpose, body: bytes) -> bytes:
        return hmac.digest(self._keys[purpose], body, "sha256")[:_TAG]


def _packed(link: Link) -> bytes:
    return (
        # Rounded up: a link never dies before the message says so.
        int(-(-link.expires_at.timestamp() // 60)).to_bytes(4)
        + link.touch_id.to_bytes(5)
        + link.order_id.to_bytes(5)
        + _CHANNELS.index(link.channel or "").to_bytes(1)
    )


def _unpacked(body: bytes) -> Link:
    return Link(
        touch_id=int.from_bytes(body[4:9]),
        order_id=int.from_bytes(body[9:14]),
        expires_at=datetime.fromtimestamp(int.from_bytes(body[:4]) * 60, UTC),
        channel=_CHANNELS[body[14]] or None,
    )


def _decoded(token: str) -> bytes:
    # One spelling only: the decoder would skip characters that it does not know.
    if not _SPELLING.fullmatch(token):
        raise LinkError(LinkFault.FORGED)
    return urlsafe_b64decode(token)
