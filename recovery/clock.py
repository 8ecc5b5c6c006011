"""The only room that reads the time; below the entrance there is only `now`."""

from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Protocol


class Clock(Protocol):
    """Anything that can say what time it is."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""


class SystemClock:
    """The wall clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


class VirtualClock:
    """A clock that stands still until it is moved: `--at`, the demo, the simulator, tests."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError(f"naive time {at!r}: a virtual clock needs an aware one")
        self._now = at.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant the clock was last moved to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move forward by `by`; a clock never runs backwards."""
        if by < timedelta(0):
            raise ValueError("a clock never runs backwards")
        self._now += by

    def advance_to(self, at: datetime) -> None:
        """Move forward to `at` (aware)."""
        self.advance(at - self._now)


class Stopwatch:
    """Seconds since it was made, for people: never for a decision."""

    def __init__(self) -> None:
        self._start = monotonic()

    def seconds(self) -> float:
        """Elapsed wall time, to the millisecond."""
        return round(monotonic() - self._start, 3)
