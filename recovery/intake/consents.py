"""Consent as evidence: who agreed to what, on which channel, when, and where we know it from.

Rows are added, never changed. What counts when a message is sent stays with the order and its
customer; this is the record to show when somebody asks.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from recovery.db import among, bulk_load, stored_time, table
from recovery.facts import Consent as Level
from recovery.facts import OrderSnapshot
from recovery.message import Channel
from recovery.models import Consent

consents = table(Consent)

ORDER, SMS, LINK, PROVIDER, OPERATOR = "order", "sms", "unsubscribe-link", "provider", "operator"
# What an order means that says nothing. Nobody gave it, so it is no evidence.
UNSAID = {Channel.EMAIL.value: Level.TRANSACTIONAL.value, Channel.SMS.value: Level.NONE.value}
_COLUMNS = ("channel", "address", "level", "at", "source", "evidence")
_STRICTNESS = {level.value: rank for rank, level in enumerate(Level)}
Where = tuple[str, str]  # channel and address


@dataclass(frozen=True, slots=True)
class Word:
    """One thing said about one address; `level` is a `facts.Consent`."""

    channel: str
    address: str
    level: str
    at: datetime
    source: str
    evidence: str | None = None

    @property
    def where(self) -> Where:
        """Which address, on which channel."""
        return self.channel, self.address


def compared(channel: str, address: str) -> str:
    """The address as it is compared and kept: e-mail in lower case, phones as they are."""
    address = address.strip()
    return address.lower() if channel == Channel.EMAIL else address


def keep(connection: Connection, words: Sequence[Word]) -> None:
    """Write evidence down; what is there already is not written again."""
    if words:
        known = {
            word for said in history(connection, {w.where for w in words}).values() for word in said
        }
        _append(connection, [word for word in dict.fromkeys(words) if word not in known])


def history(connection: Connection, wanted: Collection[Where]) -> dict[Where, list[Word]]:
    """Everything said about these addresses, the oldest first."""
    found: dict[Where, list[Word]] = {}
    if not wanted:
        return found
    addresses = {address for _, address in wanted}
    rows = connection.execute(
        select(*(consents.c[name] for name in _COLUMNS))
        .where(
            consents.c.channel.in_(sorted({channel for channel, _ in wanted})),
            among(connection, consents.c.address, addresses),
        )
        .order_by(consents.c.at, consents.c.id)
    )
    for row in rows:
        found.setdefault((row.channel, row.address), []).append(Word(*row))
    return found


def told_by_orders(connection: Connection, snapshots: Iterable[OrderSnapshot]) -> None:
    """Keep what orders say where it differs from the word before it.

    Of two at the same moment the stricter counts; one older than what is known is no news.
    """
    told = sorted(_statements(snapshots), key=lambda one: (one[3], _STRICTNESS[one[2]]))
    last = _newest(connection, {(channel, address) for channel, address, *_ in told})
    fresh = []
    for channel, address, level, at, order in told:
        before = last.get((channel, address))
        if before is None:
            if level == UNSAID[channel]:
                continue
        elif at <= before[1] or level == before[0]:
            continue
        last[channel, address] = level, at
        fresh.append(Word(channel, address, level, at, ORDER, order))
    _append(connection, fresh)


def _statements(
    snapshots: Iterable[OrderSnapshot],
) -> list[tuple[str, str, str, datetime, str]]:
    email, sms = Channel.EMAIL.value, Channel.SMS.value
    told = []
    for order in snapshots:
        about = order.updated_at, f"{order.source} {order.order_id}"
        if order.email is not None:
            told.append((email, order.email.lower(), order.email_consent.value, *about))
        if order.phone is not None:
            told.append((sms, order.phone, order.sms_consent.value, *about))
    return told


def _newest(connection: Connection, wanted: Collection[Where]) -> dict[Where, tuple[str, datetime]]:
    """Level and time of the last word about each address."""
    if not wanted:
        return {}
    addresses = {address for _, address in wanted}
    rows = connection.execute(
        select(consents.c.channel, consents.c.address, consents.c.level, consents.c.at)
        .where(
            consents.c.channel.in_(list(UNSAID)), among(connection, consents.c.address, addresses)
        )
        .order_by(consents.c.at, consents.c.id)
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def _append(connection: Connection, words: Sequence[Word]) -> None:
    def stored(word: Word) -> Sequence[Any]:
        channel, address, level, at, source, evidence = astuple(word)
        return channel, address, level, stored_time(connection, at), source, evidence

    bulk_load(connection, "consents", _COLUMNS, map(stored, words))


def agreed(said: Mapping[Where, Sequence[Word]], where: Where) -> str:
    """What somebody who wants messages again agrees to: what the shop last said, at least
    messages about the own orders."""
    levels = [word.level for word in said.get(where, ()) if word.source == ORDER]
    last = levels[-1] if levels else Level.NONE.value
    return max(last, Level.TRANSACTIONAL.value, key=lambda level: _STRICTNESS[level])
