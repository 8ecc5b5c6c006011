"""The outermost wall: every answer gets its headers, a log line and a count; no trace gets out.

Addresses with tokens are never logged: a request is known by the pattern of its route.
"""

import logging
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recovery import telemetry
from recovery.clock import Stopwatch
from recovery.errors import RecoveryError
from recovery.settings import Settings
from recovery.web.counters import COUNTERS

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_RAW = {name.lower().encode(): value.encode() for name, value in HEADERS.items()}


class Gate:
    """Stands around the application. Our own failure is a plain 500: senders try again."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._log = settings.var_dir / "recovery.log"
        self._secrets = settings.secrets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the start and stop of the server."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        watch, answered = Stopwatch(), _Answer(send)
        try:
            await self._app(scope, receive, answered)
        except ClientDisconnect:
            answered.status = 499
        except Exception as error:
            self._tell(scope, error)
            await answered.fail()
        route, status = _route(scope), str(answered.status)
        COUNTERS.count("requests_total", route=route, status=status)
        told = {"method": scope["method"], "route": route, "status": status}
        telemetry.event("web", "request", **told, ms=round(watch.seconds() * 1000))

    def _tell(self, scope: Scope, error: Exception) -> None:
        """Where an operator looks: what we know of goes to the log, a bug to its file."""
        known = isinstance(error, RecoveryError)
        why = str(error) if known else type(error).__name__
        telemetry.event("web", "failed", level=logging.ERROR, route=_route(scope), error=why)
        if not known:
            telemetry.keep_traceback(error, self._log, self._secrets)


class _Answer:
    """Passes an answer on, with our headers where it has none of its own."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = dict(message["headers"])
            message["headers"] = [*(_RAW | own).items()]
        await self._send(message)

    async def fail(self) -> None:
        if not self.status:
            headers: list[Any] = [(b"content-type", b"text/plain; charset=utf-8")]
            await self({"type": "http.response.start", "status": 500, "headers": headers})
            await self({"type": "http.response.body", "body": b"Internal Server Error"})


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", "-")
