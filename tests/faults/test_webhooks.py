"""The webhooks that we make are the providers' own: signed, repeated, disordered, late.

Signatures are checked with the providers' packages, the news with our readers.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from twilio.request_validator import RequestValidator

from recovery.connectors.sendgrid import read as sendgrid_read
from recovery.connectors.twilio import read as twilio_read
from recovery.facts import EventKind
from tests.support import webhooks
from tests.support.desks import AUTH_TOKEN
from tests.support.errands import PUBLIC, is_theirs, send
from tests.support.providers import Providers
from tests.support.taken import Fate, Taken

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def some(providers: Providers) -> list[Taken]:
    providers.at = NOW
    providers.fates = {"c2@example.com": Fate.BOUNCED, "c3@example.com": Fate.COMPLAINED}
    send(providers.url, 1, 2, 3, sms=(4, 5))
    providers.settle()
    return providers.taken


def test_the_providers_packages_take_our_signatures(providers: Providers) -> None:
    taken = some(providers)
    answer = webhooks.inbound(PUBLIC, "+4915112345678", "Stop & bye, ça va", opt_out_type="STOP")
    hooks = [*webhooks.email_hooks(taken), *webhooks.sms_hooks(taken), answer]
    assert [is_theirs(hook) for hook in hooks] == [True] * len(hooks)
    assert [is_theirs(hook.again()) for hook in hooks] == [True] * len(hooks)
    assert [is_theirs(hook.forged()) for hook in hooks] == [False] * len(hooks)


def test_the_newer_signature_of_twilio(providers: Providers) -> None:
    hook = webhooks.sms_hooks(some(providers), "sha256")[0]
    form = dict(parse_qsl(hook.body.decode()))
    signed = RequestValidator(AUTH_TOKEN).compute_signature(PUBLIC + hook.path, form, "HMAC_SHA256")
    assert hook.headers["X-Twilio-Signature"] == signed
    settings = hook.headers["X-Twilio-Webhooks-Signature-Settings"]
    assert settings.endswith("algorithm=HMAC_SHA256")


def test_our_readers_understand_the_news(providers: Providers) -> None:
    taken = some(providers)
    (batch,) = webhooks.email_hooks(taken)
    told = [sendgrid_read.read(event) for _, event in sendgrid_read.events(batch.body)]
    kinds = Counter((event.touch_id, event.kind) for event in told if event)
    assert kinds == {
        (1, EventKind.ACCEPTED): 1,
        (1, EventKind.DELIVERED): 1,
        (2, EventKind.ACCEPTED): 1,
        (2, EventKind.BOUNCED): 1,
        (3, EventKind.ACCEPTED): 1,
        (3, EventKind.DELIVERED): 1,
        (3, EventKind.COMPLAINED): 1,
    }
    assert {event.provider_id for event in told if event} == {"fake-1", "fake-2", "fake-3"}
    texts = webhooks.sms_hooks(taken)
    assert [urlsplit(hook.path).query for hook in texts] == [
        f"touch={touch}" for touch in (4, 4, 4, 5, 5, 5)
    ]
    last = dict(parse_qsl(texts[-1].body.decode()))
    assert twilio_read.read_status(last, 5, NOW).kind is EventKind.DELIVERED


def test_repeated_news_has_new_ids_and_the_same_name(providers: Providers) -> None:
    (batch,) = webhooks.email_hooks(some(providers))
    first, second = (sendgrid_read.events(hook.body) for hook in (batch, batch.again()))
    assert [key for key, _ in first] == [key for key, _ in second]
    ids = [event["sg_event_id"] for _, event in first + second]
    assert len(set(ids)) == len(ids)


def test_machines_open_and_people_click(providers: Providers) -> None:
    mail = some(providers)[0]
    seen = webhooks.machine_open(mail)
    followed = webhooks.click(mail, "https://pay.shop.example/pay/x")
    opened, clicked = sendgrid_read.read(seen), sendgrid_read.read(followed)
    assert opened and clicked
    assert (opened.kind, opened.machine) == (EventKind.OPENED, True)
    assert (clicked.kind, clicked.url) == (EventKind.CLICKED, "https://pay.shop.example/pay/x")
    assert clicked.at - mail.at == timedelta(minutes=9)


def test_disorder_loses_nothing_and_repeats_itself(providers: Providers) -> None:
    taken = some(providers)
    mixed, same = (webhooks.disordered(taken, seed=3) for _ in range(2))
    assert [hook.path for hook in mixed] == [hook.path for hook in same]
    keys = Counter(key for hook in mixed if hook.events for key, _ in _named(hook))
    straight = {key for hook in webhooks.email_hooks(taken) for key, _ in _named(hook)}
    assert set(keys) == straight
    assert max(keys.values()) > 1
    statuses = [hook.body for hook in mixed if not hook.events]
    assert set(statuses) == {hook.body for hook in webhooks.sms_hooks(taken)}
    assert all(is_theirs(hook) for hook in mixed)


def _named(hook: webhooks.Hook) -> list[tuple[str, dict[str, Any]]]:
    return sendgrid_read.events(hook.body)


class Door:
    """Somebody who takes news: refuses the first ones, keeps what he took."""

    def __init__(self, refusing: int) -> None:
        self.took: list[bytes] = []
        self.asked = 0
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                door.asked += 1
                refused = door.asked <= refusing
                if not refused:
                    door.took.append(body)
                self.send_response(500 if refused else 204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture
def door() -> Iterator[Door]:
    one = Door(refusing=4)
    yield one
    one.close()


def test_what_is_refused_comes_again(providers: Providers, door: Door) -> None:
    hooks = webhooks.sms_hooks(some(providers))
    postman = webhooks.Postman(door.url, seed=1)
    postman.queue(hooks)
    assert postman.round() == 4
    assert postman.finish() == 0
    assert Counter(door.took) == Counter(hook.body for hook in hooks)


def test_late_news_comes_in_the_end(providers: Providers, door: Door) -> None:
    postman = webhooks.Postman(door.url, seed=1, late=1.0)
    postman.queue(webhooks.email_hooks(some(providers), batch=1))
    assert (postman.round(), door.asked) == (7, 0)
    assert postman.finish() == 0
    assert len(door.took) == 7


def test_nobody_at_home_is_told_again() -> None:
    hook = webhooks.inbound(PUBLIC, "+4915112345678", "Stop")
    postman = webhooks.Postman("http://127.0.0.1:9", seed=1)
    postman.queue([hook])
    assert postman.finish(rounds=2) == 1
