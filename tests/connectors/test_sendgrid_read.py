"""SendGrid's events: the published signature vector, names that survive retries, meanings."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from recovery.connectors.sendgrid.read import SIGNATURE, TIMESTAMP, events, read, verify
from recovery.errors import UsageError
from recovery.facts import EventKind

# The vector of the sendgrid package's own tests.
KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+"
    "2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="
)
OTHER_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqTxd43gyp8IOEto2LdIfjRQrIbsd4SXZkLW6jDutdhXSJCWHw8REntlo7"
    "aNDthvj+y7GjUuFDb/R1NGe1OPzpA=="
)
SIGNED = (
    "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZU"
    "AiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM="
)
BODY = (
    json.dumps(
        [
            {
                "email": "hello@world.com",
                "event": "dropped",
                "reason": "Bounced Address",
                "sg_event_id": "ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA",
                "sg_message_id": (
                    "LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0"
                ),
                "smtp-id": "<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>",
                "timestamp": 1600112492,
            }
        ],
        sort_keys=True,
        separators=(",", ":"),
    )
    + "\r\n"
).encode()
HEADERS = {
    "X-Twilio-Email-Event-Webhook-Signature": SIGNED,
    "X-Twilio-Email-Event-Webhook-Timestamp": "1600112502",
}


def event(kind: str, **fields: Any) -> dict[str, Any]:
    """One event as SendGrid writes it: our custom argument stands flat beside its own fields."""
    usual = {
        "email": "Ada@Example.com",
        "timestamp": 1893456000,
        "event": kind,
        "category": ["card-declined", "card-declined/reminder"],
        "sg_event_id": "ev00",
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
        "rc_touch": "17",
    }
    return usual | fields


def test_the_published_vector() -> None:
    assert verify(KEY, HEADERS, BODY)


@pytest.mark.parametrize(
    "body", [BODY.rstrip(b"\r\n"), BODY.replace(b"\r\n", b"\n"), BODY + b" ", b""]
)
def test_a_changed_body_is_not_theirs_not_even_its_line_end(body: bytes) -> None:
    assert not verify(KEY, HEADERS, body)


def test_another_key_did_not_sign_it() -> None:
    assert not verify(OTHER_KEY, HEADERS, BODY)


def test_the_time_stamp_is_signed_too() -> None:
    assert not verify(KEY, HEADERS | {"X-Twilio-Email-Event-Webhook-Timestamp": "1600112503"}, BODY)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {SIGNATURE: SIGNED},
        {TIMESTAMP: "1600112502"},
        {SIGNATURE: "", TIMESTAMP: "1600112502"},
        {SIGNATURE: "no base64!", TIMESTAMP: "1600112502"},
        {SIGNATURE: "ä", TIMESTAMP: "1600112502"},
        {SIGNATURE: b64encode(b"no DER").decode(), TIMESTAMP: "1600112502"},
        {SIGNATURE: SIGNED, TIMESTAMP: "\ud800"},
    ],
)
def test_malformed_headers_are_a_no_never_an_exception(headers: dict[str, str]) -> None:
    assert verify(KEY, headers, BODY) is False


def test_a_key_in_pem_is_the_same_key() -> None:
    assert verify(f"-----BEGIN PUBLIC KEY-----\n{KEY}\n-----END PUBLIC KEY-----\n", HEADERS, BODY)


@pytest.mark.parametrize("text", ["", "no key", b64encode(b"no DER").decode()])
def test_what_is_no_key_says_where_to_find_one(text: str) -> None:
    with pytest.raises(UsageError, match="Event Webhook"):
        verify(text, HEADERS, BODY)


def test_a_key_on_another_curve_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(UsageError):
        verify(b64encode(der).decode(), HEADERS, BODY)


def test_what_we_sign_ourselves_is_accepted() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    signature = key.sign(b"1" + b"[]\r\n", ec.ECDSA(SHA256()))
    headers = {SIGNATURE: b64encode(signature).decode(), TIMESTAMP: "1"}
    assert verify(b64encode(der).decode(), headers, b"[]\r\n")


# -- what is in a request ------------------------------------------------------------------------


def key_of(told: dict[str, Any]) -> str:
    [(key, _)] = events(json.dumps([told]).encode())
    return key


def test_a_retry_with_a_new_event_id_has_the_same_key() -> None:
    first = event("delivered", sg_event_id="ev01")
    again = event("delivered", sg_event_id="ev99", category="card-declined", attempt="2")
    assert key_of(first) == key_of(again)


@pytest.mark.parametrize(
    "other",
    [
        event("processed"),
        event("delivered", timestamp=1893456001),
        event("delivered", rc_touch="18"),
        event("delivered", url="https://shop.example/"),
    ],
)
def test_another_event_has_another_key(other: dict[str, Any]) -> None:
    assert key_of(event("delivered")) != key_of(other)


def test_without_our_argument_the_message_names_the_event() -> None:
    first, again, third = (
        event("open", rc_touch=None, sg_message_id=f"{message}.filter{server}.1.A.0")
        for message, server in (("abc", "0001"), ("abc", "0002"), ("abd", "0001"))
    )
    assert key_of(first) == key_of(again) != key_of(third)


def test_one_object_is_a_list_of_one_and_strangers_in_a_list_are_left() -> None:
    assert [told for _, told in events(b'{"event": "open"}')] == [{"event": "open"}]
    assert [told for _, told in events(b'[1, null, "x", {"event": "open"}]')] == [{"event": "open"}]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 200_000])
def test_what_is_no_json_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):
        events(body)


# -- what it means -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (event("processed"), EventKind.ACCEPTED),
        (event("deferred", attempt="5"), EventKind.DEFERRED),
        (event("delivered"), EventKind.DELIVERED),
        (event("bounce", type="bounce"), EventKind.BOUNCED),
        (event("bounce"), EventKind.BOUNCED),
        (event("bounce", type="blocked"), EventKind.BLOCKED),
        (event("dropped"), EventKind.DROPPED),
        (event("open"), EventKind.OPENED),
        (event("click", useragent="Mozilla/5.0"), EventKind.CLICKED),
        (event("spamreport"), EventKind.COMPLAINED),
        (event("unsubscribe"), EventKind.UNSUBSCRIBED),
        (event("group_unsubscribe", asm_group_id=1), EventKind.UNSUBSCRIBED),
        (event("group_resubscribe", asm_group_id=1), EventKind.RESUBSCRIBED),
    ],
)
def test_every_kind_of_event(told: dict[str, Any], kind: EventKind) -> None:
    fact = read(told)
    assert fact is not None
    assert (fact.kind, fact.touch_id, fact.address) == (kind, 17, "ada@example.com")
    assert fact.at == datetime(2030, 1, 1, tzinfo=UTC)
    assert fact.provider_id == "14c5d75ce93.dfd.64b469"
    assert fact.key == key_of(told)
    assert fact.machine is False


@pytest.mark.parametrize("kind", ["account_status_change", "received", "", None, 5])
def test_what_means_nothing_to_us_is_none(kind: Any) -> None:
    assert read(event("open", event=kind)) is None


def test_a_bounce_says_why_without_the_address() -> None:
    why = "550 5.1.1 <ada@example.com>: unknown user Ada@Example.com"
    fact = read(
        event("bounce", reason=why, status="5.1.1", bounce_classification="Invalid Address")
    )
    assert fact is not None
    assert fact.code == "5.1.1"
    assert fact.detail == "Invalid Address: 550 5.1.1 <…>: unknown user …"


def test_mail_programs_that_open_by_themselves_are_machines() -> None:
    fact = read(event("open", sg_machine_open=True))
    assert fact is not None
    assert fact.machine


@pytest.mark.parametrize(
    ("agent", "machine"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Safari/604.1", False),
        ("Mozilla/5.0 (Linux; Android 14; CUBOT X90) Chrome/140 Mobile Safari/537.36", False),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        ("Barracuda Sentinel (EE)", True),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", True),
        ("WhatsApp/2.23", True),
        ("", True),
    ],
)
def test_scanners_clicks_are_machines(agent: str, machine: bool) -> None:
    fact = read(event("click", useragent=agent, url="https://shop.example/pay/x"))
    assert fact is not None
    assert (fact.machine, fact.url) == (machine, "https://shop.example/pay/x")


@pytest.mark.parametrize("touch", ["01J-touch-1", "", "-3", "0", "9" * 30, None, [], "１７"])
def test_a_touch_that_is_none_of_ours_is_none(touch: Any) -> None:
    fact = read(event("open", rc_touch=touch))
    assert fact is not None
    assert fact.touch_id is None


@pytest.mark.parametrize("stamp", [None, "soon", 10**30, float("nan"), [1]])
def test_an_event_without_a_time_is_a_value_error(stamp: Any) -> None:
    with pytest.raises(ValueError, match="timestamp"):
        read(event("open", timestamp=stamp))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from([*event("open"), "type", "status", "reason", "url", "useragent"])


@given(st.dictionaries(FIELDS, JSON), st.sampled_from(["open", "click", "bounce", "nonsense"]))
def test_whatever_stands_in_an_event_ends_in_a_fact_or_a_value_error(
    fields: dict[str, Any], kind: str
) -> None:
    told = fields | {"event": kind}
    [(key, kept)] = events(json.dumps([told]).encode())
    try:
        fact = read(kept)
    except ValueError:
        return
    assert fact is None or fact.key == key
    if fact is not None:
        stored = f"{fact.address}{fact.detail}{fact.url}{fact.code}{fact.provider_id}"
        assert "\0" not in stored
        stored.encode()


@pytest.mark.parametrize("kind", ["bounce", "spamreport", "dropped", "unsubscribe"])
def test_what_sendgrid_sends_to_try_the_hook_puts_nobody_on_the_list(kind: str) -> None:
    told = {"email": "example@test.com", "timestamp": 1513299569, "event": kind}
    assert read(told) is None
    assert read(told | {"email": "kim@test.com"}) is not None
    assert read(told | {"rc_touch": "7"}) is not None
