"""Webhooks over real HTTP: forged, repeated, disordered, too large, too slow."""

import hashlib
import hmac
import json
import logging
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from twilio.request_validator import RequestValidator

from recovery.db import writing
from recovery.models import Click, InboxItem, Suppression, Touch
from recovery.web import hooks
from recovery.web.counters import COUNTERS
from tests.support.campaigns import a_campaign
from tests.support.desks import AUTH_TOKEN
from tests.support.house import House
from tests.support.served import Served, serving
from tests.support.webhooks import Hook, inbound, sendgrid, twilio

TWO_CHANNELS = a_campaign(
    sequences={
        "plain": [
            "{step: mail, after: 0m, email: unpaid-reminder}",
            "{step: text, after: 1h, sms: unpaid-reminder}",
            "{step: last, after: 9d, email: unpaid-reminder}",
        ]
    },
    goal="{paid_within: 20d}",
)
PHONE = "+4915123456789"


@pytest.fixture
def sent(served: Served) -> Served:
    """Somebody got an e-mail and an SMS; a last e-mail is planned."""
    house = served.house
    house.has(TWO_CHANNELS)
    house.an_unpaid_order(email="ada@example.com", phone=PHONE, sms_consent="transactional")
    house.run()
    house.clock.advance(timedelta(hours=2))
    house.run()
    assert house.states() == {"mail": "sent", "text": "sent", "last": "planned"}
    return served


def touch(served: Served, step: str) -> int:
    return next(int(t["id"]) for t in served.house.touches() if t["step"] == step)


def mail_event(served: Served, kind: str, after: int = 60, **fields: object) -> dict[str, object]:
    usual = {
        "email": "ada@example.com",
        "timestamp": int(served.house.now.timestamp()) + after,
        "event": kind,
        "sg_message_id": "14c5d75ce93.filter0001.16648.5515E0B88.0",
        "rc_touch": str(touch(served, "mail")),
        "useragent": "Mozilla/5.0",
    }
    return usual | fields


def status(served: Served, name: str, **fields: str) -> Hook:
    url = f"{served.settings.public_url}/hooks/twilio/status?touch={touch(served, 'text')}"
    sid = "SM" + "1" * 32
    form = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": name, "SmsStatus": name, "To": PHONE}
    return twilio(url, form | fields)


# -- SendGrid ------------------------------------------------------------------------------------


def test_events_move_the_touch_forward_in_whatever_order_and_number(sent: Served) -> None:
    delivered, processed = mail_event(sent, "delivered", 9), mail_event(sent, "processed", 1)
    hook = sendgrid([delivered, delivered])
    assert [sent.post(hook), sent.post(hook), sent.post(hook.again())] == [204, 204, 204]
    assert sent.post(sendgrid([processed])) == 204
    assert sent.house.states()["mail"] == "delivered"
    assert len(sent.house.rows(InboxItem)) == 2


def test_a_hard_bounce_silences_the_address_at_once(sent: Served) -> None:
    assert sent.post(sendgrid([mail_event(sent, "bounce", type="bounce", status="5.1.1")])) == 204
    assert sent.house.states()["mail"].startswith("bounced")
    assert sent.house.states()["last"] == "skipped suppressed"
    [row] = sent.house.rows(Suppression)
    assert (row["channel"], row["address"]) == ("email", "ada@example.com")


def test_opens_and_scanners_clicks_are_no_interest(sent: Served) -> None:
    url = "https://shop.example/pay/x"
    events = [
        mail_event(sent, "open", sg_machine_open=True),
        mail_event(sent, "open"),
        mail_event(sent, "click", url=url, useragent="Barracuda Sentinel (EE)"),
        mail_event(sent, "click", 70, url=url, useragent="Mozilla/5.0 Version/19 Safari/604.1"),
    ]
    assert sent.post(sendgrid(events)) == 204
    assert [row["machine"] for row in sent.house.rows(Click)] == [True, False]


def test_another_installation_on_the_same_account_is_left_alone(sent: Served) -> None:
    before, counted = sent.house.dump(), ignored("sendgrid", "other_site")
    own = mail_event(sent, "delivered", rc_site=sent.links.site)
    theirs = own | {"rc_site": "0123456789ab", "event": "bounce", "status": "5.1.1"}
    assert sent.post(sendgrid([theirs, theirs | {"event": "click"}])) == 204
    assert sent.house.dump() == before
    assert ignored("sendgrid", "other_site") == counted + 2
    assert sent.post(sendgrid([own])) == 204
    assert sent.house.states()["mail"] == "delivered"


def test_an_event_about_another_message_is_counted(sent: Served) -> None:
    counted = ignored("sendgrid", "other_message")
    theirs = mail_event(sent, "delivered", email="staging@elsewhere.example")
    assert sent.post(sendgrid([theirs])) == 204
    assert sent.house.states()["mail"] == "sent"
    assert ignored("sendgrid", "other_message") == counted + 1


def ignored(hook: str, reason: str) -> int:
    series = "webhooks_ignored_total", (("hook", hook), ("reason", reason))
    return COUNTERS.snapshot().get(series, 0)


def test_one_strange_event_does_not_hold_up_the_others(sent: Served) -> None:
    strange = [
        mail_event(sent, "delivered", timestamp="soon"),
        mail_event(sent, "delivered", rc_touch="99999999999999999"),
        mail_event(sent, "delivered", rc_touch="01J-touch-1"),
        mail_event(sent, "invented"),
    ]
    body = json.dumps([*strange, None, 7, mail_event(sent, "delivered", 30)])
    # The signing helper wants numbers as times, so sign the body by hand.
    hook = sendgrid([])
    assert sent.post(hook) == 204
    signed = _signed(body.encode())
    assert sent.post(signed) == 204
    assert sent.house.states()["mail"] == "delivered"
    faults = [row["fault"] for row in sent.house.rows(InboxItem) if row["fault"]]
    assert faults == ["ValueError timestamp 'soon' is no time"]


def _signed(body: bytes) -> Hook:
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256

    from tests.support import webhooks

    signature = webhooks._KEY.sign(b"1" + body, ECDSA(SHA256()))
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": "1",
    }
    return Hook(webhooks.SENDGRID_PATH, headers, body)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 200_000])
def test_signed_nonsense_is_400(small_served: Served, body: bytes) -> None:
    assert small_served.post(_signed(body)) == 400


# -- Twilio --------------------------------------------------------------------------------------


def test_a_status_moves_the_touch_that_its_address_names(sent: Served) -> None:
    hook = status(sent, "delivered")
    assert [sent.post(hook), sent.post(hook), sent.post(status(sent, "sent"))] == [204, 204, 204]
    assert sent.house.states()["text"] == "delivered"


def test_the_newer_signature_is_taken(sent: Served) -> None:
    url = f"{sent.settings.public_url}/hooks/twilio/status?touch={touch(sent, 'text')}"
    form = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": PHONE}
    assert sent.post(twilio(url, form, "sha256")) == 204
    assert sent.house.states()["text"] == "delivered"


def test_json_is_taken_when_its_hash_is_signed(sent: Served) -> None:
    body = json.dumps({"MessageSid": "SM1", "MessageStatus": "delivered", "To": PHONE}).encode()
    query = f"touch={touch(sent, 'text')}&bodySHA256={hashlib.sha256(body).hexdigest()}"
    url = f"{sent.settings.public_url}/hooks/twilio/status?{query}"
    signature = RequestValidator(AUTH_TOKEN).compute_signature(url, {})
    headers = {"Content-Type": "application/json", "X-Twilio-Signature": signature}
    hook = Hook(f"/hooks/twilio/status?{query}", headers, body)
    assert sent.post(replace(hook, body=body + b" ")) == 403
    assert sent.post(hook) == 204
    assert sent.house.states()["text"] == "delivered"


def test_stop_silences_the_number_and_the_answer_says_nothing(sent: Served) -> None:
    hook = inbound(sent.settings.public_url, PHONE, "Stop")
    answer = sent.call("POST", hook.path, hook.body, hook.headers)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert answer.text == hooks.EMPTY_TWIML
    assert sent.post(hook) == 200
    [row] = sent.house.rows(Suppression)
    assert (row["channel"], row["address"]) == ("sms", PHONE)
    assert len(sent.house.rows(InboxItem)) == 1


def test_the_touch_can_not_be_moved_to_another_by_a_changed_address(sent: Served) -> None:
    hook = status(sent, "delivered")
    other = hook.path.replace("touch=", "touch=9")
    assert sent.post(replace(hook, path=other)) == 403
    assert sent.post(replace(hook, path=f"{hook.path}&touch=1")) == 403


# -- forged, shut, broken ------------------------------------------------------------------------


def refused(hook: str, reason: str) -> int:
    labels = (("hook", hook), ("reason", reason))
    return COUNTERS.snapshot().get(("webhooks_refused_total", labels), 0)


def counts() -> tuple[int, int]:
    return refused("sendgrid", "mismatch"), refused("sendgrid", "missing")


def test_forged_ones_leave_no_trace_but_a_count(sent: Served) -> None:
    before, counted = sent.house.dump(), counts()
    genuine = [
        sendgrid([mail_event(sent, "delivered")]),
        status(sent, "delivered"),
        inbound(sent.settings.public_url, PHONE, "Stop"),
    ]
    for hook in genuine:
        assert sent.post(hook.forged()) == 403
        assert sent.post(replace(hook, headers={})) == 403
        plain = {"Content-Type": "application/x-www-form-urlencoded"}
        assert sent.post(replace(hook, headers=plain)) == 403
    assert sent.house.dump() == before
    forged, bare = counted
    assert counts() == (forged + 1, bare + 2)


def test_without_its_key_a_hook_is_shut_and_says_so(
    small_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    settings = small_house.engine.settings
    with serving(small_house, settings) as served:
        logging.getLogger("recovery").addHandler(caplog.handler)
        every = ["/hooks/sendgrid", "/hooks/twilio/status", "/hooks/twilio/inbound", "/v1/orders"]
        assert [served.call("POST", path, b"[]").status for path in every] == [503] * 4
    said = [record.fields["set"] for record in caplog.records]  # type: ignore[attr-defined]
    assert said == [
        "RECOVERY_SENDGRID_WEBHOOK_PUBLIC_KEY",
        "RECOVERY_TWILIO_AUTH_TOKEN",
        "RECOVERY_TWILIO_AUTH_TOKEN",
        "RECOVERY_ORDERS_SECRET",
    ]
    assert small_house.rows(InboxItem) == []


@pytest.mark.parametrize("nothing", ["", "  "])
def test_an_empty_key_opens_no_door(small_house: House, nothing: str) -> None:
    empty = SecretStr(nothing)
    twilio_settings = small_house.engine.settings.twilio
    settings = small_house.engine.settings.model_copy(
        update={
            "orders_secret": empty,
            "twilio": twilio_settings.model_copy(update={"auth_token": empty}),
        }
    )
    with serving(small_house, settings) as served:
        assert served.tell_orders([], secret=nothing).status == 503
        url = f"{settings.public_url}/hooks/twilio/inbound"
        mac = b64encode(hmac.digest(nothing.encode(), f"{url}BodySTOP".encode(), "sha1")).decode()
        form = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": mac}
        assert served.call("POST", "/hooks/twilio/inbound", b"Body=STOP", form).status == 503
    assert small_house.rows(InboxItem) == []


def test_our_own_failure_is_a_plain_500_and_the_repetition_is_taken(sent: Served) -> None:
    hook = sendgrid([mail_event(sent, "delivered")])
    with writing(sent.house.engine.database) as connection:
        connection.execute(text("ALTER TABLE inbox RENAME TO away"))
    answer = sent.call("POST", hook.path, hook.body, hook.headers)
    assert (answer.status, answer.text) == (500, "Internal Server Error")
    with writing(sent.house.engine.database) as connection:
        connection.execute(text("ALTER TABLE away RENAME TO inbox"))
    assert sent.post(hook) == 204
    assert sent.house.states()["mail"] == "delivered"
    log = (sent.settings.var_dir / "recovery.log").read_text("utf-8")
    assert "inbox" in log
    assert "ada@example.com" not in log


def test_what_was_stored_and_not_applied_is_applied_by_the_repetition(sent: Served) -> None:
    hook = sendgrid([mail_event(sent, "delivered")])
    with writing(sent.house.engine.database) as connection:
        connection.execute(text("ALTER TABLE decisions RENAME TO away"))
    assert sent.post(hook) == 500
    with writing(sent.house.engine.database) as connection:
        connection.execute(text("ALTER TABLE away RENAME TO decisions"))
    [row] = sent.house.rows(InboxItem)
    assert (row["applied_at"], row["fault"]) == (None, None)
    assert sent.post(hook.again()) == 204
    assert sent.house.states()["mail"] == "delivered"


def test_a_status_without_a_touch_is_about_the_message(sent: Served) -> None:
    url = f"{sent.settings.public_url}/hooks/twilio/status"
    form = {"MessageSid": "SM2", "MessageStatus": "delivered", "To": PHONE}
    for query in ("", "?touch=", "?touch=x", "?touch=-1", "?touch=" + "9" * 40):
        assert sent.post(twilio(url + query, form)) == 204
    assert sent.house.states()["text"] == "sent"
    assert {row["state"] for row in sent.house.rows(Touch)} == {"sent", "planned"}
