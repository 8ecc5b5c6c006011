"""Every touch of a replay, as one row each: what went out when, or why it did not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, case, distinct, func, select

from recovery.db import table
from recovery.measure.costs import Costs
from recovery.measure.evidence.letters import SENT
from recovery.message import Channel
from recovery.models import Coupon, Decision, Enrolment, Order, Touch, TouchState

touches, enrolments, orders = table(Touch), table(Enrolment), table(Order)
coupons, decisions = table(Coupon), table(Decision)

OUTCOMES = {
    TouchState.WITHHELD: "holdout",
    TouchState.SKIPPED: "skipped",
    TouchState.CANCELLED: "cancelled",
    TouchState.PLANNED: "waiting",
} | dict.fromkeys(SENT, "sent")
HOLDOUT, GLOBAL = "holdout", "global_holdout"


@dataclass(frozen=True, slots=True)
class Letter:
    """One step for one order. `at`: when it went out, or when it would have been due."""

    enrolment: int
    order_id: int  # in the database
    order: str
    campaign: str
    segment: str
    sequence: str
    holdout: bool
    step: str
    channel: str
    outcome: str  # sent, skipped, cancelled, holdout, waiting
    reason: str | None  # why not
    put_off: tuple[str, ...]  # why it waited
    at: datetime
    planned_at: datetime
    timezone: str
    country: str
    segments: int  # SMS parts; 1 for an e-mail, 0 for what nobody sent
    offer: str | None
    code: str | None
    variant: str | None
    enrolled_at: datetime
    paid_at: datetime | None  # by the file; nothing of it is owed to a message
    cost: Decimal | None  # exact, in major units; None where no price is known
    currency: str | None

    @property
    def sent(self) -> bool:
        """Whether it went out."""
        return self.outcome == "sent"

    @property
    def local(self) -> datetime:
        """`at` on the customer's own wall clock."""
        return self.at.astimezone(ZoneInfo(self.timezone))

    @property
    def paid_after(self) -> timedelta | None:
        """How long after this message the order was paid, anyway."""
        if not self.sent or self.paid_at is None or self.paid_at <= self.at:
            return None
        return self.paid_at - self.at


def letters(connection: Connection, costs: Costs) -> Iterator[Letter]:
    """Every touch, those of one enrolment together and in the order of their steps."""
    found = connection.execute(_question(), execution_options={"yield_per": 1000})
    return (_letter(row, costs) for row in found)


def _question() -> Select[Any]:
    t, e, o = touches.c, enrolments.c, orders.c
    journal = (
        select(
            decisions.c.touch_id,
            func.group_concat(
                distinct(case((decisions.c.verdict == "snooze", decisions.c.reason)))
            ).label("put_off"),
        )
        .where(decisions.c.touch_id.is_not(None))
        .group_by(decisions.c.touch_id)
        .subquery("journal")
    )
    told = (
        (
            e.id.label("enrolment"),
            e.order_id,
            o.external_id,
            e.campaign,
            e.segment,
            e.sequence,
            e.holdout,
        ),
        (e.layer, e.enrolled_at, o.timezone, o.country, o.paid_at, journal.c.put_off),
        (t.step, t.channel, t.state, t.reason, t.planned_at, t.due_at, t.tried_at),
        (t.segments, t.variant, coupons.c.offer, coupons.c.code),
    )
    return (
        select(*(column for group in told for column in group))
        .join_from(touches, enrolments, e.id == t.enrolment_id)
        .join(orders, o.id == e.order_id)
        .outerjoin(coupons, coupons.c.touch_id == t.id)
        .outerjoin(journal, journal.c.touch_id == t.id)
        .order_by(t.enrolment_id, t.id)
    )


def _letter(row: Row[Any], costs: Costs) -> Letter:
    outcome = OUTCOMES.get(row.state, str(row.state))
    sent, sms = outcome == "sent", row.channel == Channel.SMS
    segments = ((row.segments or 1) if sms else 1) if sent else 0
    price = costs.of(Channel(row.channel), row.country) if sent else None
    return Letter(
        enrolment=row.enrolment,
        order_id=row.order_id,
        order=row.external_id,
        campaign=row.campaign,
        segment=row.segment,
        sequence=row.sequence,
        holdout=row.holdout,
        step=row.step,
        channel=row.channel,
        outcome=outcome,
        reason=(GLOBAL if row.layer else HOLDOUT) if row.holdout else row.reason,
        put_off=tuple(sorted(filter(None, (row.put_off or "").split(",")))),
        at=(row.tried_at or row.due_at) if sent else row.due_at,
        planned_at=row.planned_at,
        timezone=row.timezone,
        country=row.country,
        segments=segments,
        offer=row.offer if sent else None,
        code=row.code if sent else None,
        variant=row.variant,
        enrolled_at=row.enrolled_at,
        paid_at=row.paid_at,
        cost=price.each * segments if price else None,
        currency=price.currency if price else None,
    )
