"""Budgets: reserved by one conditional UPDATE, so that no two workers can overdraw them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select, update

from recovery.db import among, changed, insert_ignore, table, written_in
from recovery.models import Coupon, CouponState, OfferBudget, Touch, TouchState
from recovery.money import Money

budgets, coupons, touches = table(OfferBudget), table(Coupon), table(Touch)
_RUNNING = CouponState.RESERVED, CouponState.ISSUED
_running = written_in(coupons.c.state, _RUNNING)
_ended = touches.c.state.in_((TouchState.SKIPPED, TouchState.CANCELLED))


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
    """Coupons whose time is over give their reservation back; returns how many ended.

    So do those whose message was decided and then ended before it left: nobody knows the code.
    """
    ended = _end(connection, coupons.c.expires_at <= now, CouponState.EXPIRED)
    _release(connection, ended)
    over = select(touches.c.id).where(touches.c.id == coupons.c.touch_id, _ended)
    return len(ended) + _withdraw(
        connection, and_(coupons.c.state == CouponState.RESERVED, over.exists())
    )


def finish(connection: Connection, enrolment_id: int, offer: str) -> None:
    """A code of this promise was used: its other codes are over, nothing stays reserved for it."""
    ended = _end(connection, _promise(enrolment_id, offer), CouponState.EXPIRED)
    _release(connection, ended)


def withdraw(connection: Connection, touch_ids: list[int]) -> int:
    """Coupons of messages that certainly never arrived: nobody knows the code."""
    return _withdraw(connection, coupons.c.touch_id.in_(touch_ids)) if touch_ids else 0


def _withdraw(connection: Connection, which: ColumnElement[bool]) -> int:
    ended = _end(connection, which, CouponState.WITHDRAWN)
    _release(connection, [coupon for coupon in ended if not _handed_on(connection, coupon)])
    return len(ended)


def revive(connection: Connection, touch_ids: list[int]) -> None:
    """Coupons of messages that were given up and arrived after all: issued, and paid for again.

    The customer has the code, so its worth is set aside even beyond the limit, unless another
    coupon of the same promise holds it. A promise that was kept meanwhile is not made again.
    """
    lost = connection.execute(
        select(coupons).where(
            among(connection, coupons.c.touch_id, touch_ids),
            coupons.c.state == CouponState.WITHDRAWN,
        )
    )
    for coupon in lost.all():
        promise = _promise(coupon.enrolment_id, coupon.offer)
        told = connection.execute(select(coupons.c.state, coupons.c.worth_minor).where(promise))
        family = told.all()
        if any(one.state == CouponState.REDEEMED for one in family):
            continue
        held = any(one.state in _RUNNING and one.worth_minor for one in family)
        worth = 0 if held else max(one.worth_minor for one in family)
        moved = changed(
            connection,
            update(coupons)
            .where(coupons.c.id == coupon.id, coupons.c.state == CouponState.WITHDRAWN)
            .values(state=CouponState.ISSUED, worth_minor=worth),
        )
        if moved and coupon.budget_id is not None:
            _add(connection, coupon.budget_id, worth)


def _promise(enrolment_id: int, offer: str) -> ColumnElement[bool]:
    """All coupons of one offer in one journey: one promise, one reservation."""
    return and_(coupons.c.enrolment_id == enrolment_id, coupons.c.offer == offer)


def _end(
    connection: Connection, which: ColumnElement[bool], state: CouponState
) -> Sequence[Row[Any]]:
    ended = update(coupons).where(_running, which).values(state=state)
    columns = coupons.c.enrolment_id, coupons.c.offer, coupons.c.budget_id, coupons.c.worth_minor
    return connection.execute(ended.returning(*columns)).all()


def _handed_on(connection: Connection, coupon: Row[Any]) -> bool:
    """Whether another message shows the same promise: its coupon holds the reservation now."""
    heir = (
        select(coupons.c.id)
        .where(_running, _promise(coupon.enrolment_id, coupon.offer))
        .order_by(coupons.c.worth_minor.desc(), coupons.c.id)
        .limit(1)
    )
    return bool(
        changed(
            connection,
            update(coupons)
            .where(coupons.c.id == heir.scalar_subquery(), coupons.c.worth_minor == 0)
            .values(budget_id=coupon.budget_id, worth_minor=coupon.worth_minor),
        )
    )


def _release(connection: Connection, ended: Sequence[Row[Any]]) -> None:
    freed: Counter[int] = Counter()
    for coupon in ended:
        if coupon.budget_id is not None:
            freed[coupon.budget_id] += coupon.worth_minor
    for budget_id, worth in sorted(freed.items()):
        _add(connection, budget_id, -worth)


def _add(connection: Connection, budget_id: int, worth: int) -> None:
    connection.execute(
        update(budgets)
        .where(budgets.c.id == budget_id)
        .values(reserved_minor=budgets.c.reserved_minor + worth)
    )
