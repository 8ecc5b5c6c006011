"""The world: a clock that jumps from event to event."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from recovery.clock import VirtualClock

Act = Callable[[], None]


class World:
    """Discrete events in order of time; what happens at the same instant, first come first served.

    Whoever lives here holds the world, asks it for the time, and puts acts into its future.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self._events: list[tuple[datetime, int, Act]] = []
        self._ids = count()

    @property
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return self.clock.now()

    def at(self, when: datetime, act: Act) -> None:
        """Let `act` happen at `when`; ValueError for the past, which does not change."""
        if when < self.now:
            raise ValueError(f"{when:%Y-%m-%d %H:%M} is over: it is {self.now:%Y-%m-%d %H:%M}")
        heapq.heappush(self._events, (when, next(self._ids), act))

    def after(self, delay: timedelta, act: Act) -> None:
        """Let `act` happen `delay` from now."""
        self.at(self.now + delay, act)

    def every(self, interval: timedelta, act: Act) -> None:
        """Let `act` happen now and after each `interval`, for as long as the world runs."""

        def again() -> None:
            act()
            self.after(interval, again)

        self.after(timedelta(0), again)

    def run(self, until: datetime) -> None:
        """Let everything up to `until`, itself included, happen; then it is `until`."""
        while self._events and self._events[0][0] <= until:
            when, _, act = heapq.heappop(self._events)
            self.clock.advance_to(when)
            act()
        self.clock.advance_to(until)
