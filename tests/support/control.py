"""The fake providers' back door: orders and questions from another process, as JSON over HTTP."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.support.faults import Fault, as_bytes
from tests.support.http_line import Reply
from tests.support.taken import Fate, Taken

if TYPE_CHECKING:
    from tests.support.providers import Providers

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 30
_DIALS = {"checking", "latency", "slow_seconds", "activity", "logs", "keeps_text"}
_SIGHT = {"lag", "lag_seconds"}


class Control:
    """The side of the providers."""

    def __init__(self, providers: "Providers") -> None:
        self.providers = providers

    def take(self, method: str, target: str, body: bytes) -> Reply:
        """One order: GET ledger or state; POST fail, weather, calm, settle or set."""
        acts = {
            "GET /control/ledger": self._ledger,
            "GET /control/state": self._state,
            "POST /control/fail": self._fail,
            "POST /control/weather": self._weather,
            "POST /control/settle": self._settle,
            "POST /control/calm": self._calm,
            "POST /control/set": self._set,
        }
        act = acts.get(f"{method} {target}")
        if act is None:
            return Reply(404, as_bytes({"error": f"no {method} {target}", "acts": list(acts)}))
        try:
            return Reply(200, as_bytes(act(json.loads(body or b"{}"))), delay=0.0)
        except (KeyError, TypeError, ValueError) as error:
            return Reply(400, as_bytes({"error": repr(error)}))

    def _ledger(self, told: dict[str, Any]) -> object:
        return [taken.json() for taken in self.providers.taken[told.get("since", 0) :]]

    def _state(self, _: dict[str, Any]) -> object:
        return {
            "requests": self.providers.requests,
            "messages": len(self.providers.taken),
            "per_touch": self.providers.per_touch,
            "complaints": self.providers.complaints,
            "met": self.providers.met,
        }

    def _fail(self, told: dict[str, Any]) -> object:
        self.providers.fail(*(Fault[name] for name in told["faults"]), of=told["of"])
        return {}

    def _weather(self, told: dict[str, Any]) -> object:
        shares = {Fault[name]: share for name, share in told["shares"].items()}
        self.providers.weather(shares, told["seed"], told["of"])
        return {}

    def _calm(self, _: dict[str, Any]) -> object:
        self.providers.scripts.clear()
        return {}

    def _settle(self, told: dict[str, Any]) -> object:
        self.providers.fates = {to: Fate(fate) for to, fate in told["fates"].items()}
        self.providers.settle(Fate(told["otherwise"]) if told["otherwise"] else None)
        return {}

    def _set(self, told: dict[str, Any]) -> object:
        for name, value in told.items():
            if name == "at":
                self.providers.at = datetime.fromisoformat(value) if value else None
            elif name in _SIGHT:
                setattr(self.providers.sight, name, value)
            elif name in _DIALS:
                setattr(self.providers, name, value)
            else:
                raise KeyError(name)
        return {}


@dataclass(frozen=True)
class Remote:
    """The side of whoever steers providers in another process."""

    url: str

    @property
    def taken(self) -> list[Taken]:
        """Every message that was accepted, in order."""
        return self.taken_since(0)

    def taken_since(self, count: int) -> list[Taken]:
        """Those after the first `count`."""
        return [Taken.from_json(told) for told in self._call("GET", "ledger", since=count)]

    @property
    def per_touch(self) -> Counter[str]:
        """How many messages each touch has become."""
        return Counter(self.state["per_touch"])

    @property
    def state(self) -> dict[str, Any]:
        """Numbers of requests, messages and faults met, and why requests were found wrong."""
        told: dict[str, Any] = self._call("GET", "state")
        return told

    def fail(self, *faults: Fault, of: str = "send") -> None:
        """Let the next requests `of` this kind, one each, go wrong like this."""
        self._call("POST", "fail", of=of, faults=[fault.name for fault in faults])

    def weather(self, shares: Mapping[Fault, float], seed: int, of: str = "send") -> None:
        """From now on let such shares of the requests `of` this kind go wrong."""
        named = {fault.name: share for fault, share in shares.items()}
        self._call("POST", "weather", of=of, seed=seed, shares=named)

    def calm(self) -> None:
        """Forget what was ordered with `fail`."""
        self._call("POST", "calm")

    def settle(
        self, fates: Mapping[str, Fate] | None = None, otherwise: Fate | None = Fate.DELIVERED
    ) -> None:
        """Decide what became of each message: by its address, or `otherwise`."""
        self._call("POST", "settle", fates=dict(fates or {}), otherwise=otherwise)

    def set(self, **dials: object) -> None:
        """Turn dials of `Providers` (latency, activity, at …) and of its `Sight` (lag …)."""
        self._call("POST", "set", **dials)

    def _call(self, method: str, act: str, **told: object) -> Any:
        line = HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE_SECONDS)
        try:
            line.request(method, f"/control/{act}", as_bytes(told))
            answer = line.getresponse()
            body = answer.read()
        finally:
            line.close()
        if answer.status != 200:
            raise RuntimeError(f"the fake providers answered {answer.status}: {body!r}")
        return json.loads(body)


@contextmanager
def running_providers() -> Iterator[Remote]:
    """Both fake providers in a process of their own, which no kill of workers can reach.

    It ends with this process, also when this process is killed.
    """
    command = [sys.executable, "-m", "tests.support.providers", "--checking", "--until-eof"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin and process.stdout
    try:
        yield Remote(process.stdout.readline().strip())
    finally:
        process.stdin.close()
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
