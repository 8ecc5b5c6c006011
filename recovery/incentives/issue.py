"""Making an offer in one touch: reserved, written down once, with a code of its own."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, update

from recovery.db import among, insert_ignore, table
from recovery.incentives.budget import reserve
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
    budget_id, budget = None, offered.offer.budget
    if budget is not None and offered.worth is not None:
        key = (to.campaign, offered.name, period_key(budget.per, now))
        budget_id = reserve(connection, key, budget.amount, offered.worth)
        if budget_id is None:
            return Refusal("offer_budget_spent")
    code = coupon_code(secret, *to.identity)
    connection.execute(
        insert_ignore(coupons, connection).values(
            code=code,
            touch_id=to.touch_id,
            enrolment_id=to.enrolment_id,
            customer_id=to.customer_id,
            campaign=to.campaign,
            offer=offered.name,
            kind=offered.offer.kind.value,
            state=CouponState.RESERVED,
            issued_at=now,
            expires_at=offered.expires_at,
            budget_id=budget_id,
            worth_minor=offered.worth.minor if offered.worth is not None else 0,
        )
    )
    return Grant(offered, code)


def confirm(connection: Connection, touch_ids: list[int]) -> None:
    """The messages are out: what was reserved is issued now."""
    if touch_ids:
        connection.execute(
            update(coupons)
            .where(
                among(connection, coupons.c.touch_id, touch_ids),
                coupons.c.state == CouponState.RESERVED,
            )
            .values(state=CouponState.ISSUED)
        )
