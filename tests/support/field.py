"""A shop under fire: its runs, workers and server are processes that may die at any moment.

Time is virtual: it stands while processes fight and moves when all of them are dead or done, so
that leases end and records settle without anybody waiting.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from datetime import timedelta
from io import BytesIO
from random import Random
from typing import Any, TypeVar

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import make_url

from recovery.engine import Engine
from recovery.errors import Exit, Unavailable
from recovery.models import TouchState
from recovery.settings import load_settings
from tests.support import servers
from tests.support.command import PATIENCE, Process, start_python
from tests.support.control import Remote
from tests.support.house import House
from tests.support.order_rows import jsonl
from tests.support.outside import PUBLIC_URL, Letter, Outside
from tests.support.served import ORDERS_SECRET
from tests.support.shop import sending_to
from tests.support.webhooks import PUBLIC_KEY
from tests.support.witness import Witness

GLANCE = 0.02  # seconds between two looks at what the providers have taken
QUIET = 4.0  # seconds without a request, after which nothing more is expected
HURRY = {"READ_SECONDS": "1"}  # how long providers may take to answer
KEYS = {
    "RECOVERY_PUBLIC_URL": PUBLIC_URL,
    "RECOVERY_ORDERS_SECRET": ORDERS_SECRET,
    "RECOVERY_SENDGRID_WEBHOOK_PUBLIC_KEY": PUBLIC_KEY,
}
SERVER_POINTS = ("C7", "C7b")
T = TypeVar("T")


class Redises:
    """A Redis-protocol server that can be killed and started again at its address."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.url = self._stack.enter_context(servers.valkey())

    def flush(self) -> None:
        with suppress(RedisError), Redis.from_url(self.url) as redis:
            redis.flushall()

    def kill(self) -> None:
        """kill -9, and a new one, empty, at the same address."""
        with Redis.from_url(self.url) as redis:
            os.kill(int(redis.info("server")["process_id"]), signal.SIGKILL)
        self._stack.close()
        self._stack.enter_context(servers.valkey(make_url(self.url).port))

    def close(self) -> None:
        self._stack.close()


class Field:
    """The processes of one shop, and the world that tells it news.

    `events` counts what was done to them, `ends` the exit codes of those who ended by themselves,
    `points` the named points where somebody died.
    """

    def __init__(
        self, house: House, remote: Remote, seed: int, redis: Redises | None, **settings: str
    ) -> None:
        self.house, self.remote, self.redis = house, remote, redis
        self.dice = Random(seed)  # noqa: S311
        self.events: Counter[str] = Counter()
        self.ends: Counter[int] = Counter()
        self.points: Counter[str] = Counter()
        house.environ |= sending_to(remote.url) | KEYS | settings
        house.engine.close()
        house.engine = Engine(load_settings(house.project, house.environ), house.clock)
        self.witness = Witness(house.engine.database)
        self._port = servers.free_port()
        self.outside = Outside(f"http://127.0.0.1:{self._port}", self.witness.hears)
        self.broker = {"RECOVERY_BROKER_URL": redis.url} if redis else {}
        self.workers: list[Process] = []
        self.runs: list[Process] = []
        self.server: Process | None = None
        self._decks: dict[str, list[Any]] = {}
        self._expected: dict[int, str] = {}  # process id → the point where it is to die
        self.wait(timedelta(0))

    def draw(self, deck: str, cards: Sequence[T]) -> T:
        """One of `cards`; every one of them comes before one comes again."""
        left = self._decks.setdefault(deck, [])
        if not left:
            left += self.dice.sample(cards, len(cards))
        card: T = left.pop()
        return card

    # -- the shop at peace ------------------------------------------------------------------------

    def wait(self, span: timedelta) -> None:
        """Let time pass, here and at the providers."""
        self.house.clock.advance(span)
        self.remote.set(at=self.house.now.isoformat())

    def imports(self, rows: Iterable[dict[str, Any]]) -> None:
        """Take these orders in."""
        taken = self.house.engine.import_orders([BytesIO(jsonl(rows))], "shop")
        assert not taken.rejected, taken.rejects

    def runs_alone(self) -> None:
        """One whole run in this process, with nobody to disturb it."""
        self.house.run()

    # -- processes --------------------------------------------------------------------------------

    def start_run(self, **settings: str) -> Process:
        """One more `recovery run`, now."""
        words = ("-m", "tests.support.altered", "run", "--at", self.house.now.isoformat())
        self.runs.append(self._start(*words, **HURRY | self.broker | settings))
        return self.runs[-1]

    def start_worker(self, **settings: str) -> Process:
        """One more worker with one process."""
        words = ("-m", "dramatiq", "tests.support.drowsy:broker", "--processes=1", "--threads=1")
        self.workers.append(self._start(*words, **HURRY | self.broker | settings))
        return self.workers[-1]

    def open_door(self, crash_at: str = "") -> None:
        """Start `recovery serve`, now; the world tries until it listens."""
        at = ("--port", self._port, "--at", self.house.now.isoformat())
        self.server = self._start("-m", "recovery", "serve", *at, RECOVERY_CRASH_AT=crash_at)

    def _start(self, *words: object, **settings: str) -> Process:
        one = start_python(self.house, *words, alone=True, **settings)
        self._expected[one.pid] = settings.get("RECOVERY_CRASH_AT", "").partition(":")[0]
        return one

    def staff(self, workers: int) -> None:
        """Keep so many workers, one run and the server alive."""
        for group in (self.workers, self.runs):
            for one in [one for one in group if one.poll() is not None]:
                group.remove(one)
                self._bury(one)
        self.keep_door()
        while len(self.workers) < workers:
            self.start_worker()
        if not self.runs and self.house.engine.due(self.house.now):
            self.start_run()

    def keep_door(self, crash_at: str = "") -> None:
        """Start the server again when it died."""
        if self.server is not None and self.server.poll() is not None:
            self._bury(self.server)
            self.open_door(crash_at)

    def anyone(self, group: Sequence[Process] = ()) -> Process:
        """A worker, or the run that sends by itself."""
        return self.dice.choice(group or self.workers or self.runs)

    def kill(self, one: Process | None) -> None:
        """kill -9 of a process and its children."""
        if one is not None and one.poll() is None:
            self._expected.pop(one.pid, None)
            with suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGKILL)
            one.wait(PATIENCE)

    def clear(self) -> None:
        """Kill everybody; what Redis held is gone, too, and what was ordered at the providers."""
        everybody = [*self.workers, *self.runs, *filter(None, [self.server])]
        for one in everybody:
            self.kill(one)
            self._bury(one)
        self.workers, self.runs, self.server = [], [], None
        self.remote.calm()
        if self.redis:
            self.redis.flush()

    def _bury(self, one: Process) -> None:
        """Nobody may die of a bug."""
        _, err = one.communicate(timeout=PATIENCE)
        assert one.returncode != Exit.BUG, err
        if one.pid in self._expected:  # nobody killed it
            self.ends[one.returncode] += 1
            if point := self._expected.pop(one.pid):
                self.points[point] += 1

    # -- what they do -----------------------------------------------------------------------------

    def tell(self, letters: Iterable[Letter]) -> None:
        """Let the world tell us."""
        self.outside.tell(letters)

    def hear(self) -> None:
        """Wait until everything told is heard, however often the server dies."""
        until = time.monotonic() + PATIENCE
        while not self.outside.idle():
            assert time.monotonic() < until, "what the world told was never heard"
            self.keep_door()
            time.sleep(GLANCE)

    def see(self, requests: int, seconds: float = QUIET) -> bool:
        """Wait until the providers had so many more requests; False when nothing moves."""
        until, goal = time.monotonic() + seconds, self._requests() + requests
        while self._requests() < goal:
            self.keep_door()
            if time.monotonic() > until or not self._at_work():
                return False
            time.sleep(GLANCE)
        return True

    def wait_until_ahead(self, asked: int) -> None:
        """Return when, after so many requests, something `sending` has not been asked for yet."""
        until = time.monotonic() + PATIENCE
        while not asked <= self._requests() < sum(t["attempts"] for t in self.house.touches()):
            assert time.monotonic() < until, "nobody sends"
            time.sleep(GLANCE)

    def watch(self, one: Process) -> None:
        """Wait until it is dead, or there is nothing left that it could do."""
        until = time.monotonic() + QUIET
        while one.poll() is None and time.monotonic() < until and self._at_work():
            self.keep_door()
            time.sleep(GLANCE)

    def finish(self) -> None:
        """Wait until the runs have ended."""
        for one in self.runs:
            one.wait(PATIENCE)

    def rest(self) -> None:
        """Wait until the providers hear nothing for a second."""
        before = -1
        while before != self._requests():
            before = self._requests()
            time.sleep(1)

    def about_to_be_sent(self) -> set[str]:
        """Orders with a touch that is due and nobody's yet."""
        now = self.house.now
        waiting = [t for t in self.house.touches() if t["state"] == TouchState.PLANNED]
        return {touch["order"] for touch in waiting if touch["due_at"] <= now}

    def _at_work(self) -> bool:
        if any(run.poll() is None for run in self.runs):
            return True
        with suppress(Unavailable):  # its session, too, may have been ended
            return self.house.engine.due(self.house.now) > 0
        return True

    def _requests(self) -> int:
        return int(self.remote.state["requests"])

    def strike(self, fault: Callable[["Field"], None]) -> None:
        """One fault."""
        self.events[fault.__name__] += 1
        fault(self)

    def close(self) -> None:
        """Nobody is left."""
        self.clear()
        self.outside.close()
