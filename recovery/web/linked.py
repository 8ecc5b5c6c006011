"""The order and the touch behind a link, as they are now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from recovery.db import table
from recovery.facts import OrderStatus
from recovery.links import Link
from recovery.models import Enrolment, Order, Touch

orders, enrolments, touches = table(Order), table(Enrolment), table(Touch)


@dataclass(frozen=True, slots=True)
class Linked:
    """What a page needs to know; addresses only to be suppressed, never to be shown."""

    enrolment_id: int
    number: str
    status: OrderStatus
    payment_url: str | None
    expires_at: datetime | None
    locale: str
    timezone: str
    email: str | None
    phone: str | None
    tried_at: datetime | None  # when the message was handed over


def behind(connection: Connection, link: Link) -> Linked | None:
    """What `link` is about; None when it is gone, or the touch was never about this order."""
    found = connection.execute(
        select(
            enrolments.c.id,
            orders.c.external_id,
            orders.c.status,
            orders.c.payment_url,
            orders.c.expires_at,
            orders.c.locale,
            orders.c.timezone,
            orders.c.email,
            orders.c.phone,
            touches.c.tried_at,
        )
        .join_from(touches, enrolments, touches.c.enrolment_id == enrolments.c.id)
        .join(orders, orders.c.id == enrolments.c.order_id)
        .where(touches.c.id == link.touch_id, orders.c.id == link.order_id)
    ).one_or_none()
    return None if found is None else _linked(*found)


def _linked(enrolment_id: int, number: str, status: str, *rest: Any) -> Linked:
    return Linked(enrolment_id, number, OrderStatus(status), *rest)
