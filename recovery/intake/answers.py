"""Text messages from customers that are no command: kept for a person to read and to answer.

The words stand in the inbox and nowhere else: whoever is forgotten there is forgotten here.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from recovery import telemetry
from recovery.db import insert_ignore, table
from recovery.errors import UsageError
from recovery.facts import InboundSms
from recovery.i18n import say
from recovery.intake.numbers import spellings
from recovery.models import Answer, Decision, Enrolment, InboxItem, Order

answers, inbox, orders = table(Answer), table(InboxItem), table(Order)
enrolments, decisions = table(Enrolment), table(Decision)

SOURCE = "twilio-inbound"
FORGOTTEN = ("", "{}")  # what erasing a person leaves of a body: there is nothing to answer
ANSWERED, CLOSED = "answered", "answer_closed"


@dataclass(frozen=True, slots=True)
class Said:
    """What one customer wrote; `order` is the shop's number, None for somebody we don't know."""

    id: int
    at: datetime
    order: str | None
    phone: str
    words: str
    closed_at: datetime | None
    closed_by: str | None


def keep(connection: Connection, texts: Sequence[InboundSms]) -> None:
    """Keep these messages for people, each once, beside the sender's newest order."""
    for one in texts:
        order = connection.execute(_newest_order(one.sender)).first()
        row = {"key": one.key, "at": one.at, "order_id": order.id if order else None}
        added = insert_ignore(answers, connection).values(row).returning(answers.c.id)
        if (fresh := connection.execute(added).scalar()) is not None:
            number = order.external_id if order else "-"
            telemetry.event("intake", "answer_received", answer=fresh, order=number)


def listed(
    connection: Connection, *, everything: bool = False, limit: int | None = None
) -> list[Said]:
    """What waits for an answer, the oldest first; with `everything`, also what is done with."""
    found = (
        select(answers, orders.c.external_id, inbox.c.body)
        .join(inbox, (inbox.c.source == SOURCE) & (inbox.c.key == answers.c.key))
        .outerjoin(orders, orders.c.id == answers.c.order_id)
        .where(inbox.c.body.not_in(FORGOTTEN))
        .order_by(answers.c.at, answers.c.id)
        .limit(limit)
    )
    if not everything:
        found = found.where(answers.c.closed_at.is_(None))
    return [_said(row) for row in connection.execute(found)]


def waiting(connection: Connection) -> int:
    """How many customers wait for an answer."""
    found = (
        select(func.count())
        .select_from(answers)
        .join(inbox, (inbox.c.source == SOURCE) & (inbox.c.key == answers.c.key))
        .where(answers.c.closed_at.is_(None), inbox.c.body.not_in(FORGOTTEN))
    )
    return int(connection.execute(found).scalar_one())


def close(connection: Connection, ids: Sequence[int], by: str, now: datetime) -> int:
    """Say that `by` has seen to these; returns how many were open. UsageError: no such answer."""
    known = set(connection.execute(select(answers.c.id).where(answers.c.id.in_(ids))).scalars())
    if unknown := sorted(set(ids) - known):
        raise UsageError(
            say("there is no answer {unknown}; see recovery answers list", unknown=unknown[0])
        )
    done = (
        update(answers)
        .where(answers.c.id.in_(ids), answers.c.closed_at.is_(None))
        .values(closed_at=now, closed_by=by)
        .returning(answers.c.key)
    )
    keys = list(connection.execute(done).scalars())
    told = select(decisions.c.enrolment_id).where(
        decisions.c.verdict == ANSWERED, decisions.c.detail.in_(keys)
    )
    entries: list[dict[str, Any]] = [
        {"at": now, "enrolment_id": enrolment, "verdict": CLOSED, "reason": by}
        for enrolment in sorted(set(connection.execute(told).scalars()))
    ]
    if entries:
        connection.execute(insert(decisions), entries)
    return len(keys)


def _newest_order(phone: str) -> Any:
    """The order that a campaign wrote about last, else the newest with this number."""
    return (
        select(orders.c.id, orders.c.external_id)
        .outerjoin(enrolments, enrolments.c.order_id == orders.c.id)
        .where(orders.c.phone.in_(spellings(phone)))
        .order_by(enrolments.c.id.desc().nulls_last(), orders.c.id.desc())
        .limit(1)
    )


def _said(row: Row[Any]) -> Said:
    form = json.loads(row.body)["form"]
    about = row.id, row.at, row.external_id, form.get("From", ""), form.get("Body", "")
    return Said(*about, row.closed_at, row.closed_by)
