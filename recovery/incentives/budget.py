"""Budgets: reserved by one conditional UPDATE, so that no two workers can overdraw them."""

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection, select, update

from recovery.db import changed, insert_ignore, table, written_in
from recovery.models import Coupon, CouponState, OfferBudget
from recovery.money import Money

budgets, coupons = table(OfferBudget), table(Coupon)
_running = written_in(coupons.c.state, (CouponState.RESERVED, CouponState.ISSUED))


def reserve(
    connection: Connection, key: tuple[str, str, str], limit: Money, worth: Money
) -> int | None:
    """Set `worth` aside; returns the budget's id, or None when it would be overdrawn.

    `key` is (campaign, offer, period); `limit` and `worth` share a currency.
    """
    campaign, offer, period = key
    mine = (
        (budgets.c.campaign == campaign) & (budgets.c.offer == offer) & (budgets.c.period == period)
    )
    found = connection.execute(select(budgets.c.id, budgets.c.currency).where(mine)).first()
    if found is None:
        connection.execute(
            insert_ignore(budgets, connection).values(
                campaign=campaign,
                offer=offer,
                period=period,
                currency=limit.currency,
                reserved_minor=0,
                spent_minor=0,
            )
        )
        found = connection.execute(select(budgets.c.id, budgets.c.currency).where(mine)).one()
    if found.currency != limit.currency:
        return None  # the file changed its currency in mid-period: what was given can't be compared
    taken = changed(
        connection,
        update(budgets)
        .where(
            budgets.c.id == found.id,
            budgets.c.reserved_minor + budgets.c.spent_minor + worth.minor <= limit.minor,
        )
        .values(reserved_minor=budgets.c.reserved_minor + worth.minor),
    )
    return int(found.id) if taken else None


def expire(connection: Connection, now: datetime) -> int:
    """Coupons whose time is over give their reservation back; returns how many ended."""
    return _end(connection, coupons.c.expires_at <= now)


def withdraw(connection: Connection, touch_ids: list[int]) -> int:
    """Coupons of messages that certainly never arrived: nobody knows the code."""
    return _end(connection, coupons.c.touch_id.in_(touch_ids)) if touch_ids else 0


def _end(connection: Connection, which: object) -> int:
    ended = connection.execute(
        update(coupons)
        .where(_running, which)  # type: ignore[arg-type]
        .values(state=CouponState.EXPIRED)
        .returning(coupons.c.budget_id, coupons.c.worth_minor)
    ).all()
    freed: Counter[int] = Counter()
    for budget_id, worth in ended:
        if budget_id is not None:
            freed[budget_id] += worth
    for budget_id, worth in sorted(freed.items()):
        connection.execute(
            update(budgets)
            .where(budgets.c.id == budget_id)
            .values(reserved_minor=budgets.c.reserved_minor - worth)
        )
    return len(ended)
