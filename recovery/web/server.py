"""The server around the application: uvicorn, and patience that ends.

uvicorn waits for ever for a request's head; ours hangs up on whoever does not finish it in time.
"""

import os
import signal
import socket
from asyncio import TimerHandle, Transport
from collections.abc import Callable
from functools import partial
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.supervisors import Multiprocess

from recovery.clock import Clock
from recovery.errors import UsageError
from recovery.i18n import say
from recovery.settings import Settings
from recovery.web.app import create

CONNECTIONS = 1_000  # more are told 503 at once
KEEP_ALIVE_SECONDS = 15  # as long as a sender may pause between two requests
GRACE_SECONDS = 20  # what is being answered when we are told to stop is answered
BACKLOG = 512


class Patient(H11Protocol):
    """One connection, cut when the head of a request does not come in time."""

    _deadline: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # IDLE: a head has begun or is still to come; anything else: it is there.
        if self.conn.their_state is h11.IDLE:
            self._wait()
        else:
            self._done()

    def connection_lost(self, exc: Exception | None) -> None:
        self._done()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._deadline is None:
            seconds: float = getattr(self.config, "read_seconds", KEEP_ALIVE_SECONDS)
            self._deadline = self.loop.call_later(seconds, self.transport.close)

    def _done(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections from now on; UsageError: the address can't be had."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise UsageError(
            say(
                "can't listen on {host} port {port}: {strerror}; choose another one with --host "
                "and --port",
                host=host,
                port=port,
                strerror=error.strerror or error,
            )
        ) from error
    # Connections inherit it; without, an answer waits 40 ms for the other side's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def serve(settings: Settings, clock: Clock, listener: socket.socket, workers: int = 1) -> None:
    """Answer until SIGTERM or SIGINT; what is under way then is finished first."""
    config = configured(partial(_application, settings, clock), settings, workers=workers)
    # uvicorn stops gracefully and raises the signal again: to us SIGTERM is the usual end.
    signal.signal(signal.SIGTERM, lambda *_: None)
    if workers > 1:
        Multiprocess(config, sockets=[listener]).run()
    else:
        uvicorn.Server(config).run(sockets=[listener])


def _application(settings: Settings, clock: Clock) -> ASGIApp:
    """The application; one of several processes ends when the one that started it is gone."""
    if parent := parent_process():
        Thread(target=_follow, args=(parent,), daemon=True).start()
    return create(settings, clock)


def _follow(parent: BaseProcess) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def configured(factory: Callable[[], Any], settings: Settings, **more: Any) -> uvicorn.Config:
    """How we run uvicorn: our log instead of its own, no headers believed, no word about itself."""
    config = uvicorn.Config(
        factory,
        factory=True,
        http=Patient,
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        **more,
    )
    config.read_seconds = settings.serve.read_seconds  # type: ignore[attr-defined]
    return config
