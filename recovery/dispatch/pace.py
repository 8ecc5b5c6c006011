"""Rate limits that hold over all workers: a limit is a row that says when its next moment is free.

A batch takes as many moments as it has messages, in one conditional statement (the virtual
scheduling form of the generic cell rate algorithm, ITU-T I.371). Moments within reach are waited
for in the sending threads; a message whose moment is further away is put off until then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from recovery.db import insert_ignore, table
from recovery.models import Pace
from recovery.settings.pace import gap, market_gaps

REACH = timedelta(seconds=30)  # a claim's lease is much longer

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


def moments(
    connection: Connection, limits: Limits, wanted: list[tuple[str, str]], now: datetime
) -> list[datetime]:
    """When each message may leave, for messages given as (channel, country), in their order.

    Only moments within `REACH` are taken; a later one is told, not kept: the message asks again.
    """
    free = {
        key: _next_free(connection, key, now)
        for key in sorted({key for one in wanted for key in limits.keys(*one)})
    }
    told = []
    for one in wanted:
        keys = limits.keys(*one)
        at = max((free[key] for key in keys), default=now)
        told.append(at)
        if at <= now + REACH:
            for key in keys:
                free[key] = at + limits.gaps[key]
    for key, until in free.items():
        connection.execute(update(paces).where(paces.c.key == key).values(next_free=until))
    return told


def _next_free(connection: Connection, key: str, now: datetime) -> datetime:
    """Lock the row of `key` until the transaction ends, so that moments are given out once."""
    connection.execute(insert_ignore(paces, connection).values(key=key, next_free=now))
    locked = select(paces.c.next_free).where(paces.c.key == key)
    found: datetime = connection.execute(locked.with_for_update()).scalar_one()
    return max(found, now)
