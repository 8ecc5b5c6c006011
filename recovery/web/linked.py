"""The order and the touch behind a link, as they are now."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from recovery.db import table
from recovery.facts import OrderStatus
from recovery.intake.addresses import went_to
from recovery.links import Link
from recovery.message import Channel
from recovery.models import Enrolment, Order, Touch, TouchState

orders, enrolments, touches = table(Order), table(Enrolment), table(Touch)


@dataclass(frozen=True, slots=True)
class Linked:
    """What a page needs to know; addresses only to be suppressed, never to be shown."""

    number: str
    status: OrderStatus
    payment_url: str | None
    expires_at: datetime | None
    locale: str
    timezone: str
    channel: Channel
    address: str | None  # that the message went to; None when the person was erased
    flying: bool  # no answer of its provider is written down yet
    sent_at: datetime | None  # when the message was handed over


def behind(connection: Connection, link: Link) -> Linked | None:
    """What `link` is about; None when it is gone, or the touch was never about this order."""
    found = connection.execute(
        select(
            orders.c.external_id.label("number"),
            orders.c.status,
            orders.c.payment_url,
            orders.c.expires_at,
            orders.c.locale,
            orders.c.timezone,
            touches.c.channel,
            went_to().label("address"),
            (touches.c.state == TouchState.SENDING).label("flying"),
            func.coalesce(touches.c.sent_at, touches.c.tried_at).label("sent_at"),
        )
        .join_from(touches, enrolments, touches.c.enrolment_id == enrolments.c.id)
        .join(orders, orders.c.id == enrolments.c.order_id)
        .where(touches.c.id == link.touch_id, orders.c.id == link.order_id)
    ).one_or_none()
    if found is None:
        return None
    named = {"status": OrderStatus(found.status), "channel": Channel(found.channel)}
    return Linked(**(found._asdict() | named))
