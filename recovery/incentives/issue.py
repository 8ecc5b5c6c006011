"""Making an offer in one touch: reserved, written down once, with a code of its own."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from recovery.db import among, insert_ignore, table
from recovery.incentives import budget
from recovery.incentives.offer import Refusal, Terms, coupon_code, period_key
from recovery.models import Coupon, CouponState

coupons = table(Coupon)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets the coupon, and in which touch."""

    touch_id: int
    enrolment_id: int
    customer_id: int
    campaign: str
    identity: tuple[str, ...]  # source, order, campaign, step: the same on every machine


@dataclass(frozen=True, slots=True)
class Grant:
    """A coupon that may be shown."""

    terms: Terms
    code: str


def issue(
    connection: Connection, to: Recipient, offered: Terms, secret: str, now: datetime
) -> Grant | Refusal:
    """Reserve and write the coupon of one touch; the same touch gets the same coupon again."""
    if offered.code is not None:
        return Grant(offered, offered.code)
    budget_id, limit = None, offered.offer.budget
    if limit is not None and offered.worth is not None:
        key = (to.campaign, offered.name, period_key(limit.per, now))
        budget_id = budget.reserve(connection, key, limit.amount, offered.worth)
        if budget_id is None:
            return Refusal("offer_budget_spent")
    elif limit is not None:
        budget_id = _budget_of_the_first(connection, to.enrolment_id, offered.name)
    code = coupon_code(secret, *to.identity)
    _write(connection, to, Grant(offered, code), budget_id, now)
    return Grant(offered, code)


def confirm(connection: Connection, touch_ids: list[int]) -> None:
    """The messages are out: what was reserved is issued now, and what was withdrawn is back."""
    if not touch_ids:
        return
    connection.execute(
        update(coupons)
        .where(
            among(connection, coupons.c.touch_id, touch_ids),
            coupons.c.state == CouponState.RESERVED,
        )
        .values(state=CouponState.ISSUED)
    )
    budget.revive(connection, touch_ids)


def _budget_of_the_first(connection: Connection, enrolment_id: int, offer: str) -> int | None:
    """A repeated offer costs nothing more, but whichever code is used, this budget pays."""
    first = (
        select(coupons.c.budget_id)
        .where(
            coupons.c.enrolment_id == enrolment_id,
            coupons.c.offer == offer,
            coupons.c.state != CouponState.WITHDRAWN,
        )
        .order_by(coupons.c.id)
        .limit(1)
    )
    return connection.scalar(first)


def _write(
    connection: Connection, to: Recipient, grant: Grant, budget_id: int | None, now: datetime
) -> None:
    """A withdrawn coupon of the same touch is made anew; any other stays as it is."""
    offered = grant.terms
    anew = {
        "state": CouponState.RESERVED,
        "issued_at": now,
        "expires_at": offered.expires_at,
        "budget_id": budget_id,
        "worth_minor": offered.worth.minor if offered.worth is not None else 0,
    }
    written = connection.execute(
        insert_ignore(coupons, connection)
        .values(
            code=grant.code,
            touch_id=to.touch_id,
            enrolment_id=to.enrolment_id,
            customer_id=to.customer_id,
            campaign=to.campaign,
            offer=offered.name,
            kind=offered.offer.kind.value,
            **anew,
        )
        .returning(coupons.c.id)
    ).first()
    if written is None:
        mine = coupons.c.touch_id == to.touch_id, coupons.c.state == CouponState.WITHDRAWN
        connection.execute(update(coupons).where(*mine).values(anew))
