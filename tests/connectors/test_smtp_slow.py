"""Mail servers that take their time: each reply has its own, and a whole call, too."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest

from recovery.clock import Stopwatch
from recovery.connectors.base import looking
from recovery.connectors.smtp.send import Smtp
from recovery.errors import ConnectorError, SendFailure
from tests.support.mailserver import MailServer
from tests.support.messages import an_email

PAUSE = 0.05  # seconds between two bytes
REPLIES = {"greets": b"220 hello\r\n", "data": b"354 go on\r\n", ".": b"250 taken\r\n"}


@contextmanager
def a_server(drips: str = "", seconds: float = 0.0) -> Iterator[str]:
    """Answers each line after `seconds`, and at `drips` a byte at a time, without end."""
    done = Event()

    def says(peer: socket.socket, what: str) -> None:
        done.wait(seconds)
        while what == drips and not done.is_set():
            peer.sendall(b"2")
            done.wait(PAUSE)
        peer.sendall(REPLIES.get(what, b"250 ok\r\n"))

    def serves() -> None:
        with suppress(OSError):
            peer, _ = listener.accept()
            with peer, peer.makefile("rb") as lines:
                says(peer, "greets")
                in_content = False
                for line in lines:
                    verb = "." if line == b".\r\n" else line[:4].decode().strip()
                    if not in_content or verb == ".":
                        says(peer, verb)
                        in_content = verb == "data"

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serves, daemon=True)
        thread.start()
        try:
            yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            done.set()
            listener.close()
            thread.join(timeout=5)


def fails(sender: Smtp) -> tuple[SendFailure, float]:
    watch = Stopwatch()
    with pytest.raises(ConnectorError) as caught:
        sender.send(an_email())
    return caught.value.failure, watch.seconds()


@pytest.mark.parametrize(
    ("drips", "failure"),
    [
        ("greets", SendFailure.TEMPORARY),
        ("mail", SendFailure.TEMPORARY),
        ("data", SendFailure.UNKNOWN),
        (".", SendFailure.UNKNOWN),
    ],
)
def test_a_reply_that_never_ends_is_given_up(drips: str, failure: SendFailure) -> None:
    with a_server(drips) as url:
        found, took = fails(Smtp(url, seconds=4 * PAUSE))
    assert found is failure
    assert took < 10, "every byte of it began a new time-out"


def test_slow_replies_end_with_the_time_of_the_whole_call() -> None:
    with a_server(seconds=0.3) as url:
        found, took = fails(Smtp(url, seconds=5, all_seconds=0.7))
    assert found is SendFailure.TEMPORARY
    assert took < 5


def test_a_server_in_time_is_not_given_up() -> None:
    with a_server(seconds=PAUSE) as url:
        sender = Smtp(url, seconds=20, all_seconds=60)
        assert sender.send(an_email()).provider == "smtp"
        sender.close()


class Held(Exception):
    """Raised by a look that holds a message back."""


def holds() -> None:
    raise Held


def test_the_last_look_is_taken_when_connected_and_before_the_first_byte(
    mailserver: MailServer,
) -> None:
    sender = Smtp(mailserver.url)
    with looking(holds), pytest.raises(Held):
        sender.send(an_email())
    assert (mailserver.connections, mailserver.envelopes) == (1, [])
    sender.send(an_email())
    assert len(mailserver.envelopes) == 1
    sender.close()
