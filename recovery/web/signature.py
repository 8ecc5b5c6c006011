"""Who may bring orders: `X-Recovery-Signature: t=<unix>,v1=<hex HMAC-SHA256 of "t.body">`. Pure."""

import hmac
import re
from datetime import datetime

HEADER = "X-Recovery-Signature"
TOLERANCE = 300  # seconds, both ways: clocks differ
_STAMP = re.compile(r"[0-9]{1,12}").fullmatch


def verify(secret: str, header: str, body: bytes, now: datetime) -> bool:
    """Whether one `v1` of `header` was made with `secret` over its time and `body`, just now.

    Several `v1` may stand there, so that a shop can change its secret without a gap.
    """
    pairs = [part.strip().partition("=") for part in header.split(",")]
    stamps = [value for name, _, value in pairs if name == "t"]
    if len(stamps) != 1 or not _STAMP(stamps[0]):
        return False
    if abs(now.timestamp() - int(stamps[0])) > TOLERANCE:
        return False
    signed = stamps[0].encode() + b"." + body
    mine = hmac.digest(secret.encode(), signed, "sha256").hex().encode()
    given = [value.encode(errors="replace") for name, _, value in pairs if name == "v1"]
    return any(hmac.compare_digest(mine, one.lower()) for one in given)
