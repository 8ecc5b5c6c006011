"""Redeeming: a paid order that used a code ends the coupon, and the budget learns its true cost."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    ScalarSelect,
    Select,
    exists,
    func,
    select,
    update,
)

from recovery.campaign.loader import parse_campaign
from recovery.campaign.schema import Offer, OfferKind
from recovery.db import changed, table
from recovery.errors import RecoveryError
from recovery.incentives import budget
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


def redeem(
    connection: Connection, source: str, numbers: Collection[str], rates_file: Path | None = None
) -> int:
    """Redeem the coupons whose codes these paid orders (of `source`, by number) used.

    Whoever got the code: the first order that pays with it redeems it, and an order redeems one
    code, the first it was told with. Other codes of the same promise are over then. Costs are
    converted at the rates of the day of payment, those of the merchant's `rates_file` first.
    Returns how many were redeemed.
    """
    if not numbers:
        return 0
    used = connection.execute(_used(source, numbers)).all()
    return sum(_redeem_one(connection, row, rates_file) for row in used)


def _used(source: str, numbers: Collection[str]) -> Select[tuple[Any, ...]]:
    return (
        select(
            coupons.c.id.label("coupon_id"),
            coupons.c.enrolment_id,
            coupons.c.offer,
            coupons.c.budget_id,
            _set_aside().label("worth_minor"),
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
        .where(orders.c.source == source, orders.c.external_id.in_(numbers), ~_has_redeemed())
        .order_by(orders.c.paid_at, orders.c.id)
    )


def _has_redeemed() -> ColumnElement[bool]:
    """Whether the order used another code before: a shop may correct what it told."""
    other = coupons.alias("other")
    return exists().where(other.c.redeemed_order_id == orders.c.id, other.c.id != coupons.c.id)


def _set_aside() -> ScalarSelect[Any]:
    """What was reserved for the promise; one of its coupons has it, whichever was used."""
    family = coupons.alias()
    same = family.c.enrolment_id == coupons.c.enrolment_id, family.c.offer == coupons.c.offer
    return select(func.max(family.c.worth_minor)).where(*same).scalar_subquery()


def _redeem_one(connection: Connection, row: Row[Any], rates_file: Path | None) -> bool:
    offer = offer_as_enrolled(row.campaign_text, row.file, row.offer)
    amount = Money(row.amount_minor, row.currency)
    shipping = Money(row.shipping_minor, row.currency) if row.shipping_minor is not None else None
    day = row.paid_at.date()
    spent = cost(offer, amount, shipping, day, rates_file) if offer is not None else None
    budget.finish(connection, row.enrolment_id, row.offer)
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
        in_budget = spent and _convert(spent, row.budget_currency, day, rates_file)
        # Without a rate, what was set aside stands in.
        _spend(connection, row.budget_id, in_budget.minor if in_budget else row.worth_minor)
    return bool(moved)


def _spend(connection: Connection, budget_id: int, minor: int) -> None:
    connection.execute(
        update(budgets)
        .where(budgets.c.id == budget_id)
        .values(spent_minor=budgets.c.spent_minor + minor)
    )


@lru_cache(256)
def offer_as_enrolled(text: str, file: str, name: str) -> Offer | None:
    """The offer as it stood in the file the order was enrolled under."""
    try:
        return parse_campaign(text, file).campaign.offers.get(name)
    except RecoveryError:
        return None


def cost(
    offer: Offer,
    amount: Money,
    shipping: Money | None,
    day: date,
    rates_file: Path | None = None,
) -> Money | None:
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
    if price is None:
        return Money(0, amount.currency)
    return _convert(price, amount.currency, day, rates_file)


def _convert(money: Money, currency: str, day: date, rates_file: Path | None) -> Money | None:
    """Rates are read only where they are needed."""
    if money.currency == currency:
        return money
    return load_rates(day, rates_file).convert(money, currency)
