"""Addresses that orders had before: who opts out means the one that the message went to.

When the shop tells another address for an order, the journal of its enrolments keeps the old one,
until the person is erased.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from recovery.db import among, table
from recovery.intake.consents import compared
from recovery.message import Channel
from recovery.models import Decision, Enrolment

decisions, enrolments = table(Decision), table(Enrolment)

READDRESSED = "readdressed"
# A message is written before it is handed over, at the latest when the lease of its worker ends.
WRITTEN_BEFORE = timedelta(minutes=5)
Moved = tuple[Mapping[str, Any], Mapping[str, Any]]  # an order's row before and after
_COLUMNS = {Channel.EMAIL: "email", Channel.SMS: "phone"}


def keep(connection: Connection, moved: Iterable[Moved], now: datetime) -> None:
    """Note the addresses that orders had before they `moved`, for every enrolment of theirs."""
    told: dict[int, list[tuple[str, str]]] = {}
    for before, after in moved:
        for channel, name in _COLUMNS.items():
            old, new = before[name], after[name]
            if old and compared(channel, old) != compared(channel, new or ""):
                told.setdefault(before["id"], []).append((channel.value, compared(channel, old)))
    if not told:
        return
    mine = among(connection, enrolments.c.order_id, sorted(told))
    found = connection.execute(
        select(enrolments.c.id, enrolments.c.order_id).where(mine).order_by(enrolments.c.id)
    )
    entries = [
        {"at": now, "enrolment_id": row.id, "verdict": READDRESSED, "reason": why, "detail": old}
        for row in found
        for why, old in told[row.order_id]
    ]
    if entries:
        connection.execute(insert(decisions), entries)


def written_to(
    connection: Connection,
    enrolment: int,
    channel: Channel,
    at: datetime | None,
    today: str | None,
) -> list[str]:
    """The addresses that a message handed over `at` may have gone to.

    One, mostly; when the shop told another one just then, both. `today` is what the order has.
    """
    if at is None:
        return [today] if today else []
    found: list[str] = []
    for row in _former(connection, [enrolment]):
        if row.reason != channel or row.at < at - WRITTEN_BEFORE:
            continue
        found.append(row.detail)
        if row.at > at:
            return found
    return [*found, today] if today else found


def former(connection: Connection, journeys: Collection[int]) -> set[str]:
    """Every address that these enrolments' orders had before."""
    return {row.detail for row in _former(connection, journeys)}


def _former(connection: Connection, journeys: Collection[int]) -> Sequence[Row[Any]]:
    """What was noted, the oldest first; erased ones say nothing any more."""
    if not journeys:
        return ()
    noted = select(*(decisions.c[name] for name in ("at", "reason", "detail"))).where(
        among(connection, decisions.c.enrolment_id, list(journeys)),
        decisions.c.verdict == READDRESSED,
        decisions.c.detail.is_not(None),
    )
    return connection.execute(noted.order_by(decisions.c.id)).all()
