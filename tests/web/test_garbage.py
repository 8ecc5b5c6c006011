"""Whatever comes, the answer is ours: never a 5xx, never a trace, and nothing is changed."""

import socket
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.served import Served

PATHS = st.one_of(
    st.sampled_from(
        ["/v1/orders", "/hooks/sendgrid", "/hooks/twilio/status", "/hooks/twilio/inbound"]
    ),
    st.builds(
        "{}{}".format,
        st.sampled_from(["/pay/", "/unsubscribe/", "/hooks/", "/"]),
        st.text(max_size=60).map(lambda text: quote(text, safe="/?=&%.")),
    ),
)
QUERIES = st.one_of(
    st.just(""),
    st.sampled_from(["?touch=1", "?touch=%ff", "?bodySHA256=", "?touch=1&bodySHA256=%00", "?" * 9]),
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "Content-Type",
            "X-Recovery-Signature",
            "X-Twilio-Signature",
            "X-Twilio-Webhooks-Signature-Settings",
            "X-Twilio-Email-Event-Webhook-Signature",
            "X-Twilio-Email-Event-Webhook-Timestamp",
            "Accept-Language",
            "User-Agent",
            "Host",
            "X-Forwarded-Host",
        ]
    ),
    st.one_of(
        st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")),
        st.sampled_from(
            [
                "application/json",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "t=1,v1=00",
                "key=,algorithm=HMAC_SHA256",
            ]
        ),
    ).map(str.strip),
    max_size=5,
)


@settings(
    max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(
    st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "BREW"]),
    PATHS,
    QUERIES,
    HEADERS,
    st.binary(max_size=200),
)
def test_garbage_never_hurts(
    small_served: Served, method: str, path: str, query: str, headers: dict[str, str], body: bytes
) -> None:
    answer = small_served.call(method, path + query, body, headers)
    assert answer.status < 500, (answer.status, answer.text)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "Traceback" not in answer.text


def test_garbage_changes_nothing(small_served: Served) -> None:
    before = small_served.house.dump()
    for path in ("/v1/orders", "/hooks/sendgrid", "/hooks/twilio/status", "/unsubscribe/x"):
        for body in (b"", b"{}", b"[]", b"\x00" * 1000, b"a=b&c", b'[{"event":"open"}]'):
            small_served.call("POST", path, body)
    assert small_served.house.dump() == before


@pytest.mark.parametrize("line", [b"\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n"])
def test_what_is_no_http_is_refused(small_served: Served, line: bytes) -> None:
    with socket.create_connection(("127.0.0.1", small_served.port), timeout=20) as raw:
        raw.sendall(line)
        raw.shutdown(socket.SHUT_WR)
        answer = raw.recv(4096)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert small_served.get("/healthz").status == 200
