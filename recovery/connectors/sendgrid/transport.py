"""The sendgrid package's HTTP client on kept-alive connections.

The package's own transport opens a connection and reads all certificates for every mail, has no
time-out, follows redirects, and writes the key and the whole mail to its log at DEBUG.
"""

import json
from urllib.parse import urlsplit

from python_http_client.client import Client
from sendgrid import SendGridAPIClient

from recovery.connectors.wire import Answer, Wire


class KeptAliveClient(Client):  # type: ignore[misc]  # the package is untyped
    """Takes the place of the package's client: same addresses and headers, another wire."""

    def __init__(self, wire: Wire, **parts: object) -> None:
        super().__init__(**parts)
        self._wire = wire

    def _build_client(self, name: str | None = None) -> "KeptAliveClient":
        return KeptAliveClient(
            self._wire,
            host=self.host,
            version=self._version,
            request_headers=self.request_headers,
            url_path=[*self._url_path, name] if name else self._url_path,
        )

    def post(self, request_body: object) -> Answer:
        """Answer with any status; the package's version raises on those above 399."""
        body = json.dumps(request_body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {**self.request_headers, "Content-Type": "application/json"}
        return self._wire.request("POST", urlsplit(self._build_url(None)).path, body, headers)

    def get(self, query_params: dict[str, object] | None = None) -> Answer:
        """Ask for a record; answer with any status."""
        address = urlsplit(self._build_url(query_params))
        target = f"{address.path}?{address.query}" if address.query else address.path
        return self._wire.request("GET", target, b"", dict(self.request_headers))


def client(api_key: str, host: str, wire: Wire) -> SendGridAPIClient:
    """Return the package's client for `host`, speaking through `wire`."""
    package = SendGridAPIClient(api_key, host=host)
    headers = package.client.request_headers
    package.client = KeptAliveClient(wire, host=host, version=3, request_headers=headers)
    return package
