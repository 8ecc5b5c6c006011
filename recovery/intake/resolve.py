"""Touches that a person looks at: which ones, and what the person found out about them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from recovery.db import changed, table
from recovery.errors import Exit, RecoveryError, UsageError
from recovery.i18n import say
from recovery.incentives import budget, issue
from recovery.models import Decision, Enrolment, Order, Touch, TouchState

touches, enrolments = table(Touch), table(Enrolment)
orders, decisions = table(Order), table(Decision)

RESOLVED = "resolved_by_operator"


class Finding(StrEnum):
    """What an operator knows about a touch that got no answer."""

    SENT = "sent"
    FAILED = "failed"
    RESEND = "resend"


_STATE = {
    Finding.SENT: TouchState.SENT,
    Finding.FAILED: TouchState.FAILED,
    Finding.RESEND: TouchState.PLANNED,
}


class Settled(RecoveryError):
    """Raised when there is nothing to decide about a touch (any more)."""

    exit_code = Exit.PARTIAL


def look(
    connection: Connection,
    state: str | None = None,
    campaign: str | None = None,
    limit: int | None = None,
    touch_id: int | None = None,
) -> Sequence[Row[Any]]:
    """Touches with their campaign and order, the longest waiting first."""
    return connection.execute(
        _picked(
            select(
                touches.c.id,
                enrolments.c.campaign,
                touches.c.step,
                orders.c.external_id.label("order"),
                touches.c.channel,
                touches.c.state,
                touches.c.reason,
                touches.c.due_at,
                touches.c.tried_at,
                touches.c.attempts,
                touches.c.resent,
                touches.c.provider,
                touches.c.provider_id,
            ),
            state,
            campaign,
            touch_id,
        )
        .order_by(touches.c.due_at, touches.c.id)
        .limit(limit)
    ).all()


def count(connection: Connection, state: str | None = None, campaign: str | None = None) -> int:
    """How many touches `look` would find without a limit."""
    counted = _picked(select(func.count()), state, campaign, None)
    return int(connection.execute(counted).scalar_one())


def resolve(
    connection: Connection,
    touch_id: int,
    finding: Finding,
    now: datetime,
    note: str | None = None,
    *,
    force: bool = False,
) -> None:
    """Move an `unknown` touch where the operator's finding puts it.

    A second resending needs `force`. Raises UsageError for a touch that does not exist, Settled
    when it is not unknown.
    """
    row = connection.execute(select(touches).where(touches.c.id == touch_id)).first()
    if row is None:
        raise UsageError(
            say(
                "there is no touch {touch_id}; see recovery touches --state unknown",
                touch_id=touch_id,
            )
        )
    unknown = row.state == TouchState.UNKNOWN
    if unknown and finding is Finding.RESEND and row.resent and not force:
        raise Settled(
            f"touch {touch_id} was sent again before and is unknown once more; "
            "add --force if a possible third message is worth it"
        )
    values: dict[str, Any] = {"state": _STATE[finding], "reason": RESOLVED, "lease_until": None}
    if finding is Finding.SENT:
        values["sent_at"] = row.tried_at
    if finding is Finding.RESEND:
        values |= {"due_at": now, "resent": True, "claim": None, "tried_at": None}
    moved = changed(
        connection,
        update(touches)
        .where(touches.c.id == touch_id, touches.c.state == TouchState.UNKNOWN)
        .values(**values),
    )
    if not moved:
        raise Settled(f"touch {touch_id} is {row.state}; only unknown ones can be resolved")
    if finding is Finding.SENT:
        issue.confirm(connection, [touch_id])
    if finding is Finding.FAILED:
        budget.withdraw(connection, [touch_id])
    entry = {"verdict": RESOLVED, "reason": finding.value, "detail": note}
    about = {"at": now, "enrolment_id": row.enrolment_id, "touch_id": touch_id}
    connection.execute(insert(decisions), [about | entry])


def _picked(found: Any, state: str | None, campaign: str | None, touch_id: int | None) -> Any:
    found = (
        found.select_from(touches)
        .join(enrolments, enrolments.c.id == touches.c.enrolment_id)
        .join(orders, orders.c.id == enrolments.c.order_id)
    )
    if state is not None:
        found = found.where(touches.c.state == state)
    if campaign is not None:
        found = found.where(enrolments.c.campaign == campaign)
    if touch_id is not None:
        found = found.where(touches.c.id == touch_id)
    return found
