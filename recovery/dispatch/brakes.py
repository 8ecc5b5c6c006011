"""What stops a sender: an operator's pause, or a provider that refuses. Asked at every turn."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, or_, select, update

from recovery import telemetry
from recovery.connectors.base import Sender
from recovery.db import changed, insert_ignore, table
from recovery.dispatch.fuse import ACCOUNT, BUSY, SILENT, Fuse
from recovery.i18n import Text, say
from recovery.message import Channel
from recovery.models import Breaker, Pause

breakers, pauses = table(Breaker), table(Pause)

# How long a channel is left alone, unless the provider says how long.
REST = {
    ACCOUNT: timedelta(0),  # whoever mended the key should not wait: the next run tries it
    BUSY: timedelta(seconds=30),
    SILENT: timedelta(minutes=5),
}
TRIAL = timedelta(seconds=30)  # a call takes less; whoever dies in it holds the channel no longer


@dataclass(frozen=True, slots=True)
class Trouble:
    """Failures of one kind in a row, too few to mean something."""

    kind: str
    failures: int


@dataclass(frozen=True, slots=True)
class Brakes:
    """What may not be sent now."""

    channels: frozenset[Channel]
    campaigns: frozenset[str]
    everything: bool
    rested: frozenset[Channel] = frozenset()  # of each one message may be tried
    troubles: Mapping[Channel, Trouble] = field(default_factory=dict)

    def open_channels(self) -> list[Channel]:
        """The channels that may be claimed for; a task needs no provider."""
        if self.everything:
            return []
        return [channel for channel in Channel if channel not in self.channels]

    def stops(self, channel: Channel, campaign: str) -> bool:
        """Whether a message that is decided already must not leave."""
        return self.everything or channel in self.channels or campaign in self.campaigns


def look(connection: Connection, now: datetime, me: str | None = None) -> Brakes:
    """Pauses and breakers at `now`: two small queries. `me` is the run that asks: it does not try
    an account again by which it was refused."""
    paused: dict[str, set[str]] = {"all": set(), "campaign": set(), "channel": set()}
    for scope, name in connection.execute(select(pauses.c.scope, pauses.c.name)):
        paused[scope].add(name)
    found = connection.execute(select(breakers)).all()
    resting = {
        Channel(row.channel)
        for row in found
        if row.open
        and (row.until > now or (row.kind == ACCOUNT and me is not None and row.run == me))
    }
    return Brakes(
        channels=frozenset({Channel(name) for name in paused["channel"]} | resting),
        campaigns=frozenset(paused["campaign"]),
        everything=bool(paused["all"]),
        rested=frozenset({Channel(row.channel) for row in found if row.open} - resting),
        troubles={Channel(row.channel): Trouble(row.kind, row.failures) for row in found},
    )


def tries(connection: Connection, channel: Channel, me: str, now: datetime) -> bool:
    """Whether we are the one who tries a message of a `channel` that has rested."""
    ours = (
        update(breakers)
        .where(breakers.c.channel == channel.value, breakers.c.open, breakers.c.until <= now)
        .where(or_(breakers.c.kind != ACCOUNT, breakers.c.run.is_(None), breakers.c.run != me))
        .values(until=now + TRIAL, run=me)
    )
    return changed(connection, ours) > 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A sender that refuses us, for people: one that is not `account` ends by itself."""

    told: str
    kind: str
    until: datetime


def refusals(connection: Connection) -> list[Refusal]:
    """Senders that refused us and have taken nothing since: `recovery doctor` shows them."""
    found = select(breakers).where(breakers.c.open).order_by(breakers.c.sender)
    return [
        Refusal(
            f"{row.sender} {_WORDS[row.kind]} since {row.since:%Y-%m-%d %H:%M} UTC: {row.reason}",
            row.kind,
            row.until,
        )
        for row in connection.execute(found)
    ]


_WORDS = {ACCOUNT: "refuses", BUSY: "refuses", SILENT: "gives no clear answer"}


def met(connection: Connection, run: str, since: datetime | None, now: datetime) -> list[str]:
    """Senders that refused this `run`, or workers `since` the last one, or that still rest."""
    lately = [breakers.c.run == run, and_(breakers.c.until > now, breakers.c.kind != ACCOUNT)]
    lately += [] if since is None else [breakers.c.seen_at > since]
    found = select(breakers).where(breakers.c.open, or_(*lately)).order_by(breakers.c.channel)
    return [f"{row.channel}: {row.reason}" for row in connection.execute(found)]


def paused(connection: Connection) -> list[Text]:
    """What somebody has paused, since when and why, in words."""
    found = select(pauses).order_by(pauses.c.scope, pauses.c.name)
    return [
        say(
            "{what} is paused since {since} UTC{why}",
            what=say("everything") if row.scope == "all" else f"{row.scope} {row.name}",
            since=f"{row.since:%Y-%m-%d %H:%M}",
            why=f": {row.note}" if row.note else "",
        )
        for row in connection.execute(found)
    ]


@dataclass(slots=True)
class Watch:
    """Writes down what the fuses of one dispatch know, for all others: in the transaction in which
    the results are written."""

    senders: Mapping[Channel, Sender]
    me: str  # the run, or the dispatch where there is none

    def notice(
        self,
        connection: Connection,
        fuses: Mapping[Channel, Fuse],
        answered: Collection[Channel],
        troubles: Mapping[Channel, Trouble],
        now: datetime,
    ) -> None:
        """Breakers of channels that were `answered` since; `troubles` is what was known of them."""
        for channel in answered:
            fuse = fuses[channel]
            if fuse.failures or fuse.blown:
                self._keep(connection, channel, fuse, now)
            elif channel in troubles:
                connection.execute(delete(breakers).where(breakers.c.channel == channel.value))

    def _keep(self, connection: Connection, channel: Channel, fuse: Fuse, now: datetime) -> None:
        name, mine = self.senders[channel].name, breakers.c.channel == channel.value
        before = connection.execute(select(breakers).where(mine)).first()
        goes_on = before is not None and before.open and before.kind == fuse.kind
        if fuse.blown and not goes_on:
            told = {"sender": name, "kind": fuse.kind, "why": fuse.why}
            telemetry.event("dispatch", "sender_refused", level=logging.WARNING, **told)
        rest = (fuse.asked if fuse.kind == BUSY else None) or REST[fuse.kind]
        connection.execute(delete(breakers).where(mine))
        connection.execute(
            insert_ignore(breakers, connection).values(
                sender=f"{channel}:{name}",
                channel=channel.value,
                kind=fuse.kind,
                reason=fuse.why,
                open=fuse.blown,
                failures=fuse.failures,
                since=before.since if before is not None and goes_on else now,
                seen_at=now,
                until=now + rest if fuse.blown else now,
                run=self.me,
            )
        )
