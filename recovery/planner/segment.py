"""An audience as SQL: every condition a marketer can write becomes part of one SELECT."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    exists,
    null,
    or_,
    select,
    true,
)

from recovery.campaign.schema import AmountRange, Audience, Campaign
from recovery.db import table, written_in
from recovery.facts import UNPAID
from recovery.markets.rates import Rates
from recovery.models import Customer, Enrolment, EnrolmentState, Order
from recovery.money import Money
from recovery.reasons import FailureReason

orders, customers, enrolments = table(Order), table(Customer), table(Enrolment)


def candidates(
    campaign: Campaign,
    now: datetime,
    rates: Rates,
    currencies: Iterable[str],
    *only: ColumnElement[bool],
) -> Select[tuple[int, int, str, int, int, str]]:
    """The orders that `campaign` wants at `now`: id, customer, key, segment, amount, currency.

    The segment is the index of the first that fits. The longest unpaid order comes first: of a
    customer's orders it is the one that is enrolled. `currencies` are those that occur among
    unpaid orders; `only` are conditions on top.
    """
    fits = [in_audience(segment, rates, currencies) for segment in campaign.segments]
    return (
        select(
            orders.c.id,
            orders.c.customer_id,
            customers.c.key,
            case(*((clause, index) for index, clause in enumerate(fits))).label("segment"),
            orders.c.amount_minor,
            orders.c.currency,
        )
        .join_from(orders, customers, customers.c.id == orders.c.customer_id)
        .where(*_triggered(campaign, now), *only, or_(*fits), *_free(campaign))
        .order_by(orders.c.unpaid_since, orders.c.id)
    )


def currencies_in_question(
    campaign: Campaign, now: datetime, *only: ColumnElement[bool]
) -> Select[tuple[str]]:
    """The currencies of the orders that `campaign` looks at: amounts are compared in these."""
    return select(orders.c.currency).where(*_triggered(campaign, now), *only).distinct()


def in_audience(audience: Audience, rates: Rates, currencies: Iterable[str]) -> ColumnElement[bool]:
    """All conditions of `audience` over `orders`; one that is not written is always true."""
    clauses: list[ColumnElement[bool]] = []
    if audience.market is not None:
        clauses.append(orders.c.country.in_(audience.market))
    if audience.customer is not None:
        clauses.append(orders.c.customer_type.in_(audience.customer))
    if audience.failure is not None:
        clauses.append(_failure(audience.failure))
    if audience.amount is not None:
        clauses += _amount(audience.amount, rates, currencies)
    return and_(true(), *clauses)


def _failure(named: Sequence[str]) -> ColumnElement[bool]:
    """A category or a provider's code; a failure nobody gave a code for is `unknown`."""
    reason, code = orders.c.failure_reason, orders.c.failure_code
    found = or_(reason.in_(named), code.in_(named))
    return or_(found, reason.is_(None)) if FailureReason.UNKNOWN in named else found


def _triggered(campaign: Campaign, now: datetime) -> list[ColumnElement[bool]]:
    trigger = campaign.trigger
    clauses = [
        written_in(orders.c.status, sorted(UNPAID)),  # the index orders_unpaid
        orders.c.status == trigger.status,
        orders.c.unpaid_since <= now - trigger.after,
        or_(orders.c.expires_at.is_(None), orders.c.expires_at > now),
    ]
    if trigger.not_after is not None:
        clauses.append(orders.c.unpaid_since >= now - trigger.not_after)
    return clauses


def _free(campaign: Campaign) -> list[ColumnElement[bool]]:
    """The order was never enrolled (as an order), and the customer has nothing live here."""
    as_cart = and_(enrolments.c.state == EnrolmentState.EXITED, enrolments.c.reason == "placed")
    taken = exists().where(enrolments.c.order_id == orders.c.id, ~as_cart)
    live = exists().where(
        enrolments.c.customer_id == orders.c.customer_id,
        # No index can be entered by this: PostgreSQL, when it believes that the campaign is small,
        # would walk all of it for each order.
        enrolments.c.campaign + "" == campaign.campaign,
        enrolments.c.state == EnrolmentState.ACTIVE,
    )
    return [~taken, ~live]


def _amount(
    amount: AmountRange, rates: Rates, currencies: Iterable[str]
) -> list[ColumnElement[bool]]:
    known = sorted(currencies)
    clauses = []
    if amount.from_ is not None:
        clauses.append(orders.c.amount_minor >= _bound(amount.from_, rates, known))
    if amount.below is not None:
        clauses.append(orders.c.amount_minor < _bound(amount.below, rates, known))
    return clauses


def _bound(money: Money, rates: Rates, currencies: list[str]) -> ColumnElement[int]:
    """`money` in the order's own currency; NULL, which fits no order, where there is no rate."""
    bounds = {
        currency: threshold.minor
        for currency in currencies
        if (threshold := rates.threshold(money, currency)) is not None
    }
    if not bounds:
        return cast(null(), BigInteger)
    return case(bounds, value=orders.c.currency)
