"""Settling: when an order is paid, closed or placed, its journey ends with it, at once.

Enrolment, touches, tasks and journal move in the transaction that moves the order, so nobody can
see a paid order with a message still planned.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, insert, update

from recovery.db import changed, table
from recovery.facts import UNPAID, OrderStatus
from recovery.models import (
    ENROLMENT_MOVES,
    TOUCH_MOVES,
    Decision,
    Enrolment,
    EnrolmentState,
    Order,
    Task,
    TaskState,
    Touch,
    TouchState,
)

PAID, PAID_BEFORE, PAID_LATE, PLACED = "paid", "paid_before", "paid_late", "placed"

orders, enrolments, touches = table(Order), table(Enrolment), table(Touch)
tasks, decisions = table(Task), table(Decision)


def _from(moves: Any, target: Any) -> list[str]:
    return [state.value for state, targets in moves.items() if target in targets]


_RECOVERABLE = _from(ENROLMENT_MOVES, EnrolmentState.RECOVERED)
_EXITABLE = _from(ENROLMENT_MOVES, EnrolmentState.EXITED)
_CANCELLABLE = _from(TOUCH_MOVES, TouchState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Settled:
    """How many enrolments recovered or exited, and how many open touches were cancelled."""

    recovered: int = 0
    exited: int = 0
    cancelled: int = 0

    def __add__(self, other: "Settled") -> "Settled":
        return Settled(
            self.recovered + other.recovered,
            self.exited + other.exited,
            self.cancelled + other.cancelled,
        )


def settle(
    connection: Connection,
    now: datetime,
    *,
    closed: Collection[int] = (),
    placed: Collection[int] = (),
) -> Settled:
    """End the enrolments of orders (by id) that are `closed` by now or left the cart (`placed`).

    Paid after enrolment and within the goal window: recovered. Everything else: exited. An order
    among `closed` that is still unpaid is left alone.
    """
    settled = Settled()
    if closed:
        settled += _close(connection, enrolments.c.order_id.in_(closed), now)
    if placed:
        settled += _end(connection, _exit(enrolments.c.order_id.in_(placed), PLACED, now), now)
    return settled


def leave(
    connection: Connection, customers: Collection[int], reason: str, now: datetime
) -> Settled:
    """End every live enrolment of these customers (by id), whatever their orders do."""
    theirs = enrolments.c.customer_id.in_(customers)
    return _end(connection, _exit(theirs, reason, now), now)


def _close(connection: Connection, which: ColumnElement[bool], now: datetime) -> Settled:
    recovered = (
        update(enrolments)
        .where(
            which,
            enrolments.c.order_id == orders.c.id,
            enrolments.c.state.in_(_RECOVERABLE),
            orders.c.paid_at > enrolments.c.enrolled_at,
            orders.c.paid_at <= enrolments.c.window_ends_at,
        )
        .values(
            state=EnrolmentState.RECOVERED.value,
            reason=PAID,
            ended_at=now,
            # Stamped in the enrolment's own currency: amounts of two are never added.
            recovered_minor=case(
                (orders.c.currency == enrolments.c.currency, orders.c.amount_minor), else_=None
            ),
        )
    )
    reason = case(
        (orders.c.status != OrderStatus.PAID, orders.c.status),
        (orders.c.paid_at <= enrolments.c.enrolled_at, PAID_BEFORE),
        else_=PAID_LATE,
    )
    rest = which & (enrolments.c.order_id == orders.c.id) & orders.c.status.not_in(sorted(UNPAID))
    return _end(connection, recovered, now) + _end(connection, _exit(rest, reason, now), now)


def _exit(which: ColumnElement[bool], reason: Any, now: datetime) -> Any:
    return (
        update(enrolments)
        .where(which, enrolments.c.state.in_(_EXITABLE))
        .values(state=EnrolmentState.EXITED.value, reason=reason, ended_at=now)
    )


def _end(connection: Connection, move: Any, now: datetime) -> Settled:
    """Make one move of enrolments, and take along all that hangs on them."""
    moved = connection.execute(
        move.returning(enrolments.c.id, enrolments.c.state, enrolments.c.reason)
    ).all()
    if not moved:
        return Settled()
    journal = [
        {"at": now, "enrolment_id": row.id, "verdict": row.state, "reason": row.reason}
        for row in moved
    ]
    connection.execute(insert(decisions), journal)
    by_reason: dict[str, list[int]] = {}
    for row in moved:
        by_reason.setdefault(row.reason, []).append(row.id)
    cancelled = sum(
        _release(connection, ids, reason, now) for reason, ids in sorted(by_reason.items())
    )
    recovered = sum(row.state == EnrolmentState.RECOVERED for row in moved)
    return Settled(recovered, len(moved) - recovered, cancelled)


def _release(connection: Connection, ids: Collection[int], reason: str, now: datetime) -> int:
    """Cancel open touches and close open tasks. A touch in `sending` can't be called back."""
    why = PAID if reason in (PAID_BEFORE, PAID_LATE) else reason
    connection.execute(
        update(tasks)
        .where(tasks.c.enrolment_id.in_(ids), tasks.c.state != TaskState.CLOSED)
        .values(state=TaskState.CLOSED.value, closed_at=now, outcome=why)
    )
    return changed(
        connection,
        update(touches)
        .where(touches.c.enrolment_id.in_(ids), touches.c.state.in_(_CANCELLABLE))
        .values(state=TouchState.CANCELLED.value, reason=why, lease_until=None, claim=None),
    )
