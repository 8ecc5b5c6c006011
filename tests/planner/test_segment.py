"""Which orders a campaign takes, condition by condition, on both databases."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from recovery.db import reading, table, writing
from recovery.markets.rates import Rates, load_rates
from recovery.models import Enrolment, Order
from recovery.planner.enrol import Plan, enrol
from tests.support.campaigns import a_campaign, loaded
from tests.support.ledger import T0, Ledger

orders, enrolments = table(Order), table(Enrolment)
NO_RATES = Rates(T0.date(), "no rates", {})


@pytest.fixture
def rates(tmp_path) -> Rates:
    """One dollar is 0.80 euros and 150 yen; nobody knows a rate for the Chilean peso."""
    file = tmp_path / "rates.csv"
    file.write_text("date,from,to,rate\n2026-11-01,USD,EUR,0.8\n2026-11-01,USD,JPY,150\n")
    return load_rates(date(2026, 11, 1), file)


def enrolled(
    database: Engine, *campaigns: str, now=T0, rates: Rates = NO_RATES
) -> dict[str, tuple[str, str]]:
    """Order → (campaign, segment) of those that a run enrols."""
    with writing(database) as connection:
        enrol(connection, loaded(*campaigns), now, rates)
        found = select(orders.c.external_id, enrolments.c.campaign, enrolments.c.segment)
        joined = found.join_from(enrolments, orders, orders.c.id == enrolments.c.order_id)
        return {row[0]: (row[1], row[2]) for row in connection.execute(joined)}


def given(database: Engine, **named: dict[str, Any]) -> None:
    """One order each, of customers of their own."""
    with writing(database) as connection:
        for name, fields in named.items():
            Ledger(connection).order(external_id=name, **fields)


def taken(database: Engine, audience: str, rates: Rates = NO_RATES) -> set[str]:
    """The orders that a segment with this audience takes."""
    text = a_campaign(segments=[f"{{segment: some, {audience} sequence: plain}}"])
    return set(enrolled(database, text, rates=rates))


def test_market(database: Engine):
    """NO is a country and not a refusal."""
    countries = ("DE", "NO", "US")
    given(database, **{country: {"country": country} for country in countries})
    assert taken(database, "market: [NO, US],") == {"NO", "US"}


def test_customer(database: Engine):
    kinds = ("guest", "new", "returning", "vip")
    given(database, **{kind: {"customer_type": kind} for kind in kinds})
    assert taken(database, "customer: [vip, returning],") == {"vip", "returning"}


def test_failure_is_a_category_or_what_the_provider_said(database: Engine):
    given(
        database,
        poor={"failure_reason": "insufficient_funds", "failure_code": "51"},
        old={"failure_reason": "expired_card", "failure_code": "expired_card"},
        odd={"failure_reason": "unknown", "failure_code": "do_not_honor"},
        silent={},
    )
    assert taken(database, "failure: [insufficient_funds, do_not_honor],") == {"poor", "odd"}


AMOUNTS = {
    "usd_199": {"amount_minor": 19_999, "currency": "USD"},
    "usd_200": {"amount_minor": 20_000, "currency": "USD"},
    "usd_300": {"amount_minor": 30_000, "currency": "USD"},
    "eur_159": {"amount_minor": 15_999, "currency": "EUR"},
    "eur_160": {"amount_minor": 16_000, "currency": "EUR"},
    "eur_240": {"amount_minor": 24_000, "currency": "EUR"},
    "jpy_29999": {"amount_minor": 29_999, "currency": "JPY"},
    "jpy_30000": {"amount_minor": 30_000, "currency": "JPY"},
    "jpy_45000": {"amount_minor": 45_000, "currency": "JPY"},
    "clp_9000000": {"amount_minor": 9_000_000, "currency": "CLP"},
}


def test_amount_includes_from_and_excludes_below_in_every_currency(database: Engine, rates: Rates):
    given(database, **AMOUNTS)
    both = "amount: {from: 200 USD, below: 300 USD},"
    assert taken(database, both, rates) == {"usd_200", "eur_160", "jpy_30000"}


def test_amount_with_one_end(database: Engine, rates: Rates):
    given(database, **AMOUNTS)
    below = "amount: {below: 200 USD},"
    assert taken(database, below, rates) == {"usd_199", "eur_159", "jpy_29999"}


def test_a_currency_without_a_rate_fits_no_amount_and_is_named(database: Engine, rates: Rates):
    given(database, **AMOUNTS)
    audience = "{segment: dear, amount: {from: 1 USD}, sequence: plain}"
    with writing(database) as connection:
        plan = enrol(connection, loaded(a_campaign(segments=[audience])), T0, rates)
    assert plan == Plan({"winback": {"plain": 9}}, ("CLP",))
    assert taken(database, "") == set(AMOUNTS)


def test_without_any_rate_only_the_currency_itself_compares(database: Engine):
    given(database, **AMOUNTS)
    assert taken(database, "amount: {from: 200 EUR},") == {"eur_240"}


def test_conditions_of_one_segment_all_hold(database: Engine):
    right = {"country": "US", "customer_type": "vip", "failure_reason": "expired_card"}
    given(
        database,
        right=right,
        elsewhere=right | {"country": "CA"},
        stranger=right | {"customer_type": "new"},
        other=right | {"failure_reason": "technical_error"},
    )
    assert taken(database, "market: [US], customer: [vip], failure: [expired_card],") == {"right"}


def test_the_first_segment_that_fits_takes_the_order(database: Engine):
    given(
        database,
        dear_german={"amount_minor": 20_000},
        german={},
        french={"country": "FR"},
        dear_french={"country": "FR", "amount_minor": 20_000},
    )
    text = a_campaign(
        segments=[
            "{segment: dear, amount: {from: 150 EUR}, sequence: plain}",
            "{segment: german, market: [DE], sequence: plain}",
            "{segment: dear-again, amount: {from: 100 EUR}, sequence: plain}",
        ]
    )
    assert {order: segment for order, (_, segment) in enrolled(database, text).items()} == {
        "dear_german": "dear",
        "german": "german",
        "french": "dear-again",
        "dear_french": "dear",
    }


@pytest.mark.parametrize(
    ("unpaid_for", "fits"),
    [
        (timedelta(minutes=30) - timedelta(microseconds=1), False),
        (timedelta(minutes=30), True),
        (timedelta(days=3), True),
        (timedelta(days=3, microseconds=1), False),
    ],
)
def test_the_window_of_the_trigger_includes_both_ends(
    database: Engine, unpaid_for: timedelta, fits: bool
):
    given(database, it={"unpaid_since": T0 - unpaid_for})
    text = a_campaign(trigger="{on: unpaid, after: 30m, not_after: 3d}")
    assert bool(enrolled(database, text)) is fits


@pytest.mark.parametrize(("seconds", "fits"), [(-1, False), (0, False), (1, True)])
def test_an_order_that_is_kept_no_longer_is_not_wanted(database: Engine, seconds: int, fits: bool):
    given(database, it={"expires_at": T0 + timedelta(seconds=seconds)})
    assert bool(enrolled(database, a_campaign())) is fits


def test_each_trigger_waits_for_one_status(database: Engine):
    statuses = ("cart", "pending", "failed", "awaiting", "paid", "cancelled", "expired", "refunded")
    given(database, **{status: {"status": status} for status in statuses})
    on = {"unpaid": "pending", "payment_failed": "failed", "awaiting": "awaiting", "cart": "cart"}
    texts = [a_campaign(trigger_on, trigger=f"{{on: {trigger_on}}}") for trigger_on in on]
    with_names = [text.replace("campaign: payment_failed", "campaign: failed") for text in texts]
    found = {order: campaign for order, (campaign, _) in enrolled(database, *with_names).items()}
    assert found == {
        "pending": "unpaid",
        "failed": "failed",
        "awaiting": "awaiting",
        "cart": "cart",
    }


def test_hundreds_of_currencies_without_orders_cost_nothing(database: Engine, rates: Rates):
    """Only the currencies of orders in question are compared; none at all is no error."""
    given(database, paid={"status": "paid", "currency": "CLP"})
    audience = "{segment: dear, amount: {from: 1 USD}, sequence: plain}"
    with reading(database) as connection:
        plan = enrol(connection, loaded(a_campaign(segments=[audience])), T0, rates)
    assert plan == Plan({}, ())
