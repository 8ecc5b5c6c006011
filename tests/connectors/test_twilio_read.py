"""Twilio's webhooks: the published signature vectors, and what a status or a text says."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from recovery.connectors.twilio.read import (
    inbound_key,
    read_inbound,
    read_status,
    status_key,
    verify,
)
from recovery.facts import EventKind

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
# The vectors of the twilio package's own tests.
TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
]
SIGNED = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
JSON_BODY = b'{"property": "value", "boolean": true}'
JSON_HASH = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
JSON_SIGNED = "a9nBmqA0ju/hNViExpshrM61xv4="


def signed(signature: str, **more: str) -> dict[str, str]:
    return {"X-Twilio-Signature": signature, **more}


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        (URL, SIGNED),
        (URL.replace(".com", ".com:443"), SIGNED),
        (URL, "kvajT1Ptam85bY51eRf/AJRuM3w="),  # signed with :443
        (URL.replace(".com", ".com:443"), "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (URL.replace("https", "http"), "0ZXoZLH/DfblKGATFgpif+LLRf4="),  # signed with :80
        (URL.replace("https", "http").replace(".com", ".com:80"), "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        (URL.replace("https", "http").replace(".com", ".com:1234"), "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    ],
)
def test_the_published_vectors_with_and_without_port(url: str, signature: str) -> None:
    assert verify(TOKEN, url, signed(signature), b"", CALL)
    assert verify(TOKEN, url, signed(signature), b"", CALL[::-1])


def test_a_field_given_several_times_is_signed_with_each_value_once() -> None:
    form = [("Sid", "CA123"), ("SidAccount", "AC123")]
    digits = [("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
    assert verify(TOKEN, URL, signed("IK+Dwps556ElfBT0I3Rgjkr1wJU="), b"", form + digits)


def test_of_json_the_hash_stands_in_the_address() -> None:
    url = f"{URL}&bodySHA256={JSON_HASH}"
    assert verify(TOKEN, url, signed(JSON_SIGNED), JSON_BODY, None)
    assert not verify(TOKEN, url, signed(JSON_SIGNED), JSON_BODY + b" ", None)


def test_json_whose_hash_is_missing_is_refused_although_the_address_is_signed() -> None:
    signature = RequestValidator(TOKEN).compute_signature(URL, {})
    assert verify(TOKEN, URL, signed(signature), b"", [])
    assert not verify(TOKEN, URL, signed(signature), JSON_BODY, None)


@pytest.mark.parametrize(
    ("token", "url", "form"),
    [
        ("12346", URL, CALL),
        (TOKEN, URL + "3", CALL),
        (TOKEN, URL, [*CALL, ("Extra", "1")]),
        (TOKEN, URL, CALL[1:]),
        (TOKEN, URL, []),
    ],
)
def test_anything_changed_is_not_theirs(token: str, url: str, form: Any) -> None:
    assert not verify(token, url, signed(SIGNED), b"", form)


SHA256_HEADER = {
    "X-Twilio-Webhooks-Signature-Settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
}


def test_the_newer_signature_counts_when_its_header_says_so() -> None:
    newer = RequestValidator(TOKEN).compute_signature(URL, dict(CALL), "HMAC_SHA256")
    assert verify(TOKEN, URL, signed(newer, **SHA256_HEADER), b"", CALL)
    assert not verify(TOKEN, URL, signed(newer), b"", CALL)
    assert not verify(TOKEN, URL, signed(SIGNED, **SHA256_HEADER), b"", CALL)


@pytest.mark.parametrize("algorithm", ["HMAC_MD5", "none", "NONE,algorithm=HMAC_SHA1"])
def test_an_algorithm_we_do_not_know_is_a_no(algorithm: str) -> None:
    settings = {"X-Twilio-Webhooks-Signature-Settings": f"key=1,algorithm={algorithm}"}
    assert verify(TOKEN, URL, signed(SIGNED, **settings), b"", CALL) is False


@pytest.mark.parametrize("headers", [{}, signed(""), signed("ä"), signed("\ud800"), signed("x")])
def test_a_missing_or_malformed_signature_is_a_no(headers: dict[str, str]) -> None:
    assert verify(TOKEN, URL, headers, b"", CALL) is False
    assert verify(TOKEN, URL, headers, JSON_BODY, None) is False


PAIRS = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4)
URLS = st.builds(
    "{}://{}{}/hooks{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["a.example", "me:pw@a.example"]),
    st.sampled_from(["", ":80", ":443", ":8443"]),
    st.sampled_from(["", "?touch=1", "?a=b&touch=2"]),
)


@given(PAIRS, URLS, st.sampled_from(["HMAC_SHA1", "HMAC_SHA256"]))
def test_we_agree_with_the_package(form: dict[str, str], url: str, algorithm: str) -> None:
    signature = RequestValidator(TOKEN).compute_signature(url, form, algorithm)
    settings = {"X-Twilio-Webhooks-Signature-Settings": f"key=k,algorithm={algorithm}"}
    assert verify(TOKEN, url, signed(signature, **settings), b"", list(form.items()))


def test_user_and_password_of_the_address_are_signed_with_it() -> None:
    url = "https://hook:pw@a.example/hooks"
    signature = RequestValidator(TOKEN).compute_signature(url, {})
    assert verify(TOKEN, url, signed(signature), b"", [])
    assert not verify(TOKEN, "https://a.example/hooks", signed(signature), b"", [])


# -- what it says --------------------------------------------------------------------------------


def form(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))


STATUS = (
    "AccountSid=ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&ApiVersion=2010-04-01&From=%2B15017250604"
    "&MessageSid=SM1342fe1b2c904d1ab04f0fc7a58abca9&SmsSid=SM1342fe1b2c904d1ab04f0fc7a58abca9"
    "&To=%2B14155550100"
)


def status(name: str, code: str = "") -> dict[str, str]:
    return form(f"{STATUS}&MessageStatus={name}&SmsStatus={name}&ErrorCode={code}")


@pytest.mark.parametrize(
    ("name", "code", "kind"),
    [
        ("accepted", "", EventKind.ACCEPTED),
        ("queued", "", EventKind.ACCEPTED),
        ("sending", "", EventKind.ACCEPTED),
        ("sent", "", EventKind.ACCEPTED),
        ("teleported", "", EventKind.ACCEPTED),
        ("delivered", "", EventKind.DELIVERED),
        ("read", "", EventKind.DELIVERED),
        ("undelivered", "30003", EventKind.FAILED),
        ("undelivered", "30006", EventKind.BOUNCED),
        ("failed", "30007", EventKind.FAILED),
        ("failed", "21614", EventKind.BOUNCED),
        ("canceled", "", EventKind.DROPPED),
    ],
)
def test_every_status(name: str, code: str, kind: EventKind) -> None:
    fact = read_status(status(name, code), 17, NOW)
    assert (fact.kind, fact.code, fact.touch_id) == (kind, code or None, 17)
    assert fact.provider_id == "SM1342fe1b2c904d1ab04f0fc7a58abca9"
    assert (fact.address, fact.at, fact.source) == ("+14155550100", NOW, "twilio")


def test_repetitions_have_one_key_and_other_statuses_others() -> None:
    again = status("sent") | {"RawDlrDoneDate": "2607171206"}
    assert status_key(status("sent")) == status_key(again)
    others = [
        status("delivered"),
        status("sent") | {"MessageSid": "SM2"},
        status("failed", "30007"),
    ]
    assert len({status_key(one) for one in [status("sent"), *others]}) == 4


def test_without_a_message_id_the_whole_form_is_the_key() -> None:
    assert status_key({"To": "+1"}) == status_key({"To": "+1"}) != status_key({"To": "+2"})


INBOUND = (
    "Body=Stop&From=%2B14155550100&FromCountry=US&MessageSid=SMe287&NumMedia=0&SmsStatus=received"
    "&To=%2B15017250604"
)


@pytest.mark.parametrize(
    ("more", "opt_out_type"),
    [("", None), ("&OptOutType=STOP", "STOP"), ("&OptOutType=help", "HELP")],
)
def test_a_text_message_to_us(more: str, opt_out_type: str | None) -> None:
    told = form(INBOUND + more)
    sms = read_inbound(told, NOW)
    assert (sms.sender, sms.to, sms.body) == ("+14155550100", "+15017250604", "Stop")
    assert (sms.opt_out_type, sms.at, sms.key) == (opt_out_type, NOW, inbound_key(told))


def test_two_messages_with_the_same_words_are_two() -> None:
    assert inbound_key(form(INBOUND)) != inbound_key(form(INBOUND.replace("e287", "e288")))


def test_a_text_from_nobody_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="From"):
        read_inbound({"Body": "STOP"}, NOW)


def test_the_hash_is_of_the_bytes() -> None:
    body = '{"Body": "grüße"}'.encode()
    url = f"{URL}&bodySHA256={hashlib.sha256(body).hexdigest()}"
    signature = RequestValidator(TOKEN).compute_signature(url, {})
    assert verify(TOKEN, url, signed(signature), body, None)


@pytest.mark.parametrize("sender", ["whatsapp:+5215512345678", "messenger:1234567890"])
def test_another_channel_is_no_sms(sender: str) -> None:
    assert read_inbound({"MessageSid": "SM1", "From": sender, "Body": "STOP"}, NOW) is None
    status = {"MessageSid": "SM1", "MessageStatus": "failed", "To": sender, "ErrorCode": "21211"}
    assert read_status(status, 7, NOW).address is None
