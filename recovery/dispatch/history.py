"""What happened to the customers of a batch before: one query for each kind of thing."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, literal, or_, select

from recovery.db import among, table
from recovery.dispatch.situation import Ahead, Sent
from recovery.incentives.offer import Issued
from recovery.message import Channel
from recovery.models import (
    Click,
    Coupon,
    CouponState,
    Enrolment,
    Suppression,
    Task,
    TaskState,
    Touch,
    TouchState,
)

touches, enrolments = table(Touch), table(Enrolment)
clicks, coupons = table(Click), table(Coupon)
suppressions, tasks = table(Suppression), table(Task)

# A message that left us, or may have: all of these count against caps and gaps.
LEFT = (
    TouchState.SENDING,
    TouchState.SENT,
    TouchState.DELIVERED,
    TouchState.BOUNCED,
    TouchState.UNKNOWN,
)
BECAME_AN_ORDER = "placed"  # why the enrolment of a basket ended


def sent(
    connection: Connection, people: Sequence[int], since: datetime, now: datetime
) -> dict[int, list[Sent]]:
    """What these customers got after `since`; what is claimed for them leaves `now`: whoever claims
    has decided that it goes."""
    left = and_(touches.c.tried_at > since, touches.c.state.in_(LEFT))
    at = func.coalesce(touches.c.tried_at, literal(now, touches.c.tried_at.type))
    found = (
        select(
            enrolments.c.customer_id,
            at,
            touches.c.enrolment_id,
            touches.c.step,
            touches.c.planned_at,
        )
        .join_from(enrolments, touches, touches.c.enrolment_id == enrolments.c.id)
        .where(
            among(connection, enrolments.c.customer_id, people),
            or_(left, touches.c.state == TouchState.CLAIMED),
            touches.c.channel != Channel.TASK.value,
        )
        .order_by(at, touches.c.id)
    )
    history: dict[int, list[Sent]] = defaultdict(list)
    for person, *sent in connection.execute(found):
        history[person].append(Sent(*sent))
    return history


def told(connection: Connection, numbers: Sequence[int]) -> dict[int, Counter[Channel]]:
    """How many messages about each of these orders (by id) left us, or are about to.

    What was said about the basket does not count for the order that it became.
    """
    found = (
        select(enrolments.c.order_id, touches.c.channel, func.count())
        .join_from(enrolments, touches, touches.c.enrolment_id == enrolments.c.id)
        .where(
            among(connection, enrolments.c.order_id, numbers),
            or_(enrolments.c.reason.is_(None), enrolments.c.reason != BECAME_AN_ORDER),
            touches.c.state.in_([*LEFT, TouchState.CLAIMED]),
            touches.c.channel != Channel.TASK.value,
        )
        .group_by(enrolments.c.order_id, touches.c.channel)
    )
    counted: dict[int, Counter[Channel]] = defaultdict(Counter)
    for order, channel, count in connection.execute(found):
        counted[order][Channel(channel)] = count
    return counted


def suppressed(connection: Connection, rows: Sequence[Row[Any]]) -> set[tuple[str, str]]:
    """Channel and address of those on the list; it has e-mail addresses in lower case."""
    emails = {row.email.lower() for row in rows if row.email}
    phones = {row.phone for row in rows if row.phone}
    found = select(suppressions.c.channel, suppressions.c.address).where(
        or_(
            and_(
                suppressions.c.channel == Channel.EMAIL.value,
                among(connection, suppressions.c.address, emails),
            ),
            and_(
                suppressions.c.channel == Channel.SMS.value,
                among(connection, suppressions.c.address, phones),
            ),
        )
    )
    return {(row.channel, row.address) for row in connection.execute(found)}


def clicked(connection: Connection, journeys: Sequence[int]) -> dict[int, set[str]]:
    found = (
        select(touches.c.enrolment_id, touches.c.step)
        .join_from(touches, clicks, clicks.c.touch_id == touches.c.id)
        .where(among(connection, touches.c.enrolment_id, journeys), ~clicks.c.machine)
    )
    steps: dict[int, set[str]] = defaultdict(set)
    for enrolment_id, step in connection.execute(found):
        steps[enrolment_id].add(step)
    return steps


def claimed_tasks(connection: Connection, journeys: Sequence[int]) -> set[int]:
    found = select(tasks.c.enrolment_id).where(
        among(connection, tasks.c.enrolment_id, journeys), tasks.c.state == TaskState.CLAIMED
    )
    return set(connection.execute(found).scalars())


def issued(connection: Connection, people: Sequence[int]) -> dict[int, list[Issued]]:
    """Coupons that customers have or may have; of those withdrawn nobody knows."""
    found = select(
        coupons.c.customer_id,
        coupons.c.enrolment_id,
        coupons.c.touch_id,
        coupons.c.offer,
        coupons.c.code,
        coupons.c.issued_at,
        coupons.c.expires_at,
        coupons.c.state,
    ).where(
        among(connection, coupons.c.customer_id, people),
        coupons.c.state != CouponState.WITHDRAWN,
    )
    held: dict[int, list[Issued]] = defaultdict(list)
    for person, *coupon in connection.execute(found):
        held[person].append(Issued(*coupon))
    return held


def open_steps(connection: Connection, journeys: Sequence[int]) -> dict[int, list[Ahead]]:
    """Touches of these enrolments that are still to go out, the ones at hand included."""
    found = select(
        touches.c.enrolment_id,
        touches.c.step,
        touches.c.planned_at,
        touches.c.due_at,
        touches.c.state == TouchState.CLAIMED,
    ).where(
        among(connection, touches.c.enrolment_id, journeys),
        touches.c.state.in_([TouchState.PLANNED, TouchState.CLAIMED]),
    )
    steps: dict[int, list[Ahead]] = defaultdict(list)
    for enrolment_id, *step in connection.execute(found):
        steps[enrolment_id].append(Ahead(*step))
    return steps
