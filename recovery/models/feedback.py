"""What the world tells us between runs, and what it allows us: inbox, consents, brakes."""

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, text, true
from sqlmodel import Field, SQLModel

from recovery.models.journeys import BigKey

_WAITING = text("applied_at IS NULL")
_FAULTED = text("fault IS NOT NULL")
_UNREAD = text("closed_at IS NULL")


class InboxItem(SQLModel, table=True):
    """One event as it came in: stored first, applied later, once. `key` names it for ever."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("source", "key", name="one_row_per_event"),
        Index("inbox_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("inbox_faulted", "id", sqlite_where=_FAULTED, postgresql_where=_FAULTED),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    source: str  # "sendgrid", "twilio-status", "twilio-inbound", "orders"
    key: str
    body: str = Field(sa_type=Text)  # one event, JSON
    received_at: datetime
    applied_at: datetime | None = None
    fault: str | None = None  # why it could not be applied; the row stays for people to look at


class Answer(SQLModel, table=True):
    """A text message from a customer that a person has to read. Its words stand in the inbox."""

    __tablename__ = "answers"
    __table_args__ = (
        UniqueConstraint("key", name="one_answer_per_message"),
        Index("answers_open", "id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    key: str  # of the inbox's row
    at: datetime
    order_id: int | None = Field(default=None, foreign_key="orders.id")  # None: of nobody we know
    closed_at: datetime | None = None
    closed_by: str | None = None


class Consent(SQLModel, table=True):
    """Evidence: who agreed to what, on which channel, when, and where we know it from."""

    __tablename__ = "consents"
    __table_args__ = (Index("consents_by_address", "channel", "address"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    channel: str
    address: str
    level: str  # marketing, transactional or none; lifted: a stop is over
    at: datetime  # when it was given or taken back
    source: str  # "order", "sms", "unsubscribe-link", "provider", "operator"
    evidence: str | None = None  # the order, the provider's message or event, the operator's note


class Pause(SQLModel, table=True):
    """A brake that an operator holds: nothing of `scope` and `name` is sent while the row is."""

    __tablename__ = "pauses"
    __table_args__ = (UniqueConstraint("scope", "name", name="one_pause_per_name"),)

    id: int | None = Field(default=None, primary_key=True)
    scope: str  # "all", "campaign" or "channel"
    name: str  # "" for all
    since: datetime
    note: str | None = None


class Breaker(SQLModel, table=True):
    """A sender in trouble. While its breaker is `open` nothing is handed to it before `until`; then
    one message is tried, for an account that was refused by another run than `run`."""

    __tablename__ = "breakers"

    sender: str = Field(primary_key=True)
    channel: str
    kind: str  # "account", "busy" or "silent"
    reason: str
    since: datetime
    until: datetime
    open: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    failures: int = Field(default=1, sa_column_kwargs={"server_default": "1"})  # in a row
    seen_at: datetime | None = None  # the last of them
    run: str | None = None  # the run that has met it, or tries it now


class Pace(SQLModel, table=True):
    """The next free moment of a rate limit, shared by all workers."""

    __tablename__ = "pace"

    key: str = Field(primary_key=True)  # "sms", "email", "sms:US"
    next_free: datetime
