"""The twilio package's HTTP client on kept-alive connections.

`HttpClient` is the package's own place for another transport. The one it brings (requests) has no
time-out, no base URL and no headers in its errors, and costs several times the CPU.
"""

import logging
from base64 import b64encode
from urllib.parse import urlencode, urlsplit

from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from recovery.connectors.wire import Answer, Wire


class Refused(Exception):
    """Raised when the answer is no success; carries the whole answer, headers included."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class WireClient(HttpClient):  # type: ignore[misc]  # the package is untyped
    """Sends what the package asks for to the wire's own host."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self._wire = wire

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Do one request; the wire's own time-outs hold, and redirects are never followed."""
        asked = urlsplit(uri)  # the address of a next page has a query of its own
        target = self._wire.base.path.rstrip("/") + asked.path
        queries = [part for part in (asked.query, urlencode(params or {})) if part]
        query = f"?{'&'.join(queries)}" if queries else ""
        login = b64encode(":".join(auth or ()).encode()).decode()
        body = urlencode(data or {}, doseq=True).encode()
        sent = {**(headers or {}), "Authorization": f"Basic {login}"}
        answer = self._wire.request(method, target + query, body, sent)
        if not 200 <= answer.status < 300:
            raise Refused(answer)
        return Response(answer.status, answer.body.decode("utf-8", "replace"), answer.headers)


def client(account_sid: str, auth_token: str, wire: Wire) -> Client:
    """Return the package's client, speaking through `wire`."""
    return Client(account_sid, auth_token, http_client=WireClient(wire))
