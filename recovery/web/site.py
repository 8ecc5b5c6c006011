"""What every page and hook stands on: settings, clock, database, links, threads."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from sqlalchemy import Engine as Database

from recovery.clock import Clock
from recovery.engine import Engine
from recovery.intake.inbox import Applied, Item, receive
from recovery.links import Links
from recovery.settings import Settings

# Fewer than the connections of one pool, so that nobody waits for a connection in vain.
THREADS, WATCHERS = 12, 2
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
        self._watchers = CapacityLimiter(WATCHERS)

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

    async def ask(self, work: Callable[..., T]) -> T:
        """As `run`, in a thread of its own kind and without waiting for its end when time is up:
        whoever asks how we are gets an answer although all others hang."""
        return await to_thread.run_sync(
            partial(work, self), limiter=self._watchers, abandon_on_cancel=True
        )
