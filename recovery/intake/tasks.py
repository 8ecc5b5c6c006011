"""Work for people: what waits, who has it, how it ended. Claiming is a conditional UPDATE."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, select, update

from recovery.db import changed, table
from recovery.errors import Exit, RecoveryError, UsageError
from recovery.i18n import say, spoken
from recovery.models import Decision, Enrolment, Order, Task, TaskState
from recovery.money import Money
from recovery.reasons import why_unpaid

tasks, orders = table(Task), table(Order)
enrolments, decisions = table(Enrolment), table(Decision)

Worth = Callable[[Money], Money | None]  # in the base currency; None when there is no rate


class Outcome(StrEnum):
    """How a person's try ended."""

    REACHED = "reached"
    PROMISED = "promised"  # will pay
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"  # will not pay
    OTHER = "other"


class Taken(RecoveryError):
    """Raised when a task is not free; `by` is who has it (None: it is closed)."""

    exit_code = Exit.PARTIAL

    def __init__(self, message: str, by: str | None) -> None:
        super().__init__(message)
        self.by = by


@dataclass(frozen=True, slots=True)
class Work:
    """One task with what a person needs to do it."""

    id: int
    touch_id: int
    state: TaskState
    team: str
    template: str
    due_at: datetime
    claimed_by: str | None
    claimed_at: datetime | None
    closed_at: datetime | None
    outcome: str | None
    note: str | None
    order: str
    source: str
    campaign: str
    segment: str
    amount: Money
    worth: Money | None
    customer: str | None
    phone: str | None
    locale: str
    customer_time: datetime  # what the clock on the customer's wall says
    items: tuple[str, ...]
    why: str | None
    payment_url: str | None
    expires_at: datetime | None

    def payload(self) -> dict[str, Any]:
        """One entry of `recovery tasks list --json`."""
        return {
            "id": self.id,
            "touch": self.touch_id,
            "state": self.state.value,
            "team": self.team,
            "template": self.template,
            "due_at": _utc(self.due_at),
            "claimed_by": self.claimed_by,
            "claimed_at": _utc(self.claimed_at),
            "closed_at": _utc(self.closed_at),
            "outcome": self.outcome,
            "note": self.note,
            "order": self.order,
            "source": self.source,
            "campaign": self.campaign,
            "segment": self.segment,
            "amount": str(self.amount),
            "currency": self.amount.currency,
            "worth": self.worth and {"amount": str(self.worth), "currency": self.worth.currency},
            "customer": self.customer,
            "phone": self.phone,
            "locale": self.locale,
            "customer_time": self.customer_time.isoformat(timespec="minutes"),
            "items": list(self.items),
            "why": self.why,
            "payment_url": self.payment_url,
            "expires_at": _utc(self.expires_at),
        }


def waiting(
    connection: Connection, now: datetime, worth: Worth, *, everything: bool = False
) -> list[Work]:
    """Tasks not closed and due at `now`, dearest first, then oldest; `everything`: also later ones.

    Amounts compare by `worth`; an order whose currency has no rate stands after those that have.
    """
    statement = _works().where(tasks.c.state != TaskState.CLOSED)
    if not everything:
        statement = statement.where(tasks.c.due_at <= now)
    found = [_work(row, now, worth) for row in connection.execute(statement)]
    return sorted(
        found, key=lambda work: (-(work.worth.minor if work.worth else -1), work.due_at, work.id)
    )


def look(connection: Connection, task_id: int, now: datetime, worth: Worth) -> Work:
    """One task, in any state; UsageError when there is none with this number."""
    row = connection.execute(_works().where(tasks.c.id == task_id)).first()
    if row is None:
        raise UsageError(
            say("there is no task {task_id}; see recovery tasks list", task_id=task_id)
        )
    return _work(row, now, worth)


def claim(connection: Connection, task_id: int, name: str, now: datetime) -> None:
    """Give an open task to `name`; whose it already is keeps it.

    Raises Taken when somebody else has it or it is closed, UsageError when there is no such task.
    """
    free = (tasks.c.state == TaskState.OPEN) & (tasks.c.id == task_id)
    taking = update(tasks).where(free)
    values = {"state": TaskState.CLAIMED, "claimed_by": name, "claimed_at": now}
    if changed(connection, taking.values(**values)):
        _note(connection, task_id, now, "task_claimed", name)
        return
    if (row := _state(connection, task_id)).state == TaskState.CLAIMED and row.claimed_by == name:
        return
    raise _taken(task_id, row)


def release(connection: Connection, task_id: int, name: str, now: datetime) -> None:
    """Give back a task that `name` has; Taken when `name` has not got it."""
    mine = (tasks.c.state == TaskState.CLAIMED) & (tasks.c.claimed_by == name)
    giving = update(tasks).where(mine, tasks.c.id == task_id)
    values = {"state": TaskState.OPEN, "claimed_by": None, "claimed_at": None}
    if not changed(connection, giving.values(**values)):
        raise _taken(task_id, _state(connection, task_id))
    _note(connection, task_id, now, "task_released", name)


def close(
    connection: Connection,
    task_id: int,
    outcome: Outcome,
    now: datetime,
    *,
    note: str | None = None,
    name: str | None = None,
) -> None:
    """End a task with its outcome. With a `name`, only a task that nobody else has claimed.

    Raises Taken when it is closed or somebody else's, UsageError when there is no such task.
    """
    ending = update(tasks).where(tasks.c.id == task_id, tasks.c.state != TaskState.CLOSED)
    if name is not None:
        ending = ending.where((tasks.c.claimed_by == name) | tasks.c.claimed_by.is_(None))
    values = {"state": TaskState.CLOSED, "closed_at": now, "outcome": outcome, "note": note}
    if not changed(connection, ending.values(**values)):
        raise _taken(task_id, _state(connection, task_id))
    _note(connection, task_id, now, "task_closed", outcome, note)


def _works() -> Select[Any]:
    whole = select(tasks, orders, enrolments.c.campaign, enrolments.c.segment)
    joined = whole.join_from(tasks, orders, tasks.c.order_id == orders.c.id)
    return joined.join(enrolments, tasks.c.enrolment_id == enrolments.c.id)


def _work(row: Row[Any], now: datetime, worth: Worth) -> Work:
    known = row._mapping
    amount = Money(row.amount_minor, row.currency)
    return Work(
        id=known[tasks.c.id],
        touch_id=row.touch_id,
        state=TaskState(known[tasks.c.state]),
        team=row.team,
        template=row.template,
        due_at=row.due_at,
        claimed_by=row.claimed_by,
        claimed_at=row.claimed_at,
        closed_at=row.closed_at,
        outcome=row.outcome,
        note=row.note,
        order=row.external_id,
        source=row.source,
        campaign=row.campaign,
        segment=row.segment,
        amount=amount,
        worth=worth(amount),
        customer=row.name,
        phone=row.phone,
        locale=row.locale,
        customer_time=now.astimezone(ZoneInfo(row.timezone)),
        items=tuple(f"{item.get('quantity', 1)} × {item['name']}" for item in row.items or ()),
        why=why_unpaid(row.status, row.failure_reason, spoken()),
        payment_url=row.payment_url,
        expires_at=row.expires_at,
    )


def _state(connection: Connection, task_id: int) -> Row[Any]:
    row = connection.execute(select(tasks).where(tasks.c.id == task_id)).first()
    if row is None:
        raise UsageError(
            say("there is no task {task_id}; see recovery tasks list", task_id=task_id)
        )
    return row


def _taken(task_id: int, row: Row[Any]) -> Taken:
    if row.state == TaskState.CLOSED:
        return Taken(f"task {task_id} is closed already ({row.outcome or 'no outcome'})", None)
    if row.state == TaskState.CLAIMED:
        return Taken(
            f"{row.claimed_by} has task {task_id} since {row.claimed_at:%Y-%m-%d %H:%M} UTC",
            row.claimed_by,
        )
    return Taken(f"nobody has claimed task {task_id}", None)


def _note(
    connection: Connection,
    task_id: int,
    now: datetime,
    verdict: str,
    reason: str,
    detail: str | None = None,
) -> None:
    row = _state(connection, task_id)
    entry = {"at": now, "enrolment_id": row.enrolment_id, "touch_id": row.touch_id}
    connection.execute(
        decisions.insert().values(**entry, verdict=verdict, reason=reason, detail=detail)
    )


def _utc(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
