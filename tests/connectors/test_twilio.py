"""What Twilio would receive from us, and what we make of its answers."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from recovery.connectors.twilio.send import Twilio, can_be_called
from recovery.errors import ConnectorError, SendFailure
from tests.support.messages import an_sms
from tests.support.providers import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    SERVICE_SID,
    Fault,
    Providers,
    Refuse,
)
from tests.support.specs import OFFICIAL, form_faults, official_specs

BUSY, NEVER, SETUP, DOUBT = (
    SendFailure.TEMPORARY,
    SendFailure.PERMANENT,
    SendFailure.ACCOUNT,
    SendFailure.UNKNOWN,
)


def make(url: str, **parts: str | None) -> Twilio:
    usual: dict[str, str | None] = {"messaging_service_sid": SERVICE_SID}
    chosen = {**usual, **parts}
    public = chosen.pop("public_url", None) or "http://localhost:8000"
    return Twilio(
        ACCOUNT_SID,
        AUTH_TOKEN,
        public,
        base_url=url,
        read_seconds=0.3,
        messaging_service_sid=chosen.get("messaging_service_sid"),
        from_=chosen.get("from_"),
    )


@pytest.fixture
def twilio(providers: Providers) -> Iterator[Twilio]:
    sender = make(providers.url)
    yield sender
    sender.close()


def error(code: int, status: int = 400) -> Refuse:
    return Refuse(status, {"code": code, "message": "words", "more_info": "", "status": status})


def problem(code: int, status: int) -> Refuse:
    body = {"type": "https://x", "title": "Odd", "status": status, "code": code, "detail": "words"}
    return Refuse(status, body)


def failure(sender: Twilio) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        sender.send(an_sms())
    return caught.value


def test_the_touch_travels_in_the_callback(twilio: Twilio, providers: Providers) -> None:
    receipt = twilio.send(an_sms(42))
    (taken,) = providers.taken
    assert (receipt.provider_id, taken.touch) == (taken.provider_id, "42")
    assert taken.body == {
        "To": "+4915112345678",
        "Body": "你好 Ana: https://shop.example/p/abc",
        "MessagingServiceSid": SERVICE_SID,
        "StatusCallback": "http://localhost:8000/hooks/twilio/status?touch=42",
        "ValidityPeriod": "14400",
    }


def test_without_a_messaging_service_the_number_is_sent(providers: Providers) -> None:
    sender = make(providers.url, messaging_service_sid=None, from_="+15005550006")
    sender.send(an_sms())
    sender.close()
    assert providers.taken[0].body["From"] == "+15005550006"


@pytest.mark.skipif(not official_specs(), reason=f"no official specification in {OFFICIAL}")
def test_the_official_specification_takes_our_form(twilio: Twilio, providers: Providers) -> None:
    twilio.send(an_sms())
    assert form_faults({k: str(v) for k, v in providers.taken[0].body.items()}) == []


def test_the_specification_test_would_notice() -> None:
    form = {"To": "0151 234", "Body": "x", "From": "Shop", "ValidityPeriod": "soon", "New": "1"}
    assert form_faults(form) != []


@pytest.mark.parametrize(
    ("fault", "expected", "accepted"),
    [
        (Fault.BUSY, BUSY, 0),
        (Fault.ERROR_BEFORE, DOUBT, 0),
        (Fault.ERROR_AFTER, DOUBT, 1),
        (Fault.DROP_BEFORE, DOUBT, 0),
        (Fault.DROP_AFTER, DOUBT, 1),
        (Fault.HANG, DOUBT, 0),
        (Fault.BAD_GATEWAY, DOUBT, 0),
        (Fault.REDIRECT, SETUP, 0),
        (Refuse(201, b"<html>login</html>"), DOUBT, 0),
        (Refuse(201, b""), DOUBT, 0),
        (Refuse(201, [1]), DOUBT, 0),
        (Refuse(201, {"status": "accepted"}), DOUBT, 0),
        (error(20429, 429), BUSY, 0),
        (error(21611), BUSY, 0),
        (error(20003, 401), SETUP, 0),
        (error(20404, 404), SETUP, 0),
        (error(21606), SETUP, 0),
        (error(21211), NEVER, 0),
        (error(21408), NEVER, 0),
        (error(21610), NEVER, 0),
        (error(99999), NEVER, 0),
        (error(99999, 503), DOUBT, 0),
        (error(20500, 500), DOUBT, 0),
        (problem(20003, 401), SETUP, 0),
        (problem(21610, 400), NEVER, 0),
        (problem(1, 429), BUSY, 0),
        (Refuse(400, {"code": "odd"}), NEVER, 0),
        (Refuse(403, b"<html>"), SETUP, 0),
    ],
)
def test_each_answer_has_one_meaning(
    twilio: Twilio,
    providers: Providers,
    fault: Fault | Refuse,
    expected: SendFailure,
    accepted: int,
) -> None:
    providers.fail(fault)
    assert failure(twilio).failure is expected
    assert (providers.requests, len(providers.taken)) == (1, accepted)  # never sent twice


def test_a_refusal_carries_twilios_code(twilio: Twilio, providers: Providers) -> None:
    providers.fail(error(21610))
    refused = failure(twilio)
    assert (refused.code, str(refused)) == ("21610", "Twilio answered 400 21610 words")


def test_busy_says_when_to_come_back(twilio: Twilio, providers: Providers) -> None:
    providers.fail(Refuse(429, {"code": 20429}, {"Retry-After": "3"}))
    assert failure(twilio).retry_after == timedelta(seconds=3)


def test_one_connection_carries_many_messages(twilio: Twilio, providers: Providers) -> None:
    for touch in range(20):
        twilio.send(an_sms(touch))
    assert (providers.connections, len(providers.taken)) == (1, 20)


@pytest.mark.parametrize(
    ("url", "called"),
    [
        ("https://shop.example", True),
        ("https://pay.shop.example:8443/x", True),
        ("http://localhost:8000", False),
        ("http://127.0.0.1:8000", False),
        ("http://web", False),
        ("https://my_shop.example", False),
    ],
)
def test_twilio_gets_only_callbacks_that_it_takes(url: str, called: bool) -> None:
    assert can_be_called(url) is called
    sender = make("https://api.twilio.com", public_url=url)
    assert ("status_callback" in sender._fields(an_sms())) is called
    assert sender.leaves_this_machine


def test_a_stand_in_for_twilio_is_told_every_callback() -> None:
    assert "status_callback" in make("http://stand-in:4011")._fields(an_sms())
