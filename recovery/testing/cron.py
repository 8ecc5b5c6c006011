"""When cron's next run would find something to do: so that the empty runs need not be made.

A run with nothing new changes nothing. What comes due by itself stands in these tables, and what
anybody else does, the world knows. Messages of unknown fate are never asked about: the post of a
test keeps no records that could be searched, so every look would teach nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, exists, func, select

from recovery.campaign.schema import Campaign, Status
from recovery.db import table
from recovery.facts import UNPAID
from recovery.models import (
    Coupon,
    CouponState,
    Enrolment,
    EnrolmentState,
    Order,
    Touch,
    TouchState,
)

_DAWN = datetime(1970, 1, 1, tzinfo=UTC)
touches, enrolments = table(Touch), table(Enrolment)
coupons, orders = table(Coupon), table(Order)


def tick_from(at: datetime, every: timedelta) -> datetime:
    """The first instant from `at` on at which a cron of `*/every`, counted from midnight, runs."""
    return at + (_DAWN - at) % every


def next_due(
    connection: Connection, campaigns: Sequence[Campaign], ran: datetime | None
) -> datetime | None:
    """The earliest instant at which a run has something to do; `ran` is the last run's."""
    return min(_instants(connection, campaigns, ran), default=None)


def _instants(
    connection: Connection, campaigns: Sequence[Campaign], ran: datetime | None
) -> Iterator[datetime]:
    running = (CouponState.RESERVED, CouponState.ISSUED)
    held = (TouchState.CLAIMED, TouchState.SENDING)
    firsts = (
        _first(touches.c.due_at, touches.c.state == TouchState.PLANNED),
        _first(touches.c.lease_until, touches.c.state.in_(held)),
        _first(enrolments.c.window_ends_at, enrolments.c.state == EnrolmentState.ACTIVE),
        _first(coupons.c.expires_at, coupons.c.state.in_(running)),
    )
    for first in firsts:
        if (at := connection.execute(first).scalar_one()) is not None:
            yield at
    yield from _entries(connection, campaigns, ran)


def _first(column: Any, *which: Any) -> Any:
    return select(func.min(column)).where(*which)


def _entries(
    connection: Connection, campaigns: Sequence[Campaign], ran: datetime | None
) -> Iterator[datetime]:
    """When an order is old enough for a campaign. One that was old enough at the last run and did
    not enter waits for something else, which has its own instant."""
    waiting = select(orders.c.status, orders.c.unpaid_since).where(
        orders.c.status.in_(sorted(UNPAID)),
        ~exists().where(
            enrolments.c.order_id == orders.c.id, enrolments.c.state == EnrolmentState.ACTIVE
        ),
    )
    active = [one for one in campaigns if one.status is Status.ACTIVE]
    for row in connection.execute(waiting):
        for campaign in active:
            due = row.unpaid_since + campaign.trigger.after
            if campaign.trigger.status == row.status and (ran is None or due > ran):
                yield due
