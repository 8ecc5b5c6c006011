"""One HTTP/1.1 connection of a fake server, kept alive: parse, ask the judge, answer or hang up."""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Reply:
    """An answer; `status` 0 means hanging up, -1 means never. `delay` in seconds: None as usual."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float | None = None
    then_close: bool = False


class Judge(Protocol):
    """Who decides about requests, and counts connections."""

    latency: float
    connections: int
    open: set[asyncio.Transport]

    def judge(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        """Decide what happens with one request."""

    def say_closed(self) -> None:
        """Hear that a connection is closed."""


class Line(asyncio.Protocol):
    """One HTTP/1.1 connection, kept alive."""

    def __init__(self, providers: Judge) -> None:
        self.providers, self.data = providers, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.providers.connections += 1
        self.providers.open.add(transport)

    def connection_lost(self, _: Exception | None) -> None:
        self.providers.open.discard(self.transport)
        asyncio.get_running_loop().call_soon(self.providers.say_closed)  # the socket closes first

    def data_received(self, data: bytes) -> None:
        self.data += data
        if self.data.startswith(b"\x16"):  # somebody speaks TLS
            self.transport.abort()
        head, found, rest = self.data.partition(b"\r\n\r\n")
        if not found:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return
        self.data = rest[length:]
        method, target, _ = first.split(" ")
        reply = self.providers.judge(method, target, headers, rest[:length])
        delay = self.providers.latency if reply.delay is None else reply.delay
        if delay:
            asyncio.get_running_loop().call_later(delay, self.answer, reply)
        else:
            self.answer(reply)

    def answer(self, reply: Reply) -> None:
        if reply.status == 0:
            self.transport.abort()
        if reply.status <= 0:
            return
        headers = {"Content-Length": str(len(reply.body)), **reply.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.transport.write(f"HTTP/1.1 {reply.status} -\r\n{lines}\r\n".encode() + reply.body)
        if reply.then_close:
            self.transport.close()
