"""Counting who was drawn into which variant of a step, and who paid: one SELECT for all steps.

A unit is a customer at the first touch of the step that was decided: drawn then, while the order
was unpaid, whatever became of the message. It converts when the enrolled order, or another one of
the same customer, is paid after the draw and within the goal window; it counts when that is over.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    or_,
    select,
)

from recovery.db import table
from recovery.models import Enrolment, Order, Touch

enrolments, touches, orders = table(Enrolment), table(Touch), table(Order)


class Place(NamedTuple):
    """Where an experiment runs."""

    campaign: str
    sequence: str
    step: str


class Count(NamedTuple):
    """Customers of one variant who entered under one version of their campaign."""

    place: Place
    version: int
    variant: str
    drawn: int
    mature: int
    converted: int  # of the mature ones


def count(connection: Connection, now: datetime, campaign: str | None = None) -> Iterator[Count]:
    """Everybody who was drawn by `now`, in the order of places; of one `campaign` or of all."""
    if not connection.scalar(select(exists().where(*_drawn(now)))):
        return
    for *place, version, variant, drawn, mature, converted in connection.execute(
        _counts(now, campaign)
    ):
        yield Count(Place(*place), version, variant, drawn, int(mature), int(converted))


def _counts(now: datetime, campaign: str | None) -> Select[Any]:
    u = _units(now, campaign).c
    where, mature = (u.campaign, u.sequence, u.step), u.window_ends_at <= now
    return (
        select(
            *where,
            u.version_id,
            u.variant,
            func.count(),
            func.sum(case((mature, 1), else_=0)),
            func.sum(case((and_(mature, _paid(u)), 1), else_=0)),
        )
        .where(u.turn == 1)
        .group_by(*where, u.version_id, u.variant)
        .order_by(*where, u.version_id, u.variant)
    )


def _units(now: datetime, campaign: str | None) -> Subquery:
    """Every draw for an order that was unpaid then, as far as is known; `turn` counts a customer's
    draws at the same step."""
    e, t, paid_at = enrolments.c, touches.c, orders.c.paid_at
    step = (e.campaign, e.sequence, t.step)
    turn = func.row_number().over(partition_by=(*step, e.customer_id), order_by=(t.drawn_at, t.id))
    statement = (
        select(
            *step,
            e.version_id,
            e.customer_id,
            e.order_id,
            e.window_ends_at,
            t.variant,
            t.drawn_at,
            turn.label("turn"),
        )
        .join_from(touches, enrolments, t.enrolment_id == e.id)
        .join(orders, orders.c.id == e.order_id)
        .where(*_drawn(now))
        .where(or_(paid_at.is_(None), paid_at > t.drawn_at))
    )
    if campaign is not None:
        statement = statement.where(e.campaign == campaign)
    return statement.subquery("units")


def _drawn(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return touches.c.variant.is_not(None), touches.c.drawn_at <= now


def _paid(u: Any) -> ColumnElement[bool]:
    """The enrolled order, wherever it went since, or another one of the customer."""
    own, other = orders.alias("own"), orders.alias("other")
    return or_(
        exists().where(own.c.id == u.order_id, _in_time(own.c.paid_at, u)),
        exists().where(other.c.customer_id == u.customer_id, _in_time(other.c.paid_at, u)),
    )


def _in_time(paid_at: ColumnElement[Any], u: Any) -> ColumnElement[bool]:
    return and_(paid_at > u.drawn_at, paid_at <= u.window_ends_at)
