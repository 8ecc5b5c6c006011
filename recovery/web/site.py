"""What every page and hook stands on: settings, clock, database, links, threads."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime
from functools import partial
from threading import BoundedSemaphore, Lock
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from sqlalchemy import Engine as Database

from recovery.clock import Clock
from recovery.engine import Engine
from recovery.intake.inbox import Applied, Item, receive
from recovery.links import Links
from recovery.settings import Settings

# As many as one pool has connections, with the one that notes visits, so that nobody waits for a
# connection in vain; programs that wait for the database must not keep people waiting.
THREADS, PEOPLE, WATCHERS = 8, 4, 2
NOTES = 1_000  # visits that wait to be written down
T = TypeVar("T")


class Site:
    """One project being served."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.engine = Engine(settings, clock)
        self.links = Links(settings.secret_key.get_secret_value(), settings.public_url)
        self._clock = clock
        self._opening = Lock()
        self._threads = CapacityLimiter(THREADS)
        self._people = CapacityLimiter(PEOPLE)
        self._watchers = CapacityLimiter(WATCHERS)
        self._notes = ThreadPoolExecutor(1, "notes")
        self._room = BoundedSemaphore(NOTES)

    @property
    def database(self) -> Database:
        """The database, opened by the first who asks; Unavailable while it does not answer."""
        with self._opening:
            return self.engine.database

    def keep(self, source: str, items: Sequence[Item], now: datetime) -> Applied:
        """Store events from outside and apply them; as the engine does what waits."""
        settings = self.settings
        return receive(self.database, source, items, now, settings.vip, settings.rates_file)

    def now(self) -> datetime:
        """The time, read once a request."""
        return self._clock.now()

    async def run(self, work: Callable[..., T], *args: Any, **named: Any) -> T:
        """Do blocking `work` in a thread, so that others are served meanwhile."""
        return await to_thread.run_sync(partial(work, self, *args, **named), limiter=self._threads)

    async def show(self, work: Callable[..., T], *args: Any, **named: Any) -> T:
        """As `run`, for people: in threads of their own."""
        return await to_thread.run_sync(partial(work, self, *args, **named), limiter=self._people)

    def note(self, work: Callable[[], None], seconds: float) -> bool:
        """Begin what may be finished after we answered, and wait for it so many seconds at most;
        False when too much waits already."""
        if not self._room.acquire(blocking=False):
            return False
        noted = self._notes.submit(work)
        noted.add_done_callback(lambda _: self._room.release())
        wait([noted], timeout=seconds)
        return True

    def close(self) -> None:
        """Finish what was begun; close what is open."""
        self._notes.shutdown()
        self.engine.close()

    async def ask(self, work: Callable[..., T]) -> T:
        """As `run`, in a thread of its own kind and without waiting for its end when time is up:
        whoever asks how we are gets an answer although all others hang."""
        return await to_thread.run_sync(
            partial(work, self), limiter=self._watchers, abandon_on_cancel=True
        )
