"""Nonsense with a good signature: a shop's or a provider's mistake is never a 5xx of ours."""

import json
from base64 import b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recovery.connectors.sendgrid.read import KINDS as MAIL_KINDS
from recovery.connectors.table_file.columns import FIELDS
from recovery.connectors.twilio.read import KINDS as SMS_KINDS
from tests.support.order_rows import row
from tests.support.served import Served
from tests.support.webhooks import _KEY, Hook, twilio

ours = settings(
    max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["1e309", "\0", "\ud800", "9" * 50, "2026-11-22T09:00:00Z", "DE", "paid"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
ORDERS = st.lists(
    st.one_of(
        JSON,
        st.dictionaries(st.sampled_from(sorted(FIELDS)), JSON, max_size=8),
        st.dictionaries(st.sampled_from(sorted(FIELDS)), JSON, max_size=2).map(
            lambda changes: row() | changes
        ),
    ),
    max_size=4,
)
EVENT_FIELDS = ["email", "timestamp", "sg_message_id", "rc_touch", "type", "status", "reason"]
EVENTS = st.lists(
    st.builds(
        lambda kind, rest: {"timestamp": 1893456000} | rest | {"event": kind},
        st.sampled_from([*MAIL_KINDS, "invented"]),
        st.dictionaries(st.sampled_from([*EVENT_FIELDS, "url", "useragent", "category"]), JSON),
    ),
    max_size=4,
)
FORM_FIELDS = ["MessageSid", "SmsSid", "ErrorCode", "To", "From", "Body", "OptOutType"]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FORMS = st.builds(
    lambda status, rest: rest | {"MessageStatus": status},
    st.sampled_from([*SMS_KINDS, "sent", "", "invented"]),
    st.dictionaries(st.sampled_from(FORM_FIELDS), TEXT),
)


@ours
@given(ORDERS)
def test_orders(small_served: Served, told: list[Any]) -> None:
    answer = small_served.tell_orders(json.dumps(told).encode())
    assert answer.status in (200, 422), answer.text
    assert answer.json["read"] == len(told)
    assert answer.json["rejected"] + len(answer.json.get("kept", told)) == len(told)


@ours
@given(EVENTS)
def test_events(small_served: Served, told: list[dict[str, Any]]) -> None:
    body = json.dumps(told).encode() + b"\r\n"
    signature = b64encode(_KEY.sign(b"1" + body, ECDSA(SHA256()))).decode()
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": "1",
    }
    assert small_served.post(Hook("/hooks/sendgrid", headers, body)) == 204


@ours
@given(FORMS, st.sampled_from(["status?touch=1", "status?touch=x", "status", "inbound"]))
def test_forms(small_served: Served, form: dict[str, str], where: str) -> None:
    hook = twilio(f"{small_served.settings.public_url}/hooks/twilio/{where}", form)
    assert small_served.post(hook) in (200, 204)
