"""SendGrid and Twilio on loopback: they judge requests, remember what they took, fail on order.

Neither knows an idempotency key, as in life: whoever sends twice is counted twice. As a program
(`python -m tests.support.providers --port 0`) it serves benchmarks and chaos runs from a process of
its own, which `tests.support.control` steers from outside.
"""

import asyncio
import ssl
import sys
import threading
from argparse import ArgumentParser
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.archive import SendGridArchive, TwilioArchive
from tests.support.control import Control
from tests.support.desks import ACCOUNT_SID as ACCOUNT_SID
from tests.support.desks import API_KEY as API_KEY
from tests.support.desks import AUTH_TOKEN as AUTH_TOKEN
from tests.support.desks import SERVICE_SID as SERVICE_SID
from tests.support.desks import SendGridDesk, TwilioDesk
from tests.support.faults import Fault, Refuse, Weather, early, late
from tests.support.http_line import Line, Reply
from tests.support.taken import Fate, Sight, Taken

# What a request is for; faults are ordered for one of these, or for "send" or "look" at large.
DESKS = {
    "send-email": SendGridDesk,
    "look-email": SendGridArchive,
    "send-sms": TwilioDesk,
    "look-sms": TwilioArchive,
}


@dataclass
class Providers:
    """Both providers at one base URL, in a thread of this process."""

    checking: bool = True
    latency: float = 0.0
    slow_seconds: float = 0.2
    activity: bool = True  # whether the account has Email Activity, and may read it
    logs: bool = True  # whether the key may read Email Logs
    keeps_text: bool = True  # Twilio may be told not to
    at: datetime | None = None  # what the providers' clock says, when it is not the real one
    scripts: dict[str, deque[Fault | Refuse]] = field(default_factory=lambda: defaultdict(deque))
    skies: dict[str, Weather] = field(default_factory=dict)
    fates: Mapping[str, Fate] = field(default_factory=dict)  # by address
    taken: list[Taken] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)  # why requests were found wrong
    sight: Sight = field(init=False)
    met: Counter[str] = field(default_factory=Counter)  # faults, by name
    requests: int = 0
    connections: int = 0
    closed: int = 0
    hung_up: threading.Condition = field(default_factory=threading.Condition)
    asked: threading.Condition = field(default_factory=threading.Condition)
    port: int = 0

    def __post_init__(self) -> None:
        self.sight = Sight(self.seconds)

    def seconds(self) -> float:
        """The providers' watch: it goes with their clock, where that was set."""
        return self.at.timestamp() if self.at else monotonic()

    @property
    def url(self) -> str:
        """Base URL for both."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def per_touch(self) -> Counter[str]:
        """How many messages each touch has become."""
        return Counter(taken.touch for taken in self.taken)

    def fail(self, *faults: Fault | Refuse, of: str = "send") -> None:
        """Let the next requests `of` this kind, one each, go wrong like this."""
        self.scripts[of].extend(faults)

    def weather(self, shares: Mapping[Fault, float], seed: int, of: str = "send") -> None:
        """From now on let such shares of the requests `of` this kind go wrong."""
        self.skies[of] = Weather(shares, seed)

    def settle(self, otherwise: Fate | None = Fate.DELIVERED) -> None:
        """Decide what became of each message: by its address, or `otherwise`."""
        for taken in self.taken:
            taken.fate = taken.fate or self.fates.get(taken.to, otherwise)

    def keep(self, provider: str, name: str, touch: str, to: str, body: dict[str, Any]) -> None:
        """Accept a message."""
        at = self.at or datetime.now(UTC)
        self.taken.append(Taken(provider, name, touch, to, body, at, settled=self.seconds()))

    def wait_until_closed(self, connections: int) -> None:
        """Return when so many connections are closed, five seconds at most."""
        with self.hung_up:
            assert self.hung_up.wait_for(lambda: self.closed >= connections, timeout=60)

    def wait_until_asked(self) -> None:
        """Return when somebody has asked for something, a minute at most."""
        with self.asked:
            assert self.asked.wait_for(lambda: self.requests, timeout=60)

    def say_closed(self) -> None:
        """Wake those who wait for a closed connection."""
        with self.hung_up:
            self.closed += 1
            self.hung_up.notify_all()

    def start(self, port: int = 0, tls: ssl.SSLContext | None = None) -> "Providers":
        """Listen, on a free port unless one is given."""
        self._tls = tls
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(port, ready), daemon=True)
        self._thread.start()
        if not ready.wait(10):
            raise RuntimeError("the fake providers didn't start")
        return self

    def stop(self) -> None:
        """Hang up and stop."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def _serve(self, port: int, ready: threading.Event) -> None:
        tls = self._tls

        async def serve() -> None:
            self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
            self.open: set[asyncio.Transport] = set()
            server = await self._loop.create_server(lambda: Line(self), "127.0.0.1", port, ssl=tls)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await self._stopping.wait()
            for _ in range(5):  # a connection that is just being accepted would be left open
                await asyncio.sleep(0)
            server.close()
            for transport in list(self.open):
                transport.abort()

        asyncio.run(serve())

    def judge(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        """Decide what happens with one request."""
        if target.startswith("/control/"):
            return Control(self).take(method, target, body)
        with self.asked:
            self.requests += 1
            self.asked.notify_all()
        kind = _kind(method, target)
        fault = self._next_fault(kind)
        if isinstance(fault, Fault) and fault is not Fault.NONE:
            self.met[fault.name] += 1
        reply = early(fault)
        if reply is None:
            reply = DESKS[kind](self).take(method, target, headers, body)
        return late(fault, reply, self.slow_seconds)

    def _next_fault(self, kind: str) -> Fault | Refuse:
        """What was ordered for requests of `kind`, or else what the weather brings."""
        names = (kind, kind.partition("-")[0])
        for name in names:
            if self.scripts[name]:
                return self.scripts[name].popleft()
        faults = [self.skies[name].next() for name in names if name in self.skies]
        return next((fault for fault in faults if fault is not Fault.NONE), Fault.NONE)


def _kind(method: str, target: str) -> str:
    path = urlsplit(target).path
    if path.startswith("/v3/"):
        return "look-email" if path.startswith(("/v3/messages", "/v3/logs")) else "send-email"
    return "look-sms" if method == "GET" else "send-sms"


@pytest.fixture
def providers() -> Iterator[Providers]:
    """Both fake providers, for one test."""
    fake = Providers().start()
    yield fake
    fake.stop()


def main() -> None:
    """Serve until killed; the first line of output is the base URL."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--checking", action="store_true", help="judge and keep every message")
    parser.add_argument("--until-eof", action="store_true", help="end with standard input")
    options = parser.parse_args()
    fake = Providers(checking=options.checking, latency=options.latency).start(options.port)
    print(fake.url, flush=True)
    if options.until_eof:  # whoever started us is gone, however they went
        sys.stdin.read()
    else:
        fake._thread.join()


if __name__ == "__main__":
    main()
