"""The wire with encryption, as it is in life."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from recovery.connectors.sendgrid.send import SendGrid
from recovery.errors import ConnectorError, SendFailure
from tests.support.certificate import server_context
from tests.support.messages import an_email
from tests.support.providers import API_KEY, Providers


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Providers]:
    context, certificate = server_context(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    fake = Providers().start(tls=context)
    yield fake
    fake.stop()


def test_one_encrypted_connection_carries_many_mails(secure: Providers) -> None:
    sendgrid = SendGrid(API_KEY, secure.url)
    for touch in range(20):
        sendgrid.send(an_email(touch))
    sendgrid.close()
    assert (secure.connections, len(secure.taken)) == (1, 20)


def test_a_server_that_nobody_vouches_for_gets_nothing(
    secure: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ConnectorError) as caught:
        SendGrid(API_KEY, secure.url).send(an_email())
    assert caught.value.failure is SendFailure.TEMPORARY
    assert secure.requests == 0
