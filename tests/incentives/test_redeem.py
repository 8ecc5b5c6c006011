"""A used code ends its coupon, and the budget learns what it really cost."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select, update

from recovery.campaign.schema import Offer, OfferKind
from recovery.db import reading, table, writing
from recovery.incentives.redeem import cost
from recovery.intake.orders import take
from recovery.models import CampaignVersion, Coupon, OfferBudget
from recovery.money import Money
from recovery.settings import VipSettings
from tests.support.ledger import T0, Ledger
from tests.support.order_rows import snapshot

coupons, budgets, versions = table(Coupon), table(OfferBudget), table(CampaignVersion)

CAMPAIGN = """
campaign: card-declined
status: active
trigger: {on: payment_failed, after: 30m}
goal: {paid_within: 7d}
holdout: 10%
segments:
  - {segment: everyone, market: [DE], sequence: plain}
sequences:
  plain:
    - {step: reminder, after: 0m, email: payment-failed}
offers:
  welcome-back: {kind: percent, percent: 10%, valid: 72h, budget: 100 EUR per month}
"""


def offer(kind: str, **terms: Any) -> Offer:
    nothing = {"percent": None, "amount": None, "worth": None}
    return Offer.model_construct(kind=OfferKind(kind), **(nothing | terms))


@pytest.mark.parametrize(
    ("terms", "shipping", "minor"),
    [
        ({"kind": "percent", "percent": 1000}, None, 1000),
        ({"kind": "percent", "percent": 1000}, Money(900, "EUR"), 900),
        ({"kind": "fixed", "amount": Money(500, "EUR")}, None, 500),
        ({"kind": "free_shipping", "worth": Money(800, "EUR")}, None, 800),
        ({"kind": "free_shipping", "worth": Money(800, "EUR")}, Money(0, "EUR"), 800),
        ({"kind": "free_shipping", "worth": Money(800, "EUR")}, Money(495, "EUR"), 495),
        ({"kind": "gift", "gift": "a tea towel", "worth": Money(300, "EUR")}, None, 300),
    ],
)
def test_what_each_kind_costs(terms: dict[str, Any], shipping: Money | None, minor: int):
    """90.00 was paid: with 10 % off, the goods had been 100.00."""
    made = offer(**terms)
    assert cost(made, Money(9000, "EUR"), shipping, date(2026, 11, 22)) == Money(minor, "EUR")


def test_a_fixed_amount_is_counted_in_the_currency_that_was_paid():
    made = offer("fixed", amount=Money(1000, "EUR"))
    in_dollars = cost(made, Money(9000, "USD"), None, date(2026, 10, 1))
    assert in_dollars is not None
    assert in_dollars.currency == "USD"
    assert in_dollars.minor != 1000


def coupon_of_a_failed_order(connection: Connection, state: str) -> None:
    """Order A-1001 was enrolled and got the code ABCD-EFGH; 12 EUR are set aside for it."""
    told = snapshot(status="failed", amount="100", updated_at=T0.isoformat())
    take(connection, [told], VipSettings(), T0)
    ledger = Ledger(connection)
    order = connection.exec_driver_sql("SELECT id FROM orders").scalar_one()
    enrolment = ledger.enrolment(order)
    touch = ledger.touch(enrolment)
    budget = {
        "campaign": "card-declined",
        "offer": "welcome-back",
        "period": "2026-11",
        "currency": "EUR",
        "reserved_minor": 0 if state == "expired" else 1200,
        "spent_minor": 300,
    }
    connection.execute(update(versions).values(source=CAMPAIGN))
    connection.execute(insert(budgets).values(budget))
    known = connection.execute(select(budgets.c.id)).scalar_one()
    ledger.coupon(
        enrolment, touch, code="ABCD-EFGH", state=state, budget_id=known, worth_minor=1200
    )


def pay(connection: Connection, hours: float, **changes: Any) -> None:
    at = (T0 + timedelta(hours=hours)).isoformat()
    told = snapshot(status="paid", updated_at=at, amount="90", **changes)
    take(connection, [told], VipSettings(), T0 + timedelta(days=2))


def ledger_of(connection: Connection) -> tuple[Any, Any]:
    return connection.execute(select(coupons)).one(), connection.execute(select(budgets)).one()


@pytest.mark.parametrize("state", ["issued", "reserved", "expired"])
def test_a_payment_with_the_code_redeems_it(database: Engine, state: str):
    with writing(database) as connection:
        coupon_of_a_failed_order(connection, state)
    with writing(database) as connection:
        pay(connection, 5, discount_code="abcd-efgh")
    with reading(database) as connection:
        coupon, budget = ledger_of(connection)
    assert (coupon.state, coupon.cost_minor) == ("redeemed", 1000)
    assert coupon.redeemed_at == T0 + timedelta(hours=5)
    # The reservation of an expired coupon had been given back before.
    assert (budget.reserved_minor, budget.spent_minor) == (0, 1300)


def test_a_code_is_redeemed_once_by_whoever_pays_with_it_first(database: Engine):
    with writing(database) as connection:
        coupon_of_a_failed_order(connection, "issued")
        pay(connection, 5, order_id="A-2", customer_id="C2", discount_code="ABCD-EFGH")
        first, budget = ledger_of(connection)
        pay(connection, 6, discount_code="ABCD-EFGH")
        pay(connection, 7, order_id="A-2", customer_id="C2", discount_code="ABCD-EFGH")
        assert ledger_of(connection) == (first, budget)
    assert first.state == "redeemed"


def test_an_order_redeems_one_code_however_often_the_shop_corrects_it(database: Engine):
    with writing(database) as connection:
        coupon_of_a_failed_order(connection, "issued")
        row = connection.execute(select(coupons)).one()
        ledger = Ledger(connection)
        ledger.coupon(row.enrolment_id, ledger.touch(row.enrolment_id, at=2), code="WXYZ-1234")
        pay(connection, 5, discount_code="ABCD-EFGH")
        pay(connection, 6, discount_code="WXYZ-1234")
        states = {row.code: row.state for row in connection.execute(select(coupons))}
    assert states["ABCD-EFGH"] == "redeemed"
    assert states["WXYZ-1234"] != "redeemed"


def test_rates_are_the_merchants_on_the_day_of_payment(database: Engine, tmp_path: Path):
    file = tmp_path / "rates.csv"
    file.write_text("date,from,to,rate\n2026-11-01,PEN,EUR,0.5\n2026-11-02,PEN,EUR,0.25\n")
    with writing(database) as connection:
        coupon_of_a_failed_order(connection, "issued")
        told = snapshot(
            order_id="A-2",
            status="paid",
            amount="90",
            currency="PEN",
            discount_code="ABCD-EFGH",
            placed_at=T0.isoformat(),
            updated_at=(T0 + timedelta(hours=5)).isoformat(),
        )
        take(connection, [told], VipSettings(), T0 + timedelta(days=2), rates_file=file)
        coupon, budget = ledger_of(connection)
    assert coupon.cost_minor == 1000
    assert (budget.reserved_minor, budget.spent_minor) == (0, 800)
    fixed = offer("fixed", amount=Money(1000, "EUR"))
    in_soles = cost(fixed, Money(9000, "PEN"), None, date(2026, 11, 2), file)
    assert in_soles == Money(4000, "PEN")


def test_other_codes_and_unpaid_orders_redeem_nothing(database: Engine):
    with writing(database) as connection:
        coupon_of_a_failed_order(connection, "issued")
        before = ledger_of(connection)
        pay(connection, 5, order_id="A-2", discount_code="SUMMER")
        told = snapshot(order_id="A-3", status="pending", discount_code="ABCD-EFGH")
        take(connection, [told], VipSettings(), T0)
        assert ledger_of(connection) == before
