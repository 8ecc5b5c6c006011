"""What may go wrong with one request at a provider, and what it looks like on the wire."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random

from tests.support.http_line import Reply

RESET_SECONDS = 30


class Fault(Enum):
    """What goes wrong with one request."""

    NONE = auto()
    BUSY = auto()  # 429, not accepted
    THROTTLED = auto()  # 429, and says in seconds for how long
    ERROR_BEFORE = auto()  # 500, not accepted
    ERROR_AFTER = auto()  # 500, and accepted all the same
    DROP_BEFORE = auto()  # hangs up without a word
    DROP_AFTER = auto()  # accepts and hangs up without a word
    HANG = auto()  # never answers
    HANG_AFTER = auto()  # accepts and never answers
    SLOW = auto()  # answers after `slow_seconds`
    BAD_GATEWAY = auto()  # a proxy's HTML page
    REDIRECT = auto()
    HANG_UP_LATER = auto()  # accepts, answers, and closes the connection afterwards


@dataclass(frozen=True)
class Refuse:
    """Answer with this instead."""

    status: int
    body: object
    headers: dict[str, str] = field(default_factory=dict)


class Weather:
    """Faults by chance, the same ones for the same seed and order of requests."""

    def __init__(self, shares: Mapping[Fault, float], seed: int) -> None:
        self._shares = shares
        self._dice = Random(seed)  # noqa: S311

    def next(self) -> Fault:
        """What happens to the next request."""
        thrown = self._dice.random()
        for fault, share in self._shares.items():
            if thrown < share:
                return fault
            thrown -= share
        return Fault.NONE


def early(fault: Fault | Refuse) -> Reply | None:
    """The answer of a fault that comes before anything is accepted."""
    if isinstance(fault, Refuse):
        return Reply(fault.status, as_bytes(fault.body), fault.headers)
    match fault:
        case Fault.BUSY:
            reset = {"Date": "Sun, 22 Nov 2026 09:00:00 GMT"}
            reset["X-RateLimit-Reset"] = str(1795338000 + RESET_SECONDS)
            errors = [{"field": None, "message": "too many requests"}]
            body = {"code": 20429, "status": 429, "message": "Too many requests", "errors": errors}
            return Reply(429, as_bytes(body), reset)
        case Fault.THROTTLED:
            body = {"code": 20429, "status": 429, "message": "Too many requests"}
            return Reply(429, as_bytes(body), {"Retry-After": str(RESET_SECONDS)})
        case Fault.ERROR_BEFORE:
            return Reply(500, b'{"errors":[{"field":null,"message":"internal"}]}')
        case Fault.DROP_BEFORE:
            return Reply(0)
        case Fault.HANG:
            return Reply(-1)
        case Fault.BAD_GATEWAY:
            return Reply(502, b"<html><h1>Bad gateway</h1></html>", {"Content-Type": "text/html"})
        case Fault.REDIRECT:
            return Reply(302, headers={"Location": "/v3/elsewhere"})
        case _:
            return None


def late(fault: Fault | Refuse, reply: Reply, slow_seconds: float) -> Reply:
    """What a fault makes of the answer to an accepted request."""
    match fault:
        case Fault.ERROR_AFTER:
            return Reply(500, b'{"code":20500,"status":500,"message":"internal"}')
        case Fault.DROP_AFTER:
            return Reply(0)
        case Fault.HANG_AFTER:
            return Reply(-1)
        case Fault.SLOW:
            return Reply(reply.status, reply.body, reply.headers, delay=slow_seconds)
        case Fault.HANG_UP_LATER:
            return Reply(reply.status, reply.body, reply.headers, then_close=True)
        case _:
            return reply


def as_bytes(body: object) -> bytes:
    """A body as it goes over the wire; what is no bytes becomes JSON."""
    return body if isinstance(body, bytes) else json.dumps(body).encode()
