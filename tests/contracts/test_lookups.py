"""One suite for every look-up: what the engine may rely on, whoever keeps the records."""

import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from recovery.connectors.base import Answer, Lookup, Sender, Wanted
from recovery.connectors.outbox.lookup import OutboxLookup
from recovery.connectors.outbox.send import Outbox
from recovery.connectors.sendgrid.lookup import SendGridLookup
from recovery.connectors.twilio.lookup import TwilioLookup
from recovery.links import Links
from recovery.message import Channel
from tests.support.desks import ACCOUNT_SID, API_KEY, AUTH_TOKEN
from tests.support.errands import email_sender, sms_sender
from tests.support.messages import AT, an_email, an_sms
from tests.support.providers import Providers

LINKS = Links("a secret of the tests", "https://pay.example")
LOOKUPS = ["outbox-email", "outbox-sms", "sendgrid", "twilio"]


@dataclass
class Case:
    """A look-up, and the sender whose messages it finds."""

    lookup: Lookup
    sender: Sender

    def send(self, touch: int) -> str:
        """Send one message; what the receipt calls it."""
        if self.lookup.channel is Channel.EMAIL:
            return self.sender.send(an_email(touch)).provider_id
        url = LINKS.pay(touch, 7, AT)
        return self.sender.send(an_sms(touch, body=f"Hola {url}")).provider_id

    def find(self, *touches: int) -> Answer:
        to = "ana@example.com" if self.lookup.channel is Channel.EMAIL else "+4915112345678"
        return self.lookup.find([Wanted(touch, to, AT) for touch in touches], LINKS.touch_in)


def sendgrid(url: str) -> SendGridLookup:
    return SendGridLookup(API_KEY, url, read_seconds=0.3)


def twilio(url: str) -> TwilioLookup:
    return TwilioLookup(ACCOUNT_SID, AUTH_TOKEN, base_url=url, read_seconds=0.3)


@pytest.fixture(params=LOOKUPS)
def case(request: pytest.FixtureRequest, tmp_path: Path, providers: Providers) -> Iterator[Case]:
    providers.at = AT
    email, sms = Channel.EMAIL, Channel.SMS
    cases: dict[str, Callable[[], Case]] = {
        "outbox-email": lambda: Case(OutboxLookup(tmp_path, email), Outbox(tmp_path, email)),
        "outbox-sms": lambda: Case(OutboxLookup(tmp_path, sms), Outbox(tmp_path, sms)),
        "sendgrid": lambda: Case(sendgrid(providers.url), email_sender(providers.url)),
        "twilio": lambda: Case(twilio(providers.url), sms_sender(providers.url)),
    }
    made = cases[request.param]()
    yield made
    made.lookup.close()
    made.sender.close()


def test_what_was_sent_is_found_under_the_receipts_name(case: Case) -> None:
    names = {touch: case.send(touch) for touch in (1, 2, 12)}
    answer = case.find(1, 2, 12, 3)
    assert {touch: found.provider_id for touch, found in answer.found.items()} == names
    assert all(found.touch_id == touch for touch, found in answer.found.items())
    assert answer.searched == {1, 2, 12, 3}


def test_looking_changes_nothing_and_may_be_repeated(case: Case) -> None:
    case.send(1)
    first = case.find(1, 2)
    case.lookup.close()
    assert case.find(1, 2) == first


def test_nothing_wanted_is_nothing_found(case: Case) -> None:
    assert case.find() == Answer()


@pytest.mark.parametrize("make", [sendgrid, twilio])
def test_nobody_there_leaves_everything_unsearched(make: Callable[[str], Lookup]) -> None:
    with socket.socket() as taken:  # a port where nobody listens
        taken.bind(("127.0.0.1", 0))
        lookup = make(f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert Case(lookup, Outbox(Path(), lookup.channel)).find(1, 2) == Answer()


def test_no_address_and_no_secret_is_logged(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    case.send(1)
    caplog.clear()
    case.find(1, 2)
    for secret in (API_KEY, AUTH_TOKEN, "ana@example.com", "+4915112345678"):
        assert secret not in caplog.text
