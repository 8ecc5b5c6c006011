"""Strange requests byte by byte: each is answered, changes nothing, and writes no line of log."""

import base64
import hashlib
import hmac
import json
import socket

import pytest

from tests.support.desks import AUTH_TOKEN
from tests.support.order_rows import row
from tests.support.served import ORDERS_SECRET, Served, signed
from tests.support.webhooks import inbound

END = b"Host: a\r\nConnection: close\r\n\r\n"
POST = b"POST /v1/orders HTTP/1.1\r\n"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /healthz HTTP/1.0\r\n\r\n", 200),
        (b"HEAD /healthz HTTP/1.1\r\n" + END, 200),
        (b"OPTIONS /v1/orders HTTP/1.1\r\n" + END, 405),
        (b"GET /v1/orders HTTP/1.1\r\n" + END, 405),
        (b"TRACE / HTTP/1.1\r\n" + END, 405),
        (b"GET /healthz?" + b"a" * 50_000 + b" HTTP/1.1\r\n" + END, 200),
        (b"GET /pay/\xff\xfe HTTP/1.1\r\n" + END, 400),
        (b"GET /pay/%ff%fe%00 HTTP/1.1\r\n" + END, 404),
        (b"GET /pay/../../etc/passwd HTTP/1.1\r\n" + END, 404),
        (b"GET /pay/%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1\r\n" + END, 404),
        (b"GET http://elsewhere.example/healthz HTTP/1.1\r\n" + END, 404),
        (POST + b"Content-Length: -5\r\n" + END, 400),
        (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n" + END + b"{}", 400),
        (POST + b"Content-Length: 2\r\nX-Recovery-Signature: t=1,v1=\xff\r\n" + END + b"{}", 403),
        (POST + b"Content-Length: 2\r\nContent-Encoding: gzip\r\n" + END + b"{}", 403),
        (POST + b"Transfer-Encoding: chunked\r\n" + END + b"2\r\n{}\r\n0\r\n\r\n", 403),
        (POST + b"Transfer-Encoding: chunked\r\n" + END + b"zz\r\n{}\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ],
)
def test_strange_requests_are_answered_and_change_nothing(
    small_served: Served,
    request_bytes: bytes,
    status: int,
    capfd: pytest.CaptureFixture[str],
) -> None:
    before = small_served.house.dump()
    answer = said(small_served, request_bytes)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"Traceback" not in answer
    assert small_served.house.dump() == before
    assert capfd.readouterr().err == ""


def test_of_two_signatures_the_first_counts(small_served: Served) -> None:
    """What stands behind a proxy can't slip a second one past it."""
    body = json.dumps(row()).encode()
    stamp = str(int(small_served.house.now.timestamp()))
    good, bad = (signed(secret, stamp, body) for secret in (ORDERS_SECRET, "another"))
    for first, second, status in ((bad, good, 403), (good, bad, 200)):
        headers = f"X-Recovery-Signature: {first}\r\nX-Recovery-Signature: {second}\r\n"
        length = f"Content-Length: {len(body)}\r\n"
        answer = said(small_served, POST + (headers + length).encode() + END + body)
        assert answer.startswith(b"HTTP/1.1 %d " % status)


def test_twilio_signs_the_public_address_whatever_a_proxy_says(small_served: Served) -> None:
    hook = inbound(small_served.settings.public_url, "+4915123456789", "hello")
    for says in ({}, {"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}):
        forwarded = dict(hook.headers) | says | {"X-Forwarded-Proto": "https"}
        assert small_served.call("POST", hook.path, hook.body, forwarded).status == 200
    longer = small_served.call("POST", f"{hook.path}?touch=1", hook.body, hook.headers)
    other_kind = dict(hook.headers) | {"Content-Type": "text/plain"}
    assert (longer.status, len(small_served.house.dump()["inbox"])) == (403, 1)
    assert small_served.call("POST", hook.path, hook.body, other_kind).status == 403
    evil = inbound("https://evil.example", "+4915123456789", "STOP", 2)
    told = dict(evil.headers) | {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    assert small_served.call("POST", evil.path, evil.body, told).status == 403
    assert len(small_served.house.dump()["inbox"]) == 1


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_json_of_twilio_needs_its_own_hash(small_served: Served, algorithm: str) -> None:
    body = json.dumps({"MessageSid": "SM1", "From": "+4915123456789", "Body": "hello"}).encode()
    mine, others = (hashlib.sha256(one).hexdigest() for one in (body, b"another"))
    for told, status in ((others, 403), ("", 403), (mine, 200)):
        path = f"/hooks/twilio/inbound?bodySHA256={told}"
        url = small_served.settings.public_url + path
        mac = hmac.digest(AUTH_TOKEN.encode(), url.encode(), algorithm)
        headers = {
            "Content-Type": "application/json",
            "X-Twilio-Signature": base64.b64encode(mac).decode(),
        }
        if algorithm == "sha256":
            setting = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
            headers["X-Twilio-Webhooks-Signature-Settings"] = setting
        assert small_served.call("POST", path, body, headers).status == status
    assert len(small_served.house.dump()["inbox"]) == 1


def said(served: Served, request_bytes: bytes) -> bytes:
    """What comes back on a connection of its own, as far as it comes."""
    answer = b""
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        try:
            line.sendall(request_bytes)
            while part := line.recv(65536):
                answer += part
        except OSError:  # they hung up while we were still talking
            return answer
    return answer
