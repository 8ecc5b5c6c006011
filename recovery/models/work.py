"""What people do (tasks) and what the engine did (runs)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from recovery.models.journeys import BigKey


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    CLOSED = "closed"


class Task(SQLModel, table=True):
    """Something a person has to do about one order."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index(
            "tasks_open",
            "due_at",
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    touch_id: int = Field(foreign_key="touches.id", unique=True, sa_type=BigKey)
    enrolment_id: int = Field(foreign_key="enrolments.id", index=True, sa_type=BigKey)
    order_id: int = Field(foreign_key="orders.id")
    team: str
    template: str
    state: str = TaskState.OPEN
    due_at: datetime
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    note: str | None = None


class Run(SQLModel, table=True):
    """One `recovery run` or `recovery import`, with the numbers it printed; or what the inbox
    brought between two runs, in one row that grows."""

    __tablename__ = "runs"

    id: int | None = Field(default=None, primary_key=True)
    kind: str  # "run", "import" or "inbox"
    token: str
    at: datetime
    result: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Ceiling(SQLModel, table=True):
    """How many touches a run may still claim, over all its workers; without a row any number."""

    __tablename__ = "ceilings"

    run: str = Field(primary_key=True)
    at: datetime
    left: int
