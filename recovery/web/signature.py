"""Who may bring orders: `X-Recovery-Signature: t=<unix>,v1=<hex HMAC-SHA256 of "t.body">`. Pure."""

import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

HEADER = "X-Recovery-Signature"
TOLERANCE = 300  # seconds, both ways: clocks differ
_STAMP = re.compile(r"[0-9]{1,12}").fullmatch


class Fault(StrEnum):
    """What is wrong with a signature: for our log and counter, never for the caller."""

    MISSING = "missing"
    TOO_OLD = "too_old"  # or from the future: one of the clocks is wrong
    MISMATCH = "mismatch"  # another secret, or the body was changed on its way


def fault(secrets: Sequence[str], header: str, body: bytes, now: datetime) -> Fault | None:
    """None when one `v1` of `header` was made with one of `secrets` over its time and `body`.

    Several `v1` may stand there, so that a shop can change its secret without a gap.
    """
    pairs = [part.strip().partition("=") for part in header.split(",")]
    stamps = [value for name, _, value in pairs if name == "t"]
    given = [value.encode(errors="replace") for name, _, value in pairs if name == "v1"]
    if len(stamps) != 1 or not _STAMP(stamps[0]) or not given:
        return Fault.MISSING
    if abs(now.timestamp() - int(stamps[0])) > TOLERANCE:
        return Fault.TOO_OLD
    signed = stamps[0].encode() + b"." + body
    for secret in secrets:
        mine = hmac.digest(secret.encode(), signed, "sha256").hex().encode()
        if any(hmac.compare_digest(mine, one.lower()) for one in given):
            return None
    return Fault.MISMATCH
