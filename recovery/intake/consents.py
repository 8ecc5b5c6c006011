"""Consent as evidence: who agreed to what, on which channel, when, and where we know it from.

Rows are added, never changed. What counts when a message is sent stays with the order and its
customer; this is the record to show when somebody asks.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from recovery.db import among, bulk_load, stored_time, table
from recovery.facts import Consent as Level
from recovery.facts import OrderSnapshot
from recovery.message import Channel
from recovery.models import Consent

consents = table(Consent)

ORDER, SMS, LINK, PROVIDER, OPERATOR = "order", "sms", "unsubscribe-link", "provider", "operator"
LIFTED = "lifted"  # a level of its own: a stop is over, and nobody has agreed to anything by that
# Where everybody begins: a first word that says just this is no evidence of anything.
NOTHING = (Channel.SMS.value, Level.NONE.value)
_COLUMNS = ("channel", "address", "level", "at", "source", "evidence")
_STRICTNESS = {level.value: rank for rank, level in enumerate(Level)}
Where = tuple[str, str]  # channel and address


class Word(NamedTuple):
    """One thing said about one address; `level` is a `facts.Consent`, or LIFTED."""

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
    told = sorted(_statements(snapshots), key=lambda word: (word[3], _STRICTNESS[word[2]]))
    last = _newest(connection, {word.address for word in told})
    fresh = []
    for word in told:
        channel, address, level, at, *_ = word
        before = last.get((channel, address))
        if (at > before[1] and level != before[0]) if before else (channel, level) != NOTHING:
            last[channel, address] = level, at
            fresh.append(word)
    _append(connection, fresh)


def _statements(snapshots: Iterable[OrderSnapshot]) -> list[Word]:
    email, sms = Channel.EMAIL.value, Channel.SMS.value
    told = []
    for order in snapshots:
        at, about = order.updated_at, f"{order.source} {order.order_id}"
        if order.email is not None and order.email_consent is not None:
            address = order.email.lower()
            told.append(Word(email, address, order.email_consent.value, at, ORDER, about))
        if order.phone is not None and order.sms_consent is not None:
            told.append(Word(sms, order.phone, order.sms_consent.value, at, ORDER, about))
    return told


def _newest(
    connection: Connection, addresses: Collection[str]
) -> dict[Where, tuple[str, datetime]]:
    """Level and time of the last word about each address."""
    if not addresses:
        return {}
    rows = connection.execute(
        select(consents.c.channel, consents.c.address, consents.c.level, consents.c.at)
        .where(
            consents.c.channel.in_([Channel.EMAIL.value, Channel.SMS.value]),
            among(connection, consents.c.address, addresses),
        )
        .order_by(consents.c.at, consents.c.id)
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def _append(connection: Connection, words: Sequence[Word]) -> None:
    def stored(word: Word) -> Sequence[Any]:
        return *word[:3], stored_time(connection, word.at), *word[4:]

    bulk_load(connection, "consents", _COLUMNS, map(stored, words))
