"""One suite for every sender: what the engine may rely on, whoever carries the message."""

import logging
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from recovery.connectors.base import Sender
from recovery.connectors.outbox.send import Outbox
from recovery.connectors.sendgrid.send import SendGrid
from recovery.connectors.smtp.send import Smtp
from recovery.connectors.twilio.send import Twilio
from recovery.errors import ConnectorError, SendFailure
from recovery.message import Channel, EmailMessage, SmsMessage
from tests.support import providers as fake
from tests.support.mailserver import PASSWORD, MailServer
from tests.support.messages import an_email, an_sms
from tests.support.providers import Providers

SENDERS = ["outbox-email", "outbox-sms", "sendgrid", "smtp", "twilio"]
SECRETS = [fake.API_KEY, fake.AUTH_TOKEN, PASSWORD]


@dataclass
class Case:
    """A sender, and what arrived at its other end."""

    sender: Sender
    arrived: Callable[[], Counter[str]]  # messages per touch

    def message(self, touch: int) -> EmailMessage | SmsMessage:
        return an_email(touch) if self.sender.channel is Channel.EMAIL else an_sms(touch)


def sendgrid(url: str, key: str = fake.API_KEY) -> SendGrid:
    return SendGrid(key, url, read_seconds=2)


def twilio(url: str, token: str = fake.AUTH_TOKEN) -> Twilio:
    return Twilio(
        fake.ACCOUNT_SID,
        token,
        "http://localhost:8000",
        messaging_service_sid=fake.SERVICE_SID,
        base_url=url,
        read_seconds=2,
    )


def files(folder: Path) -> Counter[str]:
    return Counter(file.name.split(".")[0] for file in folder.iterdir())


@pytest.fixture(params=SENDERS)
def case(
    request: pytest.FixtureRequest, tmp_path: Path, providers: Providers, mailserver: MailServer
) -> Iterator[Case]:
    cases: dict[str, Callable[[], Case]] = {
        "outbox-email": lambda: Case(
            Outbox(tmp_path, Channel.EMAIL), lambda: files(tmp_path / "email")
        ),
        "outbox-sms": lambda: Case(Outbox(tmp_path, Channel.SMS), lambda: files(tmp_path / "sms")),
        "sendgrid": lambda: Case(sendgrid(providers.url), lambda: providers.per_touch),
        "smtp": lambda: Case(Smtp(mailserver.url), lambda: mailserver.per_touch),
        "twilio": lambda: Case(twilio(providers.url), lambda: providers.per_touch),
    }
    made = cases[request.param]()
    yield made
    made.sender.close()


@pytest.fixture(params=["outbox", "sendgrid", "smtp", "twilio"])
def unreachable(request: pytest.FixtureRequest, tmp_path: Path) -> Sender:
    with socket.socket() as taken:  # a port where nobody listens
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    (tmp_path / "file").write_text("no folder can be made below a file")
    senders: dict[str, Callable[[], Sender]] = {
        "outbox": lambda: Outbox(tmp_path / "file", Channel.EMAIL),
        "sendgrid": lambda: sendgrid(f"http://127.0.0.1:{port}"),
        "smtp": lambda: Smtp(f"smtp://127.0.0.1:{port}"),
        "twilio": lambda: twilio(f"http://127.0.0.1:{port}"),
    }
    return senders[request.param]()


def test_a_taken_message_has_a_receipt_and_is_there_once(case: Case) -> None:
    receipts = [case.sender.send(case.message(touch)) for touch in (1, 2, 3)]
    assert {receipt.provider for receipt in receipts} == {case.sender.name}
    assert all(receipt.provider_id for receipt in receipts)
    assert len({receipt.provider_id for receipt in receipts}) == 3
    assert case.arrived() == Counter(["1", "2", "3"])


def test_many_threads_may_send_at_once(case: Case) -> None:
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda touch: case.sender.send(case.message(touch)), range(100)))
    assert case.arrived() == Counter(map(str, range(100)))


def test_closing_ends_nothing_for_good(case: Case) -> None:
    case.sender.send(case.message(1))
    case.sender.close()
    case.sender.close()
    case.sender.send(case.message(2))
    assert case.arrived() == Counter(["1", "2"])


def test_a_sender_on_this_machine_says_so(case: Case) -> None:
    assert case.sender.leaves_this_machine is False


def test_what_never_left_is_never_in_doubt(unreachable: Sender) -> None:
    message = an_sms() if unreachable.channel is Channel.SMS else an_email()
    with pytest.raises(ConnectorError) as caught:
        unreachable.send(message)
    assert caught.value.failure in (SendFailure.TEMPORARY, SendFailure.ACCOUNT)


def test_no_secret_is_logged_at_any_level(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    every = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    before = [(logger, logger.level) for logger in every]
    try:
        for logger in every:
            logger.setLevel(logging.DEBUG)
        case.sender.send(case.message(1))
    finally:
        for logger, level in before:
            logger.setLevel(level)
    assert not [secret for secret in SECRETS if secret in caplog.text]


@pytest.mark.parametrize("make", [sendgrid, twilio])
def test_a_provider_that_echoes_a_wrong_secret_does_not_spread_it(
    providers: Providers, make: Callable[[str, str], Sender], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sender = make(providers.url, "wrong-but-secret")
    with pytest.raises(ConnectorError) as caught:
        sender.send(an_email() if sender.channel is Channel.EMAIL else an_sms())
    assert caught.value.failure is SendFailure.ACCOUNT
    assert "wrong-but-secret" in providers.complaints[0]
    assert "wrong-but-secret" not in str(caught.value) + caplog.text
    sender.close()


def test_the_log_test_would_notice(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("python_http_client.client").debug("HEADERS: %s", fake.API_KEY)
    assert fake.API_KEY in caplog.text
