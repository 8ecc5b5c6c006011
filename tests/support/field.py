"""A shop on a field of chaos: its runs and workers are processes that may die at any moment.

Time is virtual: it stands while processes fight and moves when all of them are dead or done, so
that leases end and records settle without anybody waiting.
"""

import json
import os
import resource
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from random import Random
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import make_url, text

from recovery.db import open_engine
from recovery.errors import Exit
from tests.support import servers
from tests.support.command import PATIENCE, command, start, start_python
from tests.support.control import Remote
from tests.support.faults import Fault
from tests.support.house import House
from tests.support.order_rows import jsonl
from tests.support.shop import sending_to

GLANCE = 0.02  # seconds between two looks at what the providers have taken
QUIET = 4.0  # seconds without a request, after which nothing more is expected
Process = subprocess.Popen[str]


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
    """The processes of one shop. `events` counts what was done to them, `ends` their exit codes."""

    def __init__(
        self, house: House, remote: Remote, seed: int, redis: Redises | None, **settings: str
    ) -> None:
        self.house, self.remote, self.redis = house, remote, redis
        self.dice = Random(seed)  # noqa: S311
        self.events: Counter[str] = Counter()
        self.ends: Counter[int] = Counter()
        house.environ |= sending_to(remote.url) | settings
        self.broker = {"RECOVERY_BROKER_URL": redis.url} if redis else {}
        self.workers: list[Process] = []
        self.runs: list[Process] = []
        self.wait(timedelta(0))

    # -- the shop, through its commands -----------------------------------------------------------

    def wait(self, span: timedelta) -> None:
        """Let time pass, here and at the providers."""
        self.house.clock.advance(span)
        self.remote.set(at=self.house.now.isoformat())

    def does(self, *words: object, codes: Iterable[int] = (0,), **settings: str) -> Any:
        """The JSON document of one command at this time."""
        told = (*words, "--at", self.house.now.isoformat(), "--json")
        code, out, err = command(self.house, *told, **settings)
        assert code in codes, (words, code, err)
        return json.loads(out)

    def imports(self, rows: Iterable[dict[str, Any]]) -> None:
        """`recovery import` of these orders."""
        file = self.house.project / "orders.jsonl"
        file.write_bytes(jsonl(rows))
        self.does("import", file)

    def runs_alone(self) -> Any:
        """One whole run in one process, with nobody to disturb it."""
        return self.does("run", codes=(0, 1))

    # -- processes --------------------------------------------------------------------------------

    def start_run(self) -> None:
        """One more `recovery run`, now."""
        at = ("run", "--at", self.house.now.isoformat())
        self.runs.append(start(self.house, *at, alone=True, **self.broker))

    def staff(self, workers: int) -> None:
        """Keep so many workers, and one run, alive; count how the others ended."""
        for group in (self.workers, self.runs):
            for one in [one for one in group if one.poll() is not None]:
                group.remove(one)
                self._bury(one)
        while len(self.workers) < workers:
            words = ("worker", "--processes", 1)
            self.workers.append(start(self.house, *words, alone=True, **self.broker))
        if not self.runs and self.house.engine.due(self.house.now):
            self.start_run()

    def start_drowsy_worker(self, fence: float) -> Process:
        """A worker for whom `fence` seconds are half a lease."""
        words = ("-m", "dramatiq", "tests.support.drowsy:broker", "--processes=1", "--threads=1")
        one = start_python(self.house, *words, alone=True, FENCE_SECONDS=str(fence), **self.broker)
        self.workers.append(one)
        return one

    def rest(self) -> None:
        """Wait until the providers hear nothing for a second."""
        before = -1
        while before != self._requests():
            before = self._requests()
            time.sleep(1)

    def kill(self, one: Process) -> None:
        """kill -9 of a process and its children."""
        with suppress(ProcessLookupError):
            os.killpg(one.pid, signal.SIGKILL)
        one.wait(PATIENCE)

    def clear(self) -> None:
        """Kill everybody; what Redis held is gone, too."""
        for one in (*self.workers, *self.runs):
            self.kill(one)
        for one in (*self.workers, *self.runs):
            self._bury(one)
        self.workers, self.runs = [], []
        if self.redis:
            self.redis.flush()

    def _bury(self, one: Process) -> None:
        """Nobody may die of a bug."""
        _, err = one.communicate(timeout=PATIENCE)
        self.ends[one.returncode] += 1
        assert one.returncode != Exit.BUG, err

    def see(self, requests: int) -> bool:
        """Wait until the providers had so many more requests; False when nothing moves."""
        until, goal = time.monotonic() + QUIET, self._requests() + requests
        while self._requests() < goal:
            if time.monotonic() > until or not self._at_work():
                return False
            time.sleep(GLANCE)
        return True

    def _at_work(self) -> bool:
        due = self.house.engine.due(self.house.now)
        return due > 0 or any(run.poll() is None for run in self.runs)

    def _requests(self) -> int:
        return int(self.remote.state["requests"])

    # -- what may happen to them ------------------------------------------------------------------

    def strike(self, name: str) -> None:
        """One fault, by its name."""
        self.events[name] += 1
        getattr(self, f"_{name}")()

    def _any(self) -> Process:
        return self.dice.choice(self.workers or self.runs)

    def _kill_one(self) -> None:
        self.kill(self._any())

    def _kill_run(self) -> None:
        if self.runs:
            self.kill(self.dice.choice(self.runs))

    def _second_run(self) -> None:
        self.start_run()

    def _flush_redis(self) -> None:
        assert self.redis
        self.redis.flush()

    def _kill_redis(self) -> None:
        assert self.redis
        self.redis.kill()

    def _short_pause(self) -> None:
        one = self._any()
        with suppress(ProcessLookupError):
            os.killpg(one.pid, signal.SIGSTOP)
            time.sleep(0.3)
            os.killpg(one.pid, signal.SIGCONT)

    def _lose_connections(self) -> None:
        """What a failover does: the server ends every session on our database."""
        with suppress(Exception), self._admin() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )

    @contextmanager
    def _admin(self) -> Iterator[Any]:
        engine = open_engine(self.house.environ["RECOVERY_DATABASE_URL"])
        try:
            with engine.connect() as connection, connection.begin():
                yield connection
        finally:
            engine.dispose()

    def _fill_disk(self) -> None:
        """From now on this process can't make any file longer: SQLite sees a full disk."""
        database = make_url(self.house.environ["RECOVERY_DATABASE_URL"]).database
        for one in self.runs:
            log = f"{database}-wal"
            room = os.path.getsize(log) if os.path.exists(log) else 0
            with suppress(ProcessLookupError):
                resource.prlimit(one.pid, resource.RLIMIT_FSIZE, (room, room))

    def _storm(self) -> None:
        """The provider accepts some messages and says that it failed; then it is busy."""
        self.remote.fail(*self.dice.choices([Fault.ERROR_AFTER, Fault.DROP_AFTER, Fault.BUSY], k=6))
