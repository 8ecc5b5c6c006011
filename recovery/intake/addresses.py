"""Which address a message went to, and which ones an order had before.

Who opts out, and what bounces, is the address that the message went to. When the shop tells another
one for an order, the journal of its enrolments keeps the old one, until the person is erased.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    case,
    func,
    insert,
    select,
)

from recovery.db import among, table
from recovery.intake.consents import compared
from recovery.message import Channel
from recovery.models import Decision, Enrolment, Order, Touch

decisions, enrolments = table(Decision), table(Enrolment)
touches, orders = table(Touch), table(Order)

READDRESSED = "readdressed"
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


def went_to() -> ColumnElement[str | None]:
    """The address of a touch's message, in a statement that joins its order: the one written down
    when it was sent, before that the order's of today; None when the person was erased."""
    today = case(
        (touches.c.channel == Channel.EMAIL.value, orders.c.email),
        (touches.c.channel == Channel.SMS.value, orders.c.phone),
    )
    return func.coalesce(touches.c.recipient, today)


def first_tried() -> ScalarSelect[Any]:
    """When a touch was sent for the first time, by the journal; None before it was."""
    return (
        select(func.min(decisions.c.at))
        .where(
            decisions.c.enrolment_id == touches.c.enrolment_id,
            decisions.c.touch_id == touches.c.id,
            decisions.c.verdict == "send",
        )
        .scalar_subquery()
    )


def former(connection: Connection, journeys: Collection[int]) -> set[str]:
    """Every address that these enrolments' orders had before; erased ones say nothing any more."""
    if not journeys:
        return set()
    noted = select(decisions.c.detail).where(
        among(connection, decisions.c.enrolment_id, list(journeys)),
        decisions.c.verdict == READDRESSED,
        decisions.c.detail.is_not(None),
    )
    return set(connection.execute(noted).scalars())
