"""The fakes are as the providers are: every fault, every record, also from another process.

Records are checked with the official specifications where those lie beside the project.
"""

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote

import pytest

from recovery.errors import ConnectorError
from tests.support import webhooks
from tests.support.control import Remote, running_providers
from tests.support.desks import ACCOUNT_SID, API_KEY, AUTH_TOKEN, MESSAGES
from tests.support.errands import email_sender, is_theirs, send
from tests.support.faults import Weather
from tests.support.messages import an_email
from tests.support.providers import Fault, Providers
from tests.support.specs import MESSAGES as MESSAGES_PATH
from tests.support.specs import answer_faults, official_specs
from tests.support.taken import Fate, message_id

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LOST = {Fault.ERROR_AFTER, Fault.DROP_AFTER, Fault.HANG_AFTER}


def get(providers: Providers, target: str, body: object = None) -> Any:
    login = b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
    key = f"Basic {login}" if target.startswith(MESSAGES) else f"Bearer {API_KEY}"
    line = HTTPConnection("127.0.0.1", providers.port, timeout=60)
    method = "GET" if body is None else "POST"
    line.request(method, target, json.dumps(body or {}), {"Authorization": key})
    answer = json.loads(line.getresponse().read())
    line.close()
    return answer


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.NONE])
def test_every_fault_keeps_its_books(providers: Providers, fault: Fault) -> None:
    """Accepted means kept, whatever the answer looked like."""
    providers.slow_seconds = 0.01
    providers.fail(fault)
    email, told = email_sender(providers.url), True
    try:
        email.send(an_email(1))
    except ConnectorError:
        told = False
    email.close()
    assert told is (fault in {Fault.SLOW, Fault.HANG_UP_LATER})
    assert providers.per_touch == ({"1": 1} if told or fault in LOST else {})


def test_faults_keep_to_their_desk(providers: Providers) -> None:
    providers.fail(Fault.BUSY, of="send-sms")
    providers.fail(Fault.BUSY, of="look")
    send(providers.url, 1)
    with pytest.raises(ConnectorError):
        send(providers.url, sms=(2,))
    send(providers.url, sms=(2,))
    assert providers.per_touch == {"1": 1, "2": 1}


def test_sending_twice_is_seen(providers: Providers) -> None:
    send(providers.url, 1, 1, 2)
    assert providers.per_touch == {"1": 2, "2": 1}


def test_weather_repeats_itself_and_keeps_its_shares() -> None:
    shares = {Fault.BUSY: 0.3, Fault.ERROR_AFTER: 0.1}
    first, again = Weather(shares, 7), Weather(shares, 7)
    days = [first.next() for _ in range(2000)]
    assert days == [again.next() for _ in range(2000)]
    seen = Counter(days)
    assert 540 < seen[Fault.BUSY] < 660
    assert 150 < seen[Fault.ERROR_AFTER] < 250
    assert sum(seen.values()) - seen[Fault.NONE] == seen[Fault.BUSY] + seen[Fault.ERROR_AFTER]


def test_weather_meets_requests(providers: Providers) -> None:
    providers.weather({Fault.ERROR_AFTER: 1.0}, seed=1, of="send-email")
    with pytest.raises(ConnectorError):
        send(providers.url, 1)
    send(providers.url, sms=(2,))
    assert providers.per_touch == {"1": 1, "2": 1}


@pytest.mark.skipif(not official_specs(), reason="no official specification")
@pytest.mark.parametrize("fate", [None, *Fate])
def test_records_are_as_the_official_specifications_say(
    providers: Providers, fate: Fate | None
) -> None:
    send(providers.url, 1, sms=(2,))
    providers.settle(fate)
    for taken in providers.taken:  # a fate of the other channel
        if taken.provider == "twilio" and fate in {Fate.COMPLAINED, Fate.UNSUBSCRIBED}:
            taken.fate = None
        if taken.provider == "sendgrid" and fate is Fate.FAILED:
            taken.fate = None
    mail, text = providers.taken
    name = quote(message_id(mail))
    query = quote("(unique_args['rc_touch']=\"1\")")
    logs = (
        f"to_email = '{mail.to}' AND sg_message_id_created_at >= TIMESTAMP \"2026-01-01T00:00:00Z\""
    )
    activity, log = "tsg_email_activity_v3.json", "tsg_logs_v3.json"
    twilio = "twilio_messages.min.json"
    answers = [
        (activity, "/v3/messages", "get", get(providers, f"/v3/messages?limit=100&query={query}")),
        (activity, "/v3/messages/{msg_id}", "get", get(providers, f"/v3/messages/{name}")),
        (log, "/v3/logs", "post", get(providers, "/v3/logs", {"query": logs, "limit": 100})),
        (log, "/v3/logs/{sg_message_id}", "get", get(providers, f"/v3/logs/{name}")),
        (
            twilio,
            MESSAGES_PATH,
            "get",
            get(providers, f"{MESSAGES}.json?PageSize=50&To={quote(text.to)}"),
        ),
        (
            twilio,
            "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json",
            "get",
            get(providers, f"{MESSAGES}/{text.provider_id}.json"),
        ),
    ]
    for file, path, method, answer in answers:
        assert answer_faults(file, path, method, answer) == [], path
        assert len(answer.get("messages", [1])) == 1
    assert answer_faults(log, "/v3/logs", "post", {"messages": [{}]}) != []


def test_records_show_late(providers: Providers) -> None:
    send(providers.url, sms=(1,))
    (taken,) = providers.taken
    address = f"{MESSAGES}.json?PageSize=50&To={quote(taken.to)}"
    providers.sight.lag = 1
    assert get(providers, address)["messages"] == []
    assert len(get(providers, address)["messages"]) == 1
    clock = iter([taken.settled + 0.5, taken.settled + 1.5])
    providers.sight.watch, providers.sight.lag_seconds = lambda: next(clock), 1.0
    assert get(providers, address)["messages"] == []
    assert len(get(providers, address)["messages"]) == 1


@pytest.fixture(scope="module")
def remote() -> Iterator[Remote]:
    with running_providers() as running:
        yield running


def test_a_process_of_its_own_takes_orders(remote: Remote) -> None:
    remote.set(at=NOW.isoformat(), lag=2, lag_seconds=0.0)
    remote.fail(Fault.ERROR_AFTER, of="send-email")
    with pytest.raises(ConnectorError):
        send(remote.url, 1)
    send(remote.url, 1, sms=(2,))
    assert remote.per_touch == {"1": 2, "2": 1}
    remote.settle({"c1@example.com": Fate.BLOCKED})
    assert [(one.touch, one.fate, one.at) for one in remote.taken] == [
        ("1", Fate.BLOCKED, NOW),
        ("1", Fate.BLOCKED, NOW),
        ("2", Fate.DELIVERED, NOW),
    ]
    assert all(is_theirs(hook) for hook in webhooks.disordered(remote.taken, seed=1))
    remote.weather({Fault.BUSY: 1.0}, seed=1, of="send-sms")
    with pytest.raises(ConnectorError):
        send(remote.url, sms=(3,))
    assert remote.state["messages"] == 3
    assert remote.state["complaints"] == []


def test_an_order_nobody_knows_is_refused(remote: Remote) -> None:
    with pytest.raises(RuntimeError, match="no POST /control/dance"):
        remote._call("POST", "dance")
    with pytest.raises(RuntimeError, match="colour"):
        remote.set(colour="red")


def test_it_ends_with_whoever_started_it() -> None:
    with running_providers() as running:
        assert running.state["messages"] == 0
    with pytest.raises(OSError, match="refused"):
        _ = running.state
