"""The wire's patience: an answer that never ends ends the call."""

import socket
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from recovery.clock import Stopwatch
from recovery.connectors.wire import Wire
from recovery.errors import ConnectorError, SendFailure

HEAD = b"HTTP/1.1 202 Accepted\r\n"
DRIPS = {
    "the status": b"",
    "a header": HEAD + b"X-Message-Id: ",
    "headers": HEAD + b"X-A: 1\r\n",
    "the body": HEAD + b"Content-Length: 100000\r\n\r\n",
    "a body without end": HEAD + b"\r\n",
    "chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n",
}


class Dripping:
    """A server that takes a request, begins an answer, and goes on by a byte every 20 ms."""

    def __init__(self) -> None:
        self.begin, self._over = b"", Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with line:
                line.recv(65536)
                self._drip(line)

    def _drip(self, line: socket.socket) -> None:
        try:
            line.sendall(self.begin)
            while not self._over.wait(0.02):
                line.sendall(b"1")
        except OSError:  # who asked has hung up
            return

    def stop(self) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)


@pytest.fixture
def dripping() -> Iterator[Dripping]:
    server = Dripping()
    yield server
    server.stop()


@pytest.mark.parametrize("part", DRIPS)
def test_a_dripping_answer_is_given_up(dripping: Dripping, part: str) -> None:
    dripping.begin = DRIPS[part]
    watch, wire = Stopwatch(), Wire(dripping.url, read_seconds=0.3)
    with pytest.raises(ConnectorError) as caught:
        wire.request("POST", "/v3/mail/send", b"{}", {})
    assert caught.value.failure is SendFailure.UNKNOWN
    assert 0.25 < watch.seconds() < 5
    wire.close()
