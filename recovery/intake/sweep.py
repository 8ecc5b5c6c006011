"""Enrolments whose time is over, and those whose order changed while they were being written."""

from datetime import datetime

from sqlalchemy import Connection, exists, literal, select, update

from recovery.db import changed, table
from recovery.facts import UNPAID
from recovery.models import (
    Decision,
    Enrolment,
    EnrolmentState,
    Order,
    Task,
    TaskState,
    Touch,
    TouchState,
)

enrolments, touches = table(Enrolment), table(Touch)
orders, decisions, tasks = table(Order), table(Decision), table(Task)


def exhaust(connection: Connection, now: datetime) -> int:
    """Close enrolments whose goal window is over, unpaid; what they still planned is cancelled.

    A task nobody took ends too; one that a colleague has stays theirs.
    """
    over = (enrolments.c.state == EnrolmentState.ACTIVE) & (enrolments.c.window_ends_at <= now)
    ending = select(enrolments.c.id).where(over)
    connection.execute(
        update(touches)
        .where(touches.c.enrolment_id.in_(ending), touches.c.state == TouchState.PLANNED)
        .values(state=TouchState.CANCELLED, reason="goal_window_over")
    )
    connection.execute(
        update(tasks)
        .where(tasks.c.enrolment_id.in_(ending), tasks.c.state == TaskState.OPEN)
        .values(state=TaskState.CLOSED, closed_at=now, outcome="goal_window_over")
    )
    entries = select(
        literal(now, decisions.c.at.type),
        enrolments.c.id,
        literal("exhausted"),
        literal("goal_window_over"),
    ).where(over)
    connection.execute(
        decisions.insert().from_select(["at", "enrolment_id", "verdict", "reason"], entries)
    )
    ended = (
        update(enrolments)
        .where(over)
        .values(state=EnrolmentState.EXHAUSTED, reason="goal_window_over", ended_at=now)
    )
    return changed(connection, ended)


def overtaken(connection: Connection, after: int) -> list[int]:
    """Orders of live enrolments newer than id `after` that are unpaid no more.

    A payment that was booked while the planner wrote could not see the enrolment it should end.
    """
    closed = exists().where(
        orders.c.id == enrolments.c.order_id, orders.c.status.not_in(sorted(UNPAID))
    )
    found = select(enrolments.c.order_id).where(
        enrolments.c.id > after, enrolments.c.state == EnrolmentState.ACTIVE, closed
    )
    return sorted(connection.execute(found).scalars())
