"""A password crosses a network only under encryption."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recovery.connectors.smtp.send import Smtp
from recovery.errors import ConnectorError, SendFailure
from tests.support.certificate import server_context
from tests.support.mailserver import MailServer
from tests.support.messages import an_email

Serve = Callable[[str], MailServer]


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    context, certificate = server_context(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    servers: list[MailServer] = []

    def start(option: str) -> MailServer:
        servers.append(MailServer(**({option: context} if option else {})).start())
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def as_if_elsewhere(url: str) -> Smtp:
    """Return a sender that treats the loopback server as one across the network."""
    sender = Smtp(url)
    sender.leaves_this_machine = True
    return sender


def test_smtps_is_encrypted_from_the_start(serve: Serve) -> None:
    server = serve("ssl_context")
    sender = Smtp(server.url.replace("smtp://", "smtps://"))
    sender.send(an_email(1))
    sender.send(an_email(2))
    sender.close()
    assert (server.encrypted, server.connections, len(server.taken)) == (True, 1, 2)


def test_starttls_is_taken_where_it_is_offered(serve: Serve) -> None:
    server = serve("tls_context")
    sender = as_if_elsewhere(server.url)
    sender.send(an_email(1))
    sender.send(an_email(2))
    sender.close()
    assert (server.encrypted, len(server.taken)) == (True, 2)


def test_without_encryption_the_password_stays_here(serve: Serve) -> None:
    server = serve("")
    with pytest.raises(ConnectorError, match="no encryption") as caught:
        as_if_elsewhere(server.url).send(an_email())
    assert caught.value.failure is SendFailure.ACCOUNT
    assert server.taken == []
