"""Kept-alive HTTP connections to one provider; knows which failures left nothing behind.

Both HTTP senders put this under their provider's own package, whose transports open a connection a
call (sendgrid) or spend most of their time in requests (twilio).
"""

import json
import socket
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from io import BufferedReader, RawIOBase
from threading import Lock
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from urllib3.util import make_headers
from urllib3.util.wait import wait_for_read

from recovery.clock import Stopwatch
from recovery.connectors.base import is_loopback, last_look
from recovery.crash import crash_point
from recovery.errors import ConnectorError, SendFailure, UsageError
from recovery.i18n import say

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
LONGEST_WAIT = timedelta(hours=1)  # a provider's clock may be wrong; ours decides after that
LONGEST_BODY = 1 << 20
KEEP_ALIVE = {"TCP_KEEPIDLE": 20, "TCP_KEEPALIVE": 20, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: any status, redirects included (they are never followed)."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> object:
        """Return the body as JSON, or None when it is something else (a proxy's HTML page)."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Wire:
    """Connections to `base_url`, one a call in flight, kept for the next call. Thread-safe."""

    def __init__(self, base_url: str, *, read_seconds: float = READ_SECONDS) -> None:
        self.base = _checked(base_url)
        self.is_loopback = is_loopback(self.base.hostname)
        self._read_seconds = read_seconds
        self._idle: deque[HTTPConnection] = deque()
        self._tls: ssl.SSLContext | None = None
        self._making_tls = Lock()

    def request(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one request and read the whole answer.

        Raises ConnectorError: TEMPORARY when no byte of the request can have left (no connection),
        UNKNOWN when it may have arrived, also when not all of the answer comes in time. Nothing is
        ever sent twice.
        """
        connection = self._idle_connection() or self._connect()
        connection.response_class = self._in_time(Stopwatch())  # type: ignore[assignment]
        try:
            last_look()
            connection.sock.settimeout(self._read_seconds)
            connection.request(method, target, body, dict(headers))
            crash_point("C3")
            with connection.getresponse() as response:
                answer = Answer(response.status, response.headers, response.read(LONGEST_BODY))
                whole = response.isclosed()
        except (OSError, HTTPException) as error:
            connection.close()
            raise self._failure("no clear answer from", error, SendFailure.UNKNOWN) from error
        except ValueError:  # http.client shows the header it refuses, and that may be a key
            connection.close()
            text = f"a header to {self.base.hostname} can't be sent: is a line break in the key?"
            raise ConnectorError(text, failure=SendFailure.ACCOUNT) from None
        except BaseException:
            connection.close()
            raise
        self._give_back(connection, whole=whole)
        return answer

    def close(self) -> None:
        """Close what is idle."""
        while connection := self._take():
            connection.close()

    def _idle_connection(self) -> HTTPConnection | None:
        """Return a connection that is still open: the server may have hung up in the meantime."""
        while connection := self._take():
            if connection.sock is not None and not wait_for_read(connection.sock, timeout=0):
                return connection
            connection.close()
        return None

    def _take(self) -> HTTPConnection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _give_back(self, connection: HTTPConnection, *, whole: bool) -> None:
        if connection.sock is None or not whole:
            connection.close()
        else:
            self._idle.append(connection)

    def _connect(self) -> HTTPConnection:
        connection = self._new_connection()
        try:
            connection.connect()
        except (OSError, HTTPException) as error:
            connection.close()
            raise self._failure("can't reach", error, SendFailure.TEMPORARY) from error
        _keep_alive(connection.sock)
        return connection

    def _in_time(self, since: Stopwatch) -> Callable[..., HTTPResponse]:
        """How to read an answer that has to be whole so many seconds after its request began."""

        def left() -> float:
            return self._read_seconds - since.seconds()

        def response(sock: socket.socket, *about: Any, **more: Any) -> HTTPResponse:
            found = HTTPResponse(sock, *about, **more)
            found.fp = BufferedReader(InTime(found.fp.detach(), sock, left))
            return found

        return response

    def _new_connection(self) -> HTTPConnection:
        proxy = self._proxy()
        host, port = self.base.hostname or "", self.base.port
        at, at_port = (proxy.hostname or "", proxy.port) if proxy else (host, port)
        connection = (
            HTTPSConnection(at, at_port, timeout=CONNECT_SECONDS, context=self._tls_context())
            if self.base.scheme == "https"
            else HTTPConnection(at, at_port, timeout=CONNECT_SECONDS)
        )
        if proxy:
            connection.set_tunnel(host, port, _proxy_login(proxy))
        return connection

    def _proxy(self) -> SplitResult | None:
        """Return the proxy that the environment asks for; never one for this machine."""
        address = getproxies().get(self.base.scheme)
        if self.is_loopback or not address or proxy_bypass(self.base.hostname or ""):
            return None
        try:
            proxy = urlsplit(address if "//" in address else f"//{address}")
            return proxy if proxy.port != 0 else None
        except ValueError:  # the address may hold a password: don't show it
            text = f"{self.base.scheme}_proxy holds no address that can be read"
            raise ConnectorError(text, failure=SendFailure.ACCOUNT) from None

    def _tls_context(self) -> ssl.SSLContext:
        """Make the context once: reading the machine's certificates costs 40 ms."""
        with self._making_tls:
            self._tls = self._tls or ssl.create_default_context()
            return self._tls

    def _failure(self, what: str, error: Exception, failure: SendFailure) -> ConnectorError:
        name = self.base.hostname
        return ConnectorError(f"{what} {name}: {type(error).__name__}: {error}", failure=failure)


class InTime(RawIOBase):
    """Reads from a socket until time is up: its own time-out begins anew with each byte."""

    def __init__(self, raw: RawIOBase, sock: socket.socket, left: Callable[[], float]) -> None:
        self._raw, self._sock, self._left = raw, sock, left

    def readable(self) -> bool:
        """It is for reading only."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """TimeoutError when no time is left."""
        left = self._left()
        if left <= 0:
            raise TimeoutError("the answer was not whole in time")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Let go of the socket, too."""
        self._raw.close()
        super().close()


def status_failure(status: int) -> SendFailure:
    """Return what a status other than success says about the message.

    Only statuses that a server gives before it acts count as "not accepted": the rest of 2xx, 303,
    408 and every 5xx may hide an accepted message.
    """
    if status == 429:
        return SendFailure.TEMPORARY
    if status in (401, 402, 403, 404, 405, 407) or (300 <= status < 400 and status != 303):
        return SendFailure.ACCOUNT
    if 400 <= status < 500 and status != 408:
        return SendFailure.PERMANENT
    return SendFailure.UNKNOWN


def retry_after(headers: Message, at: datetime) -> timedelta | None:
    """Return how long the provider asks us to wait: Retry-After, or else X-RateLimit-Reset.

    The reset is an instant on the provider's clock, so it is compared with the answer's own Date,
    and with `at` only where there is none.
    """
    seconds = _number(headers.get("Retry-After"))
    if seconds is None:
        reset = _number(headers.get("X-RateLimit-Reset"))
        seconds = None if reset is None else reset - _date(headers.get("Date"), at).timestamp()
    if seconds is None or seconds < 0:
        return None
    return min(timedelta(seconds=min(seconds, 1e6)), LONGEST_WAIT)


def without(secret: str, text: str) -> str:
    """Return `text`, 300 characters at most, with `secret` blotted out: answers may echo it."""
    return text.replace(secret, "***")[:300]


def _checked(base_url: str) -> SplitResult:
    try:
        base = urlsplit(base_url)
        known = base.scheme in ("http", "https") and base.hostname and base.port != 0
    except ValueError:  # a port that is no number
        known = False
    if not known:
        raise UsageError(
            say(
                "{base_url} is no base URL: write it like https://api.example.com",
                base_url=f"{base_url!r}",
            )
        )
    return base


def _proxy_login(proxy: SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    login = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return make_headers(proxy_basic_auth=login)


def _keep_alive(sock: socket.socket) -> None:
    """Let the kernel probe idle connections, so that one lost on the way is noticed before use."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEP_ALIVE.items():
        if hasattr(socket, name):  # Linux and macOS differ
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _number(text: str | None) -> float | None:
    return float(text) if text and text.strip().isdecimal() else None


def _date(text: str | None, at: datetime) -> datetime:
    try:
        return parsedate_to_datetime(text) if text else at
    except ValueError:
        return at
