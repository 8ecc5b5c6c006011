"""The inbox: what came from outside is stored first and applied afterwards, once.

An event is named by its source and key, so a repetition finds its row and adds nothing. What an
applied row said is in the tables by then; its body, which names people, is not kept, except of
text messages to us: somebody may have to read them.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, bindparam, func, select, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from recovery.connectors.sendgrid.read import read as read_sendgrid
from recovery.connectors.table_file.row import read_row
from recovery.connectors.twilio.read import read_inbound, read_status
from recovery.crash import crash_point
from recovery.db import insert_ignore, retried, table, take_turns
from recovery.facts import InboundSms, MessageEvent, OrderSnapshot
from recovery.i18n import Text, say
from recovery.intake import arrivals
from recovery.intake.columns import Verdict
from recovery.intake.messages import apply_events
from recovery.intake.optout import apply_inbound
from recovery.intake.orders import Taken, take
from recovery.models import InboxItem
from recovery.settings import VipSettings

SENDGRID, TWILIO_STATUS, TWILIO_INBOUND = "sendgrid", "twilio-status", "twilio-inbound"
ORDERS, SHOP = "orders", "shop"
BATCH = 500
LONGEST_FAULT = 300

inbox = table(InboxItem)

Item = tuple[str, str]  # key, body


@dataclass(slots=True)
class Applied:
    """How many rows were dealt with, how many of them with a fault, and what orders did.

    `trouble` is a mistake of ours that kept a row from being applied: somebody has to hear of it.
    """

    items: int = 0
    faults: int = 0
    strangers: int = 0  # events about another message than the touch they name
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    trouble: Exception | None = None

    def counts(self) -> dict[str, int]:
        """The numbers, for the run's answer."""
        return {"applied": self.items - self.faults, "faults": self.faults}

    def __iadd__(self, other: "Applied") -> "Applied":
        self.items += other.items
        self.faults += other.faults
        self.strangers += other.strangers
        self.verdicts += other.verdicts
        self.trouble = self.trouble or other.trouble
        return self


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    source: str
    body: str
    received_at: datetime


def receive(
    database: Engine,
    source: str,
    items: Sequence[Item],
    now: datetime,
    vip: VipSettings,
    rates_file: Path | None = None,
) -> Applied:
    """Store `items`, then apply them: when this returns, whoever looks sees what they said.

    Stored is committed before anything is applied, so a failure in between loses nothing.
    `rates_file` has the merchant's exchange rates, as an import takes them.
    """
    retried(database, lambda connection: store(connection, source, items, now))
    crash_point("C7")
    applied = Applied()
    for at in range(0, len(items), BATCH):
        only = source, {key for key, _ in items[at : at + BATCH]}
        work = partial(apply, now=now, vip=vip, only=only, rates_file=rates_file)
        applied += retried(database, work)
    crash_point("C7b")
    return applied


def store(connection: Connection, source: str, items: Sequence[Item], now: datetime) -> int:
    """Keep `items` (key, body as JSON) until they are applied; returns how many were new.

    One that had a fault and is told again gets another chance.
    """
    rows = [{"source": source, "key": key, "body": body, "received_at": now} for key, body in items]
    new, target = 0, insert_ignore(inbox, connection)
    for batch in (rows[at : at + BATCH] for at in range(0, len(rows), BATCH)):
        new += len(connection.execute(target.values(batch).returning(inbox.c.id)).all())
        keys = [row["key"] for row in batch]
        again = inbox.c.source == source, inbox.c.key.in_(keys), inbox.c.fault.is_not(None)
        connection.execute(update(inbox).where(*again).values(applied_at=None, fault=None))
    return new


def apply(
    connection: Connection,
    now: datetime,
    vip: VipSettings,
    limit: int = BATCH,
    only: tuple[str, Collection[str]] | None = None,
    rates_file: Path | None = None,
) -> Applied:
    """Apply up to `limit` waiting rows, the oldest first; `only` (source, keys) leaves the others.

    Whoever comes second waits for the first, so that at the end of this transaction the rows
    asked for are applied, by whomever. A row that can't be applied gets a fault and is left.
    Orders are counted for the next run's `imported`, by whomever they are applied.
    """
    take_turns(connection, "inbox")
    applied, bring = Applied(), partial(take, vip=vip, now=now, rates_file=rates_file)
    which: list[ColumnElement[bool]] = [inbox.c.applied_at.is_(None)]
    if only is not None:
        which += [inbox.c.source == only[0], inbox.c.key.in_(only[1])]
    names = (inbox.c.id, inbox.c.source, inbox.c.body, inbox.c.received_at)
    found = connection.execute(select(*names).where(*which).order_by(inbox.c.id).limit(limit))
    rows = [_Row(*row) for row in found]
    for source in dict.fromkeys(row.source for row in rows):
        room = _Room(connection, now, bring, Applied())
        room.bring(_READERS.get(source), [row for row in rows if row.source == source])
        if source == ORDERS:
            arrivals.add(connection, room.applied.verdicts, room.applied.faults, now)
        applied += room.applied
    return applied


def drain(
    connection: Connection, now: datetime, vip: VipSettings, rates_file: Path | None = None
) -> Applied:
    """Apply everything that waits, in one transaction."""
    applied = Applied()
    while (found := apply(connection, now, vip, rates_file=rates_file)).items:
        applied += found
    return applied


def waiting(connection: Connection) -> int:
    """How many rows wait to be applied."""
    return _count(connection, inbox.c.applied_at.is_(None))


def faulted(connection: Connection) -> int:
    """How many rows could not be applied and wait for people."""
    return _count(connection, inbox.c.fault.is_not(None))


def to_look_at(connection: Connection) -> list[Text]:
    """What to tell people who should look at rows with a fault; nothing when there is none."""
    count = faulted(connection)
    events = say("1 event") if count == 1 else say("{count} events", count=f"{count:,}")
    told = say(
        "{events} from outside could not be applied; `recovery inbox list` shows which",
        events=events,
    )
    return [told] if count else []


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    return int(connection.scalar(select(func.count()).select_from(inbox).where(which)) or 0)


class _Room:
    """The rows of one source on their way into the rooms below."""

    def __init__(
        self, connection: Connection, now: datetime, take_orders: "_Taker", applied: Applied
    ) -> None:
        self._connection, self._now, self._take_orders = connection, now, take_orders
        self.applied = applied

    def bring(self, read: "_Reader | None", rows: Sequence[_Row]) -> None:
        """Apply `rows` in one go; when one of them is refused, one by one."""
        readable = [(row, fact) for row in rows if (fact := self._read(read, row)) is not _BAD]
        if self._attempt(readable) is not None:
            for one in readable:
                if (error := self._attempt([one])) is not None:
                    self._fault(one[0], error)
                    if not isinstance(error, _REFUSED):
                        self.applied.trouble = error

    def _read(self, read: "_Reader | None", row: _Row) -> Any:
        try:
            if read is None:
                raise ValueError(f"no reader for {row.source}")
            return read(json.loads(row.body), row.received_at)
        except Exception as error:
            self._fault(row, error)
            return _BAD

    def _attempt(self, readable: Sequence[tuple[_Row, Any]]) -> Exception | None:
        """All of it or nothing; returns why nothing. Only the database's own trouble is raised."""
        try:
            with self._connection.begin_nested():
                facts = [fact for _, fact in readable if fact is not None]
                strangers, verdicts = self._hand_over(facts)
                self._mark([row for row, _ in readable])
        except Exception as error:
            if isinstance(error, DBAPIError) and not isinstance(error, _REFUSED):
                raise
            return error
        self.applied.items += len(readable)
        self.applied.strangers += strangers
        self.applied.verdicts += verdicts
        return None

    def _hand_over(self, facts: Sequence[Any]) -> tuple[int, Counter[Verdict]]:
        """How many events were about no message of ours, and what became of orders."""
        events = [fact for fact in facts if isinstance(fact, MessageEvent)]
        strangers = apply_events(self._connection, events, self._now) if events else 0
        texts = [fact for fact in facts if isinstance(fact, InboundSms)]
        if texts:
            apply_inbound(self._connection, texts, self._now)
        orders = [fact for fact in facts if isinstance(fact, OrderSnapshot)]
        return strangers, self._take_orders(self._connection, orders).verdicts

    def _mark(self, rows: Sequence[_Row]) -> None:
        if rows:
            done = update(inbox).where(inbox.c.id == bindparam("row_id"))
            done = done.values(applied_at=self._now, body=bindparam("rest"))
            kept = [
                {"row_id": row.id, "rest": row.body if row.source in _READ_BY_PEOPLE else ""}
                for row in rows
            ]
            self._connection.execute(done, kept)

    def _fault(self, row: _Row, error: Exception) -> None:
        """For people to look at; the words of another error might repeat what it refused."""
        why = str(error)[:LONGEST_FAULT] if isinstance(error, ValueError) else ""
        why = f"{type(error).__name__} {why}".strip()
        left = update(inbox).where(inbox.c.id == row.id)
        self._connection.execute(left.values(applied_at=self._now, fault=why))
        self.applied.items += 1
        self.applied.faults += 1


_Reader = Callable[[Mapping[str, Any], datetime], Any]
_Taker = Callable[[Connection, Sequence[OrderSnapshot]], Taken]
_BAD = object()
_READ_BY_PEOPLE = (TWILIO_INBOUND,)
_REFUSED = (IntegrityError, DataError)  # what a row can do to the database by being wrong


def _order(values: Mapping[str, Any], _: datetime) -> OrderSnapshot:
    judged = read_row(values, SHOP, 1)
    if isinstance(judged, OrderSnapshot):
        return judged
    raise ValueError("; ".join(error.error for error in judged))


_READERS: Mapping[str, _Reader] = {
    SENDGRID: lambda event, _: read_sendgrid(event),
    TWILIO_STATUS: lambda told, at: read_status(told["form"], told["touch"], at),
    TWILIO_INBOUND: lambda told, at: read_inbound(told["form"], at),
    ORDERS: _order,
}
