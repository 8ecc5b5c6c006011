"""Enrolments, their touches, and the tables of moves they may make."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, UniqueConstraint, text
from sqlmodel import Field, SQLModel

# Journals outgrow 32 bits; SQLite wants its rowid to be called INTEGER.
BigKey: Any = BigInteger().with_variant(Integer(), "sqlite")


class TouchState(StrEnum):
    """Where a touch stands."""

    PLANNED = "planned"
    WITHHELD = "withheld"  # a hold-out's touch: when it would have gone out
    CLAIMED = "claimed"  # decided to go, and waits in one worker's hands until the lease ends
    SENDING = "sending"  # committed before the provider is called
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"  # bytes left us and no answer came


class EnrolmentState(StrEnum):
    """Where an enrolment stands."""

    ACTIVE = "active"
    RECOVERED = "recovered"
    EXHAUSTED = "exhausted"  # the goal window is over, unpaid
    EXITED = "exited"  # cancelled, expired, placed …


TOUCH_MOVES: dict[TouchState, frozenset[TouchState]] = {
    # to sent: only a touch that was tried before, when the provider proves that it did go out
    TouchState.PLANNED: frozenset(
        {
            TouchState.CLAIMED,
            TouchState.SENDING,
            TouchState.SKIPPED,
            TouchState.CANCELLED,
            TouchState.SENT,
        }
    ),
    TouchState.CLAIMED: frozenset(
        {
            TouchState.PLANNED,
            TouchState.SENDING,
            TouchState.SKIPPED,
            TouchState.CANCELLED,
            TouchState.SENT,
        }
    ),
    TouchState.SKIPPED: frozenset({TouchState.SENT}),
    TouchState.CANCELLED: frozenset({TouchState.SENT}),
    TouchState.SENDING: frozenset(
        {TouchState.SENT, TouchState.FAILED, TouchState.PLANNED, TouchState.UNKNOWN}
    ),
    # back to planned: only once, and only when the provider's own records show nothing of it
    TouchState.UNKNOWN: frozenset(
        {
            TouchState.SENT,
            TouchState.DELIVERED,
            TouchState.BOUNCED,
            TouchState.FAILED,
            TouchState.PLANNED,
        }
    ),
    TouchState.SENT: frozenset({TouchState.DELIVERED, TouchState.BOUNCED, TouchState.FAILED}),
    # a provider's proof is stronger than any word that it failed
    TouchState.FAILED: frozenset({TouchState.SENT, TouchState.DELIVERED, TouchState.BOUNCED}),
    TouchState.DELIVERED: frozenset({TouchState.BOUNCED}),  # mail bounces late, too
}

ENROLMENT_MOVES: dict[EnrolmentState, frozenset[EnrolmentState]] = {
    EnrolmentState.ACTIVE: frozenset(
        {EnrolmentState.RECOVERED, EnrolmentState.EXHAUSTED, EnrolmentState.EXITED}
    ),
    EnrolmentState.EXHAUSTED: frozenset({EnrolmentState.RECOVERED}),  # paid in time, told late
    EnrolmentState.EXITED: frozenset({EnrolmentState.RECOVERED}),
}


class CampaignVersion(SQLModel, table=True):
    """The text of a campaign file as it was when somebody was enrolled under it."""

    __tablename__ = "campaign_versions"
    __table_args__ = (UniqueConstraint("campaign", "digest", name="one_row_per_version"),)

    id: int | None = Field(default=None, primary_key=True)
    campaign: str
    digest: str
    source: str
    defaults: str = ""  # of defaults.yaml at that time
    file: str
    first_used_at: datetime


class Publication(SQLModel, table=True):
    """When a version went live, and what that changed: the newest of a campaign is what runs."""

    __tablename__ = "publications"

    id: int | None = Field(default=None, primary_key=True)
    campaign: str = Field(index=True)
    version_id: int = Field(foreign_key="campaign_versions.id")
    at: datetime
    # road, before, after, reach, and how many people in flight it reached
    changes: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)


_LIVE = text("state = 'active'")


class Enrolment(SQLModel, table=True):
    """One order in one campaign. A hold-out has the sequence it would have had, and no message."""

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("order_id", "campaign", name="one_enrolment_per_campaign_and_order"),
        Index(
            "one_live_enrolment_per_order",
            "order_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index(
            "one_live_enrolment_per_customer_and_campaign",
            "customer_id",
            "campaign",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("enrolments_by_customer", "customer_id"),
        Index("enrolments_open", "window_ends_at", sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    campaign: str
    version_id: int = Field(foreign_key="campaign_versions.id")
    order_id: int = Field(foreign_key="orders.id")
    customer_id: int = Field(foreign_key="customers.id")
    segment: str
    sequence: str
    holdout: bool
    layer: str | None = None  # global: held out of every campaign of that quarter
    state: str = EnrolmentState.ACTIVE
    reason: str | None = None  # why it ended
    enrolled_at: datetime
    window_ends_at: datetime  # enrolled_at + the goal window
    ended_at: datetime | None = None
    amount_minor: int = Field(sa_type=BigInteger)  # of the order when it was enrolled
    currency: str
    recovered_minor: int | None = Field(
        default=None, sa_type=BigInteger
    )  # what was paid, in `currency`


_PLANNED = text("state = 'planned'")
_UNKNOWN = text("state = 'unknown'")
_LEASED = text("state IN ('claimed', 'sending')")
_DRAWN = text("variant IS NOT NULL")


class Touch(SQLModel, table=True):
    """One step for one enrolment. Every future touch is a row that anyone can count."""

    __tablename__ = "touches"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "step", name="one_touch_per_enrolment_and_step"),
        Index("touches_due", "due_at", "id", sqlite_where=_PLANNED, postgresql_where=_PLANNED),
        Index("touches_leased", "lease_until", sqlite_where=_LEASED, postgresql_where=_LEASED),
        Index("touches_unknown", "tried_at", sqlite_where=_UNKNOWN, postgresql_where=_UNKNOWN),
        Index("touches_drawn", "drawn_at", sqlite_where=_DRAWN, postgresql_where=_DRAWN),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    enrolment_id: int = Field(foreign_key="enrolments.id", sa_type=BigKey)
    step: str
    channel: str
    state: str = TouchState.PLANNED
    reason: str | None = None  # why skipped, cancelled, failed or put off
    planned_at: datetime  # enrolment + the step's delay; never changes
    due_at: datetime  # moves when the touch is put off
    lease_until: datetime | None = None
    claim: str | None = None  # token of the worker that holds it
    attempts: int = 0  # calls of a provider
    refusals: int = Field(
        default=0, sa_column_kwargs={"server_default": "0"}
    )  # "not now", in a row
    recipient: str | None = None  # the address that it goes to, or went to; erased with the person
    tried_at: datetime | None = None  # when `sending` was committed
    sent_at: datetime | None = None  # when we knew that its provider has it
    provider: str | None = None
    provider_id: str | None = None
    segments: int | None = None  # SMS parts
    rules: str | None = None  # version of the market's rules that allowed it
    resent: bool = False  # once, after the provider's records showed that it never arrived
    variant: str | None = None  # of its step, drawn when it was first decided; never changes
    drawn_at: datetime | None = None  # when that was


ENDINGS = ("recovered", "exited", "exhausted")  # verdicts that each run tells since the last one
_UNTOLD = text("run IS NULL AND verdict IN ('recovered', 'exited', 'exhausted')")


class Decision(SQLModel, table=True):
    """The journal: everything decided or learned about one enrolment, in order."""

    __tablename__ = "decisions"
    __table_args__ = (
        Index("decisions_by_enrolment", "enrolment_id"),
        Index("decisions_untold", "id", sqlite_where=_UNTOLD, postgresql_where=_UNTOLD),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    at: datetime
    run: str | None = None  # the run whose numbers have it
    enrolment_id: int = Field(sa_type=BigKey)
    touch_id: int | None = Field(default=None, sa_type=BigKey)
    verdict: str  # send, skip, snooze, sent, failed, unknown, released, recovered, exited …
    reason: str | None = None
    detail: str | None = None


class Click(SQLModel, table=True):
    """A person followed a link of a touch."""

    __tablename__ = "clicks"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    touch_id: int = Field(foreign_key="touches.id", index=True, sa_type=BigKey)
    at: datetime
    machine: bool = False  # a scanner or a mail proxy: never a sign of interest


class Suppression(SQLModel, table=True):
    """An address that gets nothing on a channel. Address: e-mail in lower case, or E.164."""

    __tablename__ = "suppressions"
    __table_args__ = (UniqueConstraint("channel", "address", name="one_row_per_address"),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    address: str
    reason: str
    source: str
    at: datetime
