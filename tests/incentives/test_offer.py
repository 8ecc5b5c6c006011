"""What may be offered, as a table; pure."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from recovery.campaign.schema import Offer, Period
from recovery.incentives.offer import Issued, Refusal, Terms, coupon_code, period_key, terms
from recovery.markets.rates import Rates, load_rates
from recovery.models import CouponState
from recovery.money import Money
from tests.support.campaigns import a_campaign, loaded

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HERE = (5, 50)  # this enrolment, this touch
EUR_100 = Money(10_000, "EUR")

PERCENT = "{kind: percent, percent: 10%, valid: 72h, budget: 500 EUR per month}"
FIXED = "{kind: fixed, amount: 7 EUR, valid: 72h, budget: 500 EUR per month}"
SHIPPING = "{kind: free_shipping, worth: 8 EUR, valid: 72h, budget: 500 EUR per month}"
GIFT = "{kind: gift, gift: a mug, worth: 3 EUR, valid: 72h, budget: 500 EUR per month}"
FREE_OF_BUDGET = "{kind: percent, percent: 10%, valid: 72h}"
ONCE = "{kind: percent, percent: 10%, valid: 72h, once_per_customer: 90d}"
FROM_50 = "{kind: percent, percent: 10%, valid: 72h, min_order: 50 EUR}"


@pytest.fixture
def rates(tmp_path) -> Rates:
    file = tmp_path / "rates.csv"
    file.write_text("date,from,to,rate\n2026-11-01,EUR,USD,1.25\n")
    return load_rates(NOW.date(), file)


def the_offer(words: str) -> Offer:
    step = "{step: it, after: 0m, email: last-call, offer: it}"
    text = a_campaign(sequences={"plain": [step]}, offers=f"{{it: {words}}}")
    return loaded(text)[0].campaign.offers["it"]


def offered(
    words: str, rates: Rates, *held: Issued, amount: Money = EUR_100, now: datetime = NOW
) -> Terms | Refusal:
    return terms("it", the_offer(words), amount, held, HERE, now, rates)


def a_coupon(enrolment: int = 4, touch: int = 40, **parts: Any) -> Issued:
    usual = {
        "enrolment_id": enrolment,
        "touch_id": touch,
        "offer": "it",
        "code": "AAAA-BBBB-CCCC",
        "issued_at": NOW - 10 * DAY,
        "expires_at": NOW - 7 * DAY,
        "state": CouponState.ISSUED,
    }
    return Issued(**(usual | parts))


@pytest.mark.parametrize(
    ("words", "amount", "worth"),
    [
        (PERCENT, EUR_100, Money(1_000, "EUR")),
        (PERCENT, Money(999, "EUR"), Money(100, "EUR")),  # half-up: a shopper never gets less
        (PERCENT, Money(12_500, "USD"), Money(1_000, "EUR")),
        (FIXED, EUR_100, Money(700, "EUR")),
        (SHIPPING, EUR_100, Money(800, "EUR")),
        (GIFT, EUR_100, Money(300, "EUR")),
        (FREE_OF_BUDGET, EUR_100, None),
    ],
)
def test_what_each_kind_sets_aside(words: str, amount: Money, worth: Money | None, rates: Rates):
    found = offered(words, rates, amount=amount)
    assert isinstance(found, Terms)
    assert (found.worth, found.expires_at, found.code) == (worth, NOW + 3 * DAY, None)


def test_a_currency_without_a_rate_gets_no_offer_with_a_budget(rates: Rates):
    assert offered(PERCENT, rates, amount=Money(5, "CLP")) == Refusal("offer_no_rate")
    assert isinstance(offered(FREE_OF_BUDGET, rates, amount=Money(5, "CLP")), Terms)


@pytest.mark.parametrize(
    ("amount", "fits"),
    [
        (Money(5_000, "EUR"), True),
        (Money(4_999, "EUR"), False),
        (Money(6_250, "USD"), True),
        (Money(6_249, "USD"), False),
        (Money(9_999_999, "CLP"), False),
    ],
)
def test_the_smallest_order(amount: Money, fits: bool, rates: Rates):
    found = offered(FROM_50, rates, amount=amount)
    assert isinstance(found, Terms) if fits else found == Refusal("offer_minimum_order")


@pytest.mark.parametrize(
    ("ago", "had"),
    [(timedelta(0), True), (90 * DAY - timedelta(seconds=1), True), (90 * DAY, False)],
)
@pytest.mark.parametrize("state", [CouponState.ISSUED, CouponState.EXPIRED, CouponState.REDEEMED])
def test_once_per_customer(ago: timedelta, had: bool, state: CouponState, rates: Rates):
    found = offered(ONCE, rates, a_coupon(issued_at=NOW - ago, state=state))
    assert (found == Refusal("offer_once_per_customer")) is had


def test_another_offer_does_not_count(rates: Rates):
    assert isinstance(offered(ONCE, rates, a_coupon(offer="other", issued_at=NOW)), Terms)


def test_a_later_message_of_the_same_journey_keeps_the_deadline_and_costs_nothing_more(
    rates: Rates,
):
    first = a_coupon(enrolment=5, touch=49, issued_at=NOW - DAY, expires_at=NOW + 2 * DAY)
    later = a_coupon(enrolment=5, touch=48, issued_at=NOW, expires_at=NOW + 3 * DAY)
    for words in (PERCENT, ONCE):
        found = offered(words, rates, later, first)
        assert isinstance(found, Terms)
        assert (found.expires_at, found.worth, found.code) == (NOW + 2 * DAY, None, None)


def test_an_offer_that_is_over_is_not_made_again_in_the_same_journey(rates: Rates):
    over = a_coupon(enrolment=5, touch=49, expires_at=NOW)
    assert offered(PERCENT, rates, over) == Refusal("offer_over")


def test_an_offer_that_was_used_is_not_made_again_in_the_same_journey(rates: Rates):
    used = a_coupon(enrolment=5, touch=49, expires_at=NOW + DAY, state=CouponState.REDEEMED)
    assert offered(PERCENT, rates, used) == Refusal("offer_over")


def test_another_try_of_the_same_touch_carries_no_offer_that_is_over(rates: Rates):
    mine = a_coupon(*HERE, expires_at=NOW, state=CouponState.RESERVED)
    assert offered(PERCENT, rates, mine) == Refusal("offer_over")


def test_the_same_touch_gets_the_coupon_it_has(rates: Rates):
    mine = a_coupon(*HERE, expires_at=NOW + DAY, state=CouponState.RESERVED)
    found = offered(PERCENT, rates, mine)
    assert isinstance(found, Terms)
    assert (found.code, found.expires_at, found.worth) == (mine.code, NOW + DAY, None)


@pytest.mark.parametrize(
    ("per", "at", "key"),
    [
        (Period.DAY, "2026-11-18", "2026-11-18"),
        (Period.WEEK, "2026-11-18", "2026-W47"),
        (Period.WEEK, "2027-01-03", "2026-W53"),  # ISO 8601: a Sunday of the old year's last week
        (Period.MONTH, "2026-11-18", "2026-11"),
        (Period.EVER, "2026-11-18", "ever"),
    ],
)
def test_the_name_of_a_period(per: Period, at: str, key: str):
    assert period_key(per, datetime.fromisoformat(at).replace(tzinfo=UTC)) == key


def test_a_code_is_the_same_again_and_different_for_anything_else():
    code = coupon_code("secret", "shop", "A-1", "winback", "gift")
    assert code == coupon_code("secret", "shop", "A-1", "winback", "gift")
    others = {
        coupon_code(*words)
        for words in (
            ("other", "shop", "A-1", "winback", "gift"),
            ("secret", "shopA", "-1", "winback", "gift"),
            ("secret", "shop", "A-1", "winback", "last"),
        )
    }
    assert code not in others
    assert len(others) == 3
    groups = code.split("-")
    assert [len(group) for group in groups] == [4, 4, 4]
    assert set("".join(groups)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
