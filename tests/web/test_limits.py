"""Too much and too slow: refused within bounds, while everybody else is served."""

import socket
import time
from collections.abc import Iterator

import pytest

from recovery.settings import ServeSettings
from tests.support.house import House
from tests.support.served import Served, serving, with_keys


@pytest.fixture
def strict(small_house: House) -> Iterator[Served]:
    """A house that takes 4 kB and waits half a second."""
    limits = ServeSettings(body_limit=4096, read_seconds=0.5)
    settings = with_keys(small_house.engine.settings, serve=limits)
    with serving(small_house, settings) as served:
        yield served


@pytest.mark.parametrize(("size", "status"), [(4096, 403), (4097, 413), (60_000, 413)])
def test_a_body_over_the_limit_is_413(strict: Served, size: int, status: int) -> None:
    answer = strict.call("POST", "/hooks/sendgrid", b"x" * size)
    assert answer.status == status


def test_a_huge_body_is_refused_before_it_is_read(strict: Served) -> None:
    head = b"POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999\r\n\r\n"
    assert talk(strict, head).startswith(b"HTTP/1.1 413")


def test_chunks_count_too(strict: Served) -> None:
    head = b"POST /v1/orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = b"800\r\n" + b"x" * 0x800 + b"\r\n"
    assert talk(strict, head + chunks * 3 + b"0\r\n\r\n").startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"POST /hooks/sendgrid HTTP/1.1\r\nHost: a\r\nX-Slow: ",
    ],
)
def test_who_does_not_finish_a_head_is_cut_off(strict: Served, beginning: bytes) -> None:
    started = time.monotonic()
    answer = talk(strict, beginning, drip=b"a")
    assert answer == b""
    assert time.monotonic() - started < 5


def test_who_does_not_finish_a_body_is_told_408(strict: Served) -> None:
    head = b"POST /hooks/sendgrid HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc"
    started = time.monotonic()
    assert talk(strict, head, drip=b"a").startswith(b"HTTP/1.1 408")
    assert time.monotonic() - started < 5


def test_the_second_request_of_a_connection_has_the_same_patience(strict: Served) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    answer = talk(strict, whole + b"GET /hea", drip=b"a")
    assert answer.count(b"HTTP/1.1 200") == 1


def test_others_are_served_while_slow_ones_hang_on(strict: Served) -> None:
    lines = [socket.create_connection(("127.0.0.1", strict.port)) for _ in range(50)]
    try:
        for line in lines:
            line.sendall(b"POST /hooks/sendgrid HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")
        assert strict.get("/healthz").status == 200
    finally:
        for line in lines:
            line.close()


def talk(served: Served, opening: bytes, drip: bytes = b"") -> bytes:
    """Everything that comes back until the other side hangs up; `drip` is sent while we wait."""
    answer = b""
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as line:
        line.sendall(opening)
        line.settimeout(0.1)
        for _ in range(600):
            try:
                part = line.recv(65536)
                if not part:
                    break
                answer += part
            except TimeoutError:
                if drip:
                    try:
                        line.sendall(drip)
                    except OSError:
                        break
                elif answer:
                    break
            except OSError:
                break
    return answer
