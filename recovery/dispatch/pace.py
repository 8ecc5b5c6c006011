"""Rate limits that hold over all workers: a limit is a row that says when its next moment is free.

A batch takes as many moments as it has messages (the virtual scheduling form of the generic cell
rate algorithm, ITU-T I.371). Only what may leave within a second is claimed: the rest stays due,
and a payment, a STOP or a pause finds it where it is.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from recovery.db import changed, insert_ignore, table
from recovery.models import Pace
from recovery.settings.pace import gap, market_gaps

AHEAD = timedelta(seconds=1)  # a moment that is nearer is waited for by a sending thread
WATCH = "watch"  # the row of whoever waits for moments

paces = table(Pace)


@dataclass(frozen=True, slots=True)
class Limits:
    """The time between two messages of one key: `sms`, `email`, `sms:US` …"""

    gaps: Mapping[str, timedelta] = field(default_factory=dict)

    @classmethod
    def read(cls, email: str | None, sms: str | None, markets: str | None) -> "Limits":
        """From settings such as `10 per second`; markets as `US sms 1 per second; BR …`.

        The settings were checked when they were read; ValueError for others.
        """
        written = {"email": email, "sms": sms}
        gaps = {key: gap(rate) for key, rate in written.items() if rate}
        return cls({**gaps, **market_gaps(markets or "")})

    def keys(self, channel: str, country: str) -> list[str]:
        """The limits a message falls under."""
        return [key for key in (channel, f"{channel}:{country}") if key in self.gaps]


@dataclass(frozen=True, slots=True)
class Room:
    """How many messages of each key may leave before an instant, and when the next one may."""

    left: Mapping[str, int]
    next_free: Mapping[str, datetime]

    def shut(self) -> set[str]:
        """Keys of which no message may leave yet."""
        return {key for key, count in self.left.items() if count <= 0}

    def fitting(self, wanted: Sequence[tuple[int, str, str]], limits: Limits) -> list[int]:
        """Which of (id, channel, country) there is room for, the first ones first."""
        left, fit = dict(self.left), []
        for one, channel, country in wanted:
            keys = limits.keys(channel, country)
            if all(left[key] > 0 for key in keys):
                fit.append(one)
                for key in keys:
                    left[key] -= 1
        return fit


def room(
    connection: Connection,
    limits: Limits,
    channels: Collection[str],
    now: datetime,
    until: datetime,
) -> Room:
    """What the limits of `channels` leave room for from `now` `until` then; their rows are locked
    until the transaction ends, so that moments are given out once."""
    keys = sorted(key for key in limits.gaps if key.partition(":")[0] in channels)
    free = {key: _next_free(connection, key, now) for key in keys}
    left = {key: max(0, 1 + (until - at) // limits.gaps[key]) for key, at in free.items()}
    return Room(left, free)


def moments(
    connection: Connection, limits: Limits, wanted: list[tuple[str, str]], now: datetime
) -> list[datetime]:
    """When each message may leave, for messages given as (channel, country), in their order."""
    free = {
        key: _next_free(connection, key, now)
        for key in sorted({key for one in wanted for key in limits.keys(*one)})
    }
    given = []
    for one in wanted:
        keys = limits.keys(*one)
        at = max((free[key] for key in keys), default=now)
        given.append(at)
        for key in keys:
            free[key] = at + limits.gaps[key]
    for key, until in free.items():
        connection.execute(update(paces).where(paces.c.key == key).values(next_free=until))
    return given


def keeps_watch(connection: Connection, now: datetime, until: datetime) -> bool:
    """Whether we are the one of all workers who waits for the next moment, `until` then at most;
    the others have better things to do."""
    connection.execute(insert_ignore(paces, connection).values(key=WATCH, next_free=now))
    free = update(paces).where(paces.c.key == WATCH, paces.c.next_free <= now)
    return changed(connection, free.values(next_free=until)) > 0


def hands_over(connection: Connection, at: datetime) -> None:
    """Whoever kept the watch comes back `at` then, or somebody else does."""
    connection.execute(update(paces).where(paces.c.key == WATCH).values(next_free=at))


def _next_free(connection: Connection, key: str, now: datetime) -> datetime:
    """Lock the row of `key` until the transaction ends."""
    connection.execute(insert_ignore(paces, connection).values(key=key, next_free=now))
    locked = select(paces.c.next_free).where(paces.c.key == key)
    found: datetime = connection.execute(locked.with_for_update()).scalar_one()
    return max(found, now)
