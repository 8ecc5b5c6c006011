"""What stops a sender: an operator's pause, or a provider that refuses. Asked at every batch."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from recovery import telemetry
from recovery.connectors.base import Sender
from recovery.db import insert_ignore, table
from recovery.dispatch.record import Result
from recovery.errors import ConnectorError, SendFailure
from recovery.message import Channel
from recovery.models import Breaker, Pause

breakers, pauses = table(Breaker), table(Pause)

ACCOUNT, BUSY = "account", "busy"
ACCOUNT_REST = timedelta(0)  # whoever mended the key should not wait: the next run tries it
BUSY_REST = timedelta(seconds=30)  # unless the provider says how long
PATIENCE = 20  # refusals in a row that may be chance


@dataclass(frozen=True, slots=True)
class Brakes:
    """What may not be sent now."""

    channels: frozenset[Channel]
    campaigns: frozenset[str]
    everything: bool

    def open_channels(self) -> list[Channel]:
        """The channels that may be claimed for; a task needs no provider."""
        if self.everything:
            return []
        return [channel for channel in Channel if channel not in self.channels]

    def stops(self, channel: Channel, campaign: str) -> bool:
        """Whether a message that is decided already must not leave."""
        return self.everything or channel in self.channels or campaign in self.campaigns


def look(connection: Connection, now: datetime) -> Brakes:
    """Pauses and open breakers at `now`: two small queries."""
    paused: dict[str, set[str]] = {"all": set(), "campaign": set(), "channel": set()}
    for scope, name in connection.execute(select(pauses.c.scope, pauses.c.name)):
        paused[scope].add(name)
    refusing = connection.execute(select(breakers.c.channel).where(breakers.c.until > now))
    closed = {Channel(name) for name in paused["channel"]}
    closed |= {Channel(name) for name in refusing.scalars()}
    return Brakes(frozenset(closed), frozenset(paused["campaign"]), bool(paused["all"]))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A sender that refuses us, for people: `busy` ends by itself `until` then."""

    told: str
    busy: bool
    until: datetime


def refusals(connection: Connection) -> list[Refusal]:
    """Senders that refused us and have taken nothing since: `recovery doctor` shows them."""
    return [
        Refusal(
            f"{row.sender} refuses since {row.since:%Y-%m-%d %H:%M} UTC: {row.reason}",
            row.kind == BUSY,
            row.until,
        )
        for row in connection.execute(select(breakers).order_by(breakers.c.sender))
    ]


def paused(connection: Connection) -> list[str]:
    """What somebody has paused, since when and why, in words."""
    found = select(pauses).order_by(pauses.c.scope, pauses.c.name)
    return [
        ("everything" if row.scope == "all" else f"{row.scope} {row.name}")
        + f" is paused since {row.since:%Y-%m-%d %H:%M} UTC"
        + (f": {row.note}" if row.note else "")
        for row in connection.execute(found)
    ]


@dataclass(slots=True)
class Watch:
    """Counts refusals in a row for each channel, and opens the breaker when it is no chance."""

    senders: Mapping[Channel, Sender]
    refused: dict[Channel, str] = field(default_factory=dict)  # for people: what opened
    _row: Counter[Channel] = field(default_factory=Counter)

    def notice(self, connection: Connection, results: Sequence[Result], now: datetime) -> None:
        """Learn from a batch of results; breakers are written in the caller's transaction."""
        for channel in (Channel.EMAIL, Channel.SMS):
            mine = [result.outcome for result in results if result.channel is channel]
            if not mine:
                continue
            errors = [outcome for outcome in mine if isinstance(outcome, ConnectorError)]
            account = [error for error in errors if error.failure is SendFailure.ACCOUNT]
            busy = [error for error in errors if error.failure is SendFailure.TEMPORARY]
            self._row[channel] = 0 if len(mine) > len(errors) else self._row[channel] + len(busy)
            if account:
                self._open(connection, channel, ACCOUNT, account[-1], now, ACCOUNT_REST)
            elif self._row[channel] >= PATIENCE:
                asked = max((error.retry_after or BUSY_REST for error in busy), default=BUSY_REST)
                self._open(connection, channel, BUSY, busy[-1], now, asked)
            elif len(mine) > len(errors):
                self._close(connection, channel)

    def _open(
        self,
        connection: Connection,
        channel: Channel,
        kind: str,
        error: ConnectorError,
        now: datetime,
        rest: timedelta,
    ) -> None:
        name, why = self.senders[channel].name, str(error)
        telemetry.event(
            "dispatch", "sender_refused", level=logging.WARNING, sender=name, kind=kind, why=why
        )
        self.refused[channel] = why
        self._close(connection, channel)
        connection.execute(
            insert_ignore(breakers, connection).values(
                sender=f"{channel}:{name}",
                channel=channel.value,
                kind=kind,
                reason=why,
                since=now,
                until=now + rest,
            )
        )

    def _close(self, connection: Connection, channel: Channel) -> None:
        name = f"{channel}:{self.senders[channel].name}"
        connection.execute(delete(breakers).where(breakers.c.sender == name))
