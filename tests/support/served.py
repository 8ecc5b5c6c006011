"""`recovery serve` in a thread of the test, on loopback, with the house's clock and database."""

import hmac
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import uvicorn
from pydantic import SecretStr

from recovery.links import Links
from recovery.settings import Settings
from recovery.web.app import create
from recovery.web.server import configured, listen
from tests.support.desks import AUTH_TOKEN
from tests.support.house import House
from tests.support.webhooks import PUBLIC_KEY, Hook

ORDERS_SECRET = "the shop and we know it"
BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1"


@dataclass(frozen=True)
class Answer:
    """What a caller got."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)


@dataclass(frozen=True)
class Served:
    """A house whose door is open."""

    house: House
    settings: Settings
    port: int

    @property
    def url(self) -> str:
        """Where to knock."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def links(self) -> Links:
        """Makes the links that messages carry."""
        return Links(self.settings.secret_key.get_secret_value(), self.settings.public_url)

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request on a connection of its own, as a person's browser unless `headers` differ."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            line.request(method, path, body, {"User-Agent": BROWSER} | dict(headers or {}))
            response: HTTPResponse = line.getresponse()
            text = response.read().decode()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, text)
        finally:
            line.close()

    def get(self, path: str, **headers: str) -> Answer:
        """GET, with header names spelled with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call("GET", path.removeprefix(self.settings.public_url), headers=named)

    def post(self, hook: Hook) -> int:
        """The status that a provider gets for `hook`."""
        return self.call("POST", hook.path, hook.body, hook.headers).status

    def tell_orders(self, told: Any, *, skew: int = 0, secret: str = ORDERS_SECRET) -> Answer:
        """POST /v1/orders, signed `skew` seconds beside the house's time."""
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        stamp = str(int(self.house.now.timestamp()) + skew)
        headers = {"X-Recovery-Signature": signed(secret, stamp, body)}
        return self.call("POST", "/v1/orders", body, headers)


def signed(secret: str, stamp: str, body: bytes) -> str:
    """The signature header of POST /v1/orders."""
    mac = hmac.new(secret.encode(), stamp.encode() + b"." + body, "sha256").hexdigest()
    return f"t={stamp},v1={mac}"


def with_keys(settings: Settings, **changes: Any) -> Settings:
    """The same settings with every door open."""
    keys = {
        "orders_secret": SecretStr(ORDERS_SECRET),
        "sendgrid": settings.sendgrid.model_copy(update={"webhook_public_key": PUBLIC_KEY}),
        "twilio": settings.twilio.model_copy(update={"auth_token": SecretStr(AUTH_TOKEN)}),
    }
    return settings.model_copy(update=keys | changes)


@contextmanager
def serving(house: House, settings: Settings) -> Iterator[Served]:
    """Serve until the block ends; then stop as SIGTERM would."""
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(configured(partial(create, settings, house.clock), settings))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        assert _started(server, thread), "the server did not start"
        yield Served(house, settings, listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()
        assert not thread.is_alive()


def _started(server: uvicorn.Server, thread: threading.Thread) -> bool:
    while thread.is_alive() and not server.started:
        thread.join(0.01)
    return server.started
