"""The listener: where it listens, and that small answers leave at once."""

import socket

import pytest

from recovery.errors import UsageError
from recovery.web.server import listen


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_answers_do_not_wait_for_the_other_sides_acknowledgement(host: str) -> None:
    if host == "::1" and not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    with listen(host, 0) as listener, socket.create_connection(listener.getsockname()[:2]):
        line, _ = listener.accept()
        with line:
            assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_an_address_that_is_not_ours_is_a_usage_error(host: str) -> None:
    with pytest.raises(UsageError, match="choose another one"):
        listen(host, 0)
