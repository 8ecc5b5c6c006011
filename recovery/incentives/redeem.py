"""Redeeming: a paid order that used a code ends the coupon, and the budget learns its true cost."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from recovery.campaign.loader import parse_campaign
from recovery.campaign.schema import Offer, OfferKind
from recovery.db import changed, table
from recovery.errors import RecoveryError
from recovery.markets.rates import load_rates
from recovery.models import (
    COUPON_MOVES,
    CampaignVersion,
    Coupon,
    CouponState,
    Enrolment,
    OfferBudget,
    Order,
)
from recovery.money import Money, round_half_up

coupons, budgets, orders = table(Coupon), table(OfferBudget), table(Order)
enrolments, versions = table(Enrolment), table(CampaignVersion)

WHOLE = 10_000  # basis points
_REDEEMABLE = [state.value for state, to in COUPON_MOVES.items() if CouponState.REDEEMED in to]


def redeem(connection: Connection, source: str, numbers: Collection[str], now: datetime) -> int:
    """Redeem the coupons whose codes these paid orders (of `source`, by number) used.

    Whoever got the code: the first order that pays with it redeems it. Returns how many.
    """
    if not numbers:
        return 0
    used = connection.execute(_used(source, numbers)).all()
    return sum(_redeem_one(connection, row, now) for row in used)


def _used(source: str, numbers: Collection[str]) -> Select[tuple[Any, ...]]:
    return (
        select(
            coupons.c.id.label("coupon_id"),
            coupons.c.offer,
            coupons.c.budget_id,
            coupons.c.worth_minor,
            orders.c.id.label("order_id"),
            orders.c.paid_at,
            orders.c.amount_minor,
            orders.c.currency,
            orders.c.shipping_minor,
            versions.c.source.label("campaign_text"),
            versions.c.file,
            budgets.c.currency.label("budget_currency"),
        )
        .join(coupons, coupons.c.code == func.upper(orders.c.discount_code))
        .join(enrolments, enrolments.c.id == coupons.c.enrolment_id)
        .join(versions, versions.c.id == enrolments.c.version_id)
        .outerjoin(budgets, budgets.c.id == coupons.c.budget_id)
        .where(orders.c.source == source, orders.c.external_id.in_(numbers))
        .order_by(orders.c.paid_at, orders.c.id)
    )


def _redeem_one(connection: Connection, row: Row[Any], now: datetime) -> bool:
    was_running = _issued(connection, row.coupon_id)
    offer = offer_as_enrolled(row.campaign_text, row.file, row.offer)
    amount = Money(row.amount_minor, row.currency)
    shipping = Money(row.shipping_minor, row.currency) if row.shipping_minor is not None else None
    spent = cost(offer, amount, shipping, now.date()) if offer is not None else None
    moved = changed(
        connection,
        update(coupons)
        .where(coupons.c.id == row.coupon_id, coupons.c.state.in_(_REDEEMABLE))
        .values(
            state=CouponState.REDEEMED.value,
            redeemed_at=row.paid_at,
            redeemed_order_id=row.order_id,
            cost_minor=spent.minor if spent is not None else None,
        ),
    )
    if moved and row.budget_id is not None:
        _spend(connection, row, spent, now.date(), was_running=was_running)
    return bool(moved)


def _issued(connection: Connection, coupon_id: int) -> bool:
    """Whether the coupon still holds its reservation. Who uses a reserved code has received it."""
    connection.execute(
        update(coupons)
        .where(coupons.c.id == coupon_id, coupons.c.state == CouponState.RESERVED)
        .values(state=CouponState.ISSUED.value)
    )
    state = connection.scalar(select(coupons.c.state).where(coupons.c.id == coupon_id))
    return bool(state == CouponState.ISSUED)


def _spend(
    connection: Connection,
    row: Row[Any],
    spent: Money | None,
    day: date,
    *,
    was_running: bool,
) -> None:
    """Move the reservation to what was really spent; without a rate the reservation stands in."""
    in_budget = spent and load_rates(day, None).convert(spent, row.budget_currency)
    given = in_budget.minor if in_budget is not None else row.worth_minor
    released = row.worth_minor if was_running else 0
    connection.execute(
        update(budgets)
        .where(budgets.c.id == row.budget_id)
        .values(
            reserved_minor=budgets.c.reserved_minor - released,
            spent_minor=budgets.c.spent_minor + given,
        )
    )


@lru_cache(256)
def offer_as_enrolled(text: str, file: str, name: str) -> Offer | None:
    """The offer as it stood in the file the order was enrolled under."""
    try:
        return parse_campaign(text, file).campaign.offers.get(name)
    except RecoveryError:
        return None


def cost(offer: Offer, amount: Money, shipping: Money | None, day: date) -> Money | None:
    """What `offer` cost on an order of which `amount` was paid; None when no rate is known.

    A percentage comes off the goods before the discount: paid ÷ (1 − p) · p. Free shipping costs
    the shipping amount where the shop still names it, else what the campaign says it is worth.
    """
    if offer.kind is OfferKind.PERCENT and offer.percent is not None and offer.percent < WHOLE:
        goods = amount - shipping if shipping is not None else amount
        discount = Decimal(goods.minor * offer.percent) / (WHOLE - offer.percent)
        return Money(round_half_up(discount), amount.currency)
    if offer.kind is OfferKind.FREE_SHIPPING and shipping is not None and shipping.minor > 0:
        return shipping
    price = offer.amount if offer.kind is OfferKind.FIXED else offer.worth
    if price is None or price.currency == amount.currency:
        return price or Money(0, amount.currency)
    return load_rates(day, None).convert(price, amount.currency)
