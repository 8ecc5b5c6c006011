"""What SendGrid would receive from us, and what we make of its answers."""

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from recovery.connectors.sendgrid.send import SendGrid, mail
from recovery.errors import ConnectorError, SendFailure, UsageError
from tests.support.messages import UNSUBSCRIBE, an_email
from tests.support.providers import API_KEY, Fault, Providers, Refuse
from tests.support.specs import OFFICIAL, mail_faults, official_specs

BUSY, NEVER, SETUP, DOUBT = (
    SendFailure.TEMPORARY,
    SendFailure.PERMANENT,
    SendFailure.ACCOUNT,
    SendFailure.UNKNOWN,
)


@pytest.fixture
def sendgrid(providers: Providers) -> Iterator[SendGrid]:
    sender = SendGrid(API_KEY, providers.url, read_seconds=0.3)
    yield sender
    sender.close()


def failure(sender: SendGrid) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        sender.send(an_email())
    return caught.value


def test_the_touch_travels_inside_the_personalization(
    sendgrid: SendGrid, providers: Providers
) -> None:
    receipt = sendgrid.send(an_email(42))
    (taken,) = providers.taken
    person = mail(an_email(42))["personalizations"][0]  # type: ignore[index]
    assert (receipt.provider_id, taken.touch) == (taken.provider_id, "42")
    assert taken.body["personalizations"] == [person]
    assert person["custom_args"] == {"rc_touch": "42", "rc_site": "5eed5eed5eed"}
    assert person["headers"] == UNSUBSCRIBE
    assert "custom_args" not in taken.body


@pytest.mark.skipif(not official_specs(), reason=f"no official specification in {OFFICIAL}")
@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"to_name": None, "reply_to": None, "headers": {}},
        {"to_name": "Doe; Jane, Jr.\r\nBcc: x@example.com", "subject": "a\r\nb"},
        {"to": "ana@bücher.example", "subject": "お支払い"},
    ],
)
def test_the_official_specification_takes_our_mail(parts: dict[str, object]) -> None:
    assert mail_faults(mail(an_email(**parts))) == []


def test_the_specification_test_would_notice() -> None:
    body = mail(an_email())
    del body["from"]
    assert mail_faults({**body, "categories": [str(i) for i in range(11)], "new": 1}) != []


def test_names_hold_nothing_that_sendgrid_splits_at() -> None:
    person = mail(an_email(to_name="Doe; Jane, Jr."))["personalizations"][0]  # type: ignore[index]
    assert person["to"] == [{"email": "ana@example.com", "name": "Doe  Jane  Jr."}]


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
        (Refuse(200, b""), DOUBT, 0),
        (Refuse(303, b"", {"Location": "/"}), DOUBT, 0),
        (Refuse(400, {"errors": [{"field": "subject", "message": "empty"}]}), NEVER, 0),
        (Refuse(400, {"errors": "odd"}), NEVER, 0),
        (Refuse(400, {"errors": [{"field": "from.email", "message": "unverified"}]}), SETUP, 0),
        (Refuse(400, {"errors": [{"field": "asm.group_id", "message": "none"}]}), SETUP, 0),
        (
            Refuse(400, {"errors": [{"field": "subject"}, {"field": "reply_to.email"}]}),
            SETUP,
            0,
        ),
        (Refuse(400, {"errors": [{"field": "personalizations.0.to.0.email"}]}), NEVER, 0),
        (Refuse(413, {"errors": [{"field": None}]}), NEVER, 0),
        (Refuse(400, [1]), NEVER, 0),
        (Refuse(401, {"errors": [{"message": "no"}]}), SETUP, 0),
        (Refuse(403, {"errors": [{"field": "from", "message": "not verified"}]}), SETUP, 0),
        (Refuse(404, b""), SETUP, 0),
        (Refuse(408, b""), DOUBT, 0),
        (Refuse(413, b"too large"), NEVER, 0),
        (Refuse(503, b"", {"Retry-After": "5"}), DOUBT, 0),
    ],
)
def test_each_answer_has_one_meaning(
    sendgrid: SendGrid,
    providers: Providers,
    fault: Fault | Refuse,
    expected: SendFailure,
    accepted: int,
) -> None:
    providers.fail(fault)
    assert failure(sendgrid).failure is expected
    assert (providers.requests, len(providers.taken)) == (1, accepted)  # never sent twice


def test_after_any_trouble_the_next_message_goes_through(
    sendgrid: SendGrid, providers: Providers
) -> None:
    for fault in (Fault.DROP_AFTER, Fault.HANG, Fault.BAD_GATEWAY, Fault.BUSY):
        providers.fail(fault)
        failure(sendgrid)
        sendgrid.send(an_email(99))
    assert providers.per_touch["99"] == 4


def test_a_refusal_says_what_the_provider_said(sendgrid: SendGrid, providers: Providers) -> None:
    providers.fail(Refuse(400, {"errors": [{"field": "subject", "message": "is too long"}]}))
    error = failure(sendgrid)
    assert str(error) == "SendGrid answered 400 subject is too long"
    assert error.code == "400"


def test_busy_says_when_to_come_back(sendgrid: SendGrid, providers: Providers) -> None:
    providers.fail(Fault.BUSY)
    assert failure(sendgrid).retry_after == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, timedelta(seconds=7)),
        ({"X-RateLimit-Reset": "1795338060"}, timedelta(seconds=60)),  # counted from the message
        ({"X-RateLimit-Reset": "1893456000"}, timedelta(hours=1)),
        ({"X-RateLimit-Reset": "1"}, None),
        ({"X-RateLimit-Reset": "soon"}, None),
        ({"X-RateLimit-Reset": "1795338060", "Date": "yesterday"}, timedelta(seconds=60)),
        ({}, None),
    ],
)
def test_waiting_times_are_sane(
    sendgrid: SendGrid, providers: Providers, headers: dict[str, str], wait: timedelta | None
) -> None:
    providers.fail(Refuse(429, b"", headers))
    assert failure(sendgrid).retry_after == wait


def test_one_connection_carries_many_mails(sendgrid: SendGrid, providers: Providers) -> None:
    for touch in range(20):
        sendgrid.send(an_email(touch))
    assert (providers.connections, len(providers.taken)) == (1, 20)


def test_a_connection_that_the_server_closed_is_not_used_again(
    sendgrid: SendGrid, providers: Providers
) -> None:
    for touch in range(5):
        providers.fail(Fault.HANG_UP_LATER)
        sendgrid.send(an_email(touch))
        providers.wait_until_closed(touch + 1)
    assert len(providers.taken) == providers.connections == 5


def test_a_slow_answer_within_the_time_out_is_an_answer(
    sendgrid: SendGrid, providers: Providers
) -> None:
    providers.slow_seconds = 0.1
    providers.fail(Fault.SLOW)
    assert sendgrid.send(an_email()).provider_id == "fake-1"


def test_a_name_that_does_not_resolve_left_nothing_behind() -> None:
    sender = SendGrid(API_KEY, "http://mail.invalid")
    assert failure(sender).failure is BUSY


def test_tls_that_fails_left_nothing_behind(providers: Providers) -> None:
    sender = SendGrid(API_KEY, providers.url.replace("http", "https"), read_seconds=0.3)
    assert failure(sender).failure is BUSY
    assert providers.requests == 0


def test_a_proxy_is_never_asked_for_this_machine(
    sendgrid: SendGrid, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    sendgrid.send(an_email())
    assert len(providers.taken) == 1


def test_a_proxy_is_asked_for_the_world(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(5)
        monkeypatch.setenv("http_proxy", f"http://user:p%40ss@127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.delenv("no_proxy", raising=False)
        sender = SendGrid(API_KEY, "http://api.example")
        proxy_line = _first_line(proxy, sender)
    assert proxy_line.startswith("CONNECT api.example:80 HTTP/1")
    assert API_KEY not in proxy_line
    assert "Basic dXNlcjpwQHNz" in proxy_line  # user:p@ss


def _first_line(proxy: socket.socket, sender: SendGrid) -> str:
    import threading

    said: list[str] = []

    def refuse() -> None:
        client, _ = proxy.accept()
        with client:
            said.append(client.recv(4096).decode())
            client.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")

    thread = threading.Thread(target=refuse)
    thread.start()
    assert failure(sender).failure is BUSY
    thread.join(5)
    return said[0]


def test_a_key_that_no_header_can_carry_is_not_shown(providers: Providers) -> None:
    error = failure(SendGrid("SG.broken\nkey", providers.url))
    assert error.failure is SETUP
    assert "broken" not in str(error)
    assert error.__suppress_context__


@pytest.mark.parametrize("url", ["api.example.com", "ftp://example.com", "http://", "http://h:x"])
def test_a_base_url_must_be_one(url: str) -> None:
    with pytest.raises(UsageError, match="no base URL"):
        SendGrid(API_KEY, url)


def test_the_real_service_leaves_this_machine() -> None:
    assert SendGrid(API_KEY).leaves_this_machine


def test_a_proxy_address_that_cannot_be_read_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://user:hidden@proxy:port")
    monkeypatch.delenv("no_proxy", raising=False)
    error = failure(SendGrid(API_KEY, "http://api.example"))
    assert error.failure is SETUP
    assert "hidden" not in str(error)
