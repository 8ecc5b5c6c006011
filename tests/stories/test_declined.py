"""A card was declined: another way to pay, an offer two days later, and the money in the report."""

from datetime import timedelta

from recovery.models import Coupon, OfferBudget
from tests.support.campaigns import a_campaign
from tests.support.house import House

DECLINED = a_campaign(
    "card-declined",
    trigger="{on: payment_failed, after: 30m, not_after: 3d}",
    sequences={
        "free-shipping": [
            "{step: reminder, after: 0m, email: payment-failed}",
            "{step: offer, after: 2d, email: last-call, offer: free-shipping, "
            "if: {not_clicked: reminder}}",
        ]
    },
    segments=[
        "{segment: everyone, market: [US, GB], failure: [insufficient_funds, expired_card], "
        "sequence: free-shipping}"
    ],
    offers="{free-shipping: {kind: free_shipping, worth: 8 USD, valid: 72h, "
    "budget: 500 USD per month, once_per_customer: 90d}}",
    limits="{per_customer: 3 per week, quiet: 21:00-08:00}",
)
AMERICAN = {
    "country": "US",
    "timezone": "America/New_York",
    "amount": "88.00",
    "currency": "USD",
    "items": [],
}


def test_an_offer_brings_the_order_back_and_the_report_knows_what_it_cost(house: House):
    house.has(DECLINED)
    order = house.a_declined_order(email_consent="marketing", **AMERICAN)
    house.advance(days=3)
    reminder, offer = house.messages(order)
    assert "insufficient" not in reminder.body.lower()  # the bank's reason is nobody's business
    (coupon,) = house.rows(Coupon)
    assert coupon["code"] in offer.body
    assert coupon["code"] not in reminder.body
    house.pays(order, amount="83.05", shipping_amount="4.95", discount_code=coupon["code"])
    house.advance(days=6)
    (budget,) = house.rows(OfferBudget)
    assert (budget["reserved_minor"], budget["spent_minor"]) == (0, 495)
    (row,) = house.engine.report().payload()["sequences"]
    assert (row["enrolled"], row["mature"], row["recovered"]) == (1, 1, 1)
    assert row["recovery_rate"]["value"] == 1
    assert row["touches"] == {"email": 2, "sms": 0, "task": 0}
    (money,) = row["money"]
    assert (money["currency"], money["recovered"], money["incentive_cost"]) == (
        "USD",
        "88.00",  # the order, before what we gave
        "4.95",
    )
    assert money["net"] == "83.05"


def test_without_marketing_consent_there_is_no_offer(house: House):
    house.has(DECLINED)
    order = house.a_declined_order(**AMERICAN)
    house.advance(days=3)
    assert house.steps_sent_to(order) == ["reminder"]
    assert house.states(order)["offer"] == "skipped no_consent"


def test_a_thief_gets_no_letter(house: House):
    house.has(a_campaign(trigger="{on: payment_failed}"))
    order = house.a_declined_order("fraudulent")
    house.advance(days=1)
    assert house.messages(order) == []
    assert house.states(order) == {"reminder": "skipped do_not_contact"}


def test_a_reason_that_no_segment_names_takes_nobody(house: House):
    house.has(DECLINED)
    order = house.a_declined_order("incorrect_cvc", **AMERICAN)
    house.advance(days=1)
    assert house.touches(order) == []


def test_the_night_in_new_york_is_not_the_night_in_london(house: House):
    house.has(DECLINED)
    house.clock.advance(timedelta(hours=14))  # midnight in London, seven in the evening over there
    american = house.a_declined_order(**AMERICAN)
    briton = house.a_declined_order(country="GB", amount="70.00", currency="GBP", items=[])
    placed = house.now
    house.advance(hours=12, every=timedelta(hours=1))
    assert [message.at - placed for message in house.messages(american)] == [timedelta(hours=1)]
    assert [message.at - placed for message in house.messages(briton)] == [timedelta(hours=8)]
