"""An e-mail provider on loopback that stops answering after some messages, until it is told to.

It counts a message as taken when it arrives: whoever sends it again is found out.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread

PATIENCE = 90  # seconds: a loaded machine starts slowly


class Gate:
    """Takes messages in SendGrid's way; the first `free` are answered, the others wait."""

    def __init__(self, free: int) -> None:
        self.taken: Counter[int] = Counter()
        self._free = free
        self._open = False
        self._changed = Condition()

    def environment(self, port: int) -> dict[str, str]:
        """Settings that send e-mail here."""
        return {
            "RECOVERY_EMAIL_SENDER": "sendgrid",
            "RECOVERY_SENDGRID_API_KEY": "SG.of-the-tests",
            "RECOVERY_SENDGRID_BASE_URL": f"http://127.0.0.1:{port}",
        }

    def open(self) -> None:
        """Answer everything from now on, also what waits."""
        with self._changed:
            self._open = True
            self._changed.notify_all()

    def wait_until_somebody_waits(self) -> None:
        """Return when more messages have come than are answered."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.taken.total() > self._free, PATIENCE)

    def take(self, touch: int) -> None:
        with self._changed:
            self.taken[touch] += 1
            turn = self.taken.total()
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._open or turn <= self._free, PATIENCE)


@contextmanager
def gate(free: int) -> Iterator[tuple[Gate, dict[str, str]]]:
    """A running gate and the settings that lead to it."""
    found = Gate(free)

    class Mail(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            mail = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            touch = int(mail["personalizations"][0]["custom_args"]["rc_touch"])
            found.take(touch)
            try:
                self.send_response(202)
                self.send_header("X-Message-Id", f"m{touch}")
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:  # who asked is dead by now
                self.close_connection = True

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on standard error."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Mail) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield found, found.environment(server.server_port)
        finally:
            found.open()
            server.shutdown()
            thread.join()
