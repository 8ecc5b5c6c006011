"""SendGrid and Twilio on loopback: they judge requests, remember what they took, fail on order.

Neither knows an idempotency key, as in life: whoever sends twice is counted twice. As a program
(`python -m tests.support.providers --port 0`) it serves benchmarks from a process of its own.
"""

import asyncio
import json
import ssl
import threading
from argparse import ArgumentParser
from base64 import b64decode
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from tests.support.http_line import Line, Reply
from tests.support.specs import form_faults, mail_faults

API_KEY = "SG.loopback-key-7c1f"
ACCOUNT_SID = "AC" + "1" * 32
AUTH_TOKEN = "loopback-token-93ab"
SERVICE_SID = "MG" + "2" * 32
RESET_SECONDS = 30


class Fault(Enum):
    """What goes wrong with one request."""

    NONE = auto()
    BUSY = auto()  # 429, not accepted
    ERROR_BEFORE = auto()  # 500, not accepted
    ERROR_AFTER = auto()  # 500, and accepted all the same
    DROP_BEFORE = auto()  # hangs up without a word
    DROP_AFTER = auto()  # accepts and hangs up without a word
    HANG = auto()  # never answers
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


@dataclass(frozen=True)
class Taken:
    """One accepted message."""

    provider: str
    provider_id: str
    touch: str
    to: str
    body: dict[str, object]


@dataclass
class Providers:
    """Both providers at one base URL, in a thread of this process."""

    checking: bool = True
    latency: float = 0.0
    slow_seconds: float = 0.2
    script: deque[Fault | Refuse] = field(default_factory=deque)  # one entry a request, in order
    taken: list[Taken] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)  # why requests were found wrong
    requests: int = 0
    connections: int = 0
    closed: int = 0
    hung_up: threading.Condition = field(default_factory=threading.Condition)
    port: int = 0

    @property
    def url(self) -> str:
        """Base URL for both."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def per_touch(self) -> Counter[str]:
        """How many messages each touch has become."""
        return Counter(taken.touch for taken in self.taken)

    def fail(self, *faults: Fault | Refuse) -> None:
        """Let the next requests, one each, go wrong like this."""
        self.script.extend(faults)

    def wait_until_closed(self, connections: int) -> None:
        """Return when so many connections are closed, five seconds at most."""
        with self.hung_up:
            assert self.hung_up.wait_for(lambda: self.closed >= connections, timeout=5)

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
        self.requests += 1
        path = urlsplit(target).path
        service = SendGridDesk if path.startswith("/v3/") else TwilioDesk
        fault = self.script.popleft() if self.script else Fault.NONE
        if isinstance(fault, Refuse):
            return Reply(fault.status, _bytes(fault.body), fault.headers)
        early = _early(fault)
        if early:
            return early
        reply = service(self).take(method, path, headers, body)
        return _late(fault, reply, self.slow_seconds)


def _early(fault: Fault) -> Reply | None:
    match fault:
        case Fault.BUSY:
            reset = {"Date": "Sun, 22 Nov 2026 09:00:00 GMT"}
            reset["X-RateLimit-Reset"] = str(1795338000 + RESET_SECONDS)
            errors = [{"field": None, "message": "too many requests"}]
            body = {"code": 20429, "status": 429, "message": "Too many requests", "errors": errors}
            return Reply(429, _bytes(body), reset)
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


def _late(fault: Fault, reply: Reply, slow_seconds: float) -> Reply:
    match fault:
        case Fault.ERROR_AFTER:
            return Reply(500, b'{"code":20500,"status":500,"message":"internal"}')
        case Fault.DROP_AFTER:
            return Reply(0)
        case Fault.SLOW:
            return Reply(reply.status, reply.body, reply.headers, delay=slow_seconds)
        case Fault.HANG_UP_LATER:
            return Reply(reply.status, reply.body, reply.headers, then_close=True)
        case _:
            return reply


def _bytes(body: object) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


class SendGridDesk:
    """POST /v3/mail/send."""

    def __init__(self, providers: Providers) -> None:
        self.providers = providers

    def take(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        if (method, path) != ("POST", "/v3/mail/send"):
            return self.refuse(404, f"{method} {path} not found")
        if headers.get("authorization") != f"Bearer {API_KEY}":
            # Echoes the key, as careless gateways do: nothing of it may reach a log.
            return self.refuse(401, f"authorization grant {headers.get('authorization')} is wrong")
        if not self.providers.checking:
            return Reply(202, headers={"X-Message-Id": f"fake{self.providers.requests}"})
        mail = json.loads(body)
        faults = mail_faults(mail) + _mail_sense(mail)
        if faults:
            return self.refuse(400, "; ".join(faults))
        person = mail["personalizations"][0]
        number = f"fake-{len(self.providers.taken) + 1}"
        self.providers.taken.append(
            Taken(
                "sendgrid",
                number,
                person["custom_args"]["rc_touch"],
                person["to"][0]["email"],
                mail,
            )
        )
        return Reply(202, headers={"X-Message-Id": number})

    def refuse(self, status: int, words: str) -> Reply:
        self.providers.complaints.append(words)
        return Reply(status, _bytes({"errors": [{"field": None, "message": words, "help": None}]}))


def _mail_sense(mail: dict[str, object]) -> list[str]:
    """Return what SendGrid refuses beyond the schema."""
    person = mail["personalizations"][0]  # type: ignore[index]
    one_click = person["headers"].get("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    custom = sum(len(k) + len(v) for k, v in person["custom_args"].items())
    own = {"to", "from", "subject", "reply-to", "cc", "bcc", "received", "content-type"}
    return [
        words
        for words, wrong in {
            "custom_args take 10,000 bytes": custom >= 10_000,
            "List-Unsubscribe-Post has one value": one_click != "List-Unsubscribe=One-Click",
            "headers of SendGrid's own": any(name.lower() in own for name in person["headers"]),
        }.items()
        if wrong
    ]


class TwilioDesk:
    """POST /2010-04-01/Accounts/{sid}/Messages.json."""

    def __init__(self, providers: Providers) -> None:
        self.providers = providers

    def take(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        if path != f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json":
            return self.refuse(404, 20404, f"The requested resource {path} was not found")
        login = b64decode(headers.get("authorization", "").removeprefix("Basic ")).decode()
        if login != f"{ACCOUNT_SID}:{AUTH_TOKEN}":
            return self.refuse(401, 20003, f"Authenticate: {login}")
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        faults = form_faults(form) if self.providers.checking else []
        if faults:
            return self.refuse(400, 21211 if "To" in faults[0] else 20001, "; ".join(faults))
        sid = f"SM{self.providers.requests:032x}"
        touch = parse_qs(urlsplit(form.get("StatusCallback", "")).query).get("touch", [""])[0]
        self.providers.taken.append(Taken("twilio", sid, touch, form["To"], dict(form)))
        answer = {"sid": sid, "status": "accepted", "num_segments": "0", "error_code": None}
        return Reply(201, _bytes({**answer, "to": form["To"], "body": form["Body"]}))

    def refuse(self, status: int, code: int, words: str) -> Reply:
        self.providers.complaints.append(words)
        more = f"https://www.twilio.com/docs/errors/{code}"
        body = {"code": code, "message": words, "more_info": more, "status": status}
        return Reply(status, _bytes(body))


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
    parser.add_argument("--checking", action="store_true", help="judge requests by the schemas")
    options = parser.parse_args()
    fake = Providers(checking=options.checking, latency=options.latency).start(options.port)
    print(fake.url, flush=True)
    fake._thread.join()


if __name__ == "__main__":
    main()
