"""Offers on their way into messages: codes, deadlines, budgets spent, and what is said without."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from recovery.db import writing
from recovery.errors import SendFailure
from recovery.incentives.budget import withdraw
from recovery.incentives.offer import coupon_code
from recovery.message import Channel
from recovery.models import Coupon, OfferBudget
from tests.support.campaigns import a_campaign
from tests.support.house import House
from tests.support.senders import Scripted, post, refusal

WITH_OFFER = "{{step: {step}, after: {after}, {does}: last-call, offer: gift{more}}}"


def offering(
    *steps: tuple[str, str, str],
    terms: str = "percent: 10%, budget: 30 EUR per month",
    more: str = "",
    name: str = "winback",
    **parts: Any,
) -> str:
    """A campaign whose steps (name, delay, channel) all offer the same 10 percent."""
    written = [
        WITH_OFFER.format(step=step, after=after, does=does, more=more)
        for step, after, does in steps or [("gift", "0m", "email")]
    ]
    offers = f"{{gift: {{kind: percent, valid: 72h, {terms}}}}}"
    return a_campaign(name, sequences={"plain": written}, offers=offers, **parts)


def a_friend(house: House, **fields: Any) -> str:
    return house.an_unpaid_order(email_consent="marketing", **fields)


def test_every_touch_has_a_code_of_its_own_and_the_journey_one_deadline(house: House):
    house.has(offering(("first", "0m", "email"), ("again", "1d", "email"), ("last", "2d", "email")))
    order, begun = a_friend(house), house.now
    house.advance(days=3)
    coupons = house.rows(Coupon)
    assert [message.step for message in house.messages(order)] == ["first", "again", "last"]
    assert len({coupon["code"] for coupon in coupons}) == 3
    assert {coupon["expires_at"] for coupon in coupons} == {begun + timedelta(days=3)}
    for coupon, message in zip(coupons, house.messages(order), strict=True):
        assert coupon["touch_id"] == message.touch
        assert coupon["code"] in message.body
    # All three are one promise: the money is set aside once.
    assert [coupon["worth_minor"] for coupon in coupons] == [1_000, 0, 0]


def test_two_messages_of_one_moment_are_one_promise(house: House):
    house.has(
        offering(
            ("mail", "0m", "email"),
            ("text", "0m", "sms"),
            terms="percent: 10%, budget: 90 EUR per month",
        )
    )
    order = a_friend(house, phone="+49 30 901820", sms_consent="marketing")
    house.run()
    assert len(house.messages(order)) == 2
    assert sorted(coupon["worth_minor"] for coupon in house.rows(Coupon)) == [0, 1_000]
    assert house.rows(OfferBudget)[0]["reserved_minor"] == 1_000


def test_the_code_is_the_documented_one_on_every_machine(house: House):
    house.has(offering())
    order = a_friend(house)
    house.run()
    code = coupon_code("a secret of the tests", "shop", order, "winback", "gift")
    assert [coupon["code"] for coupon in house.rows(Coupon)] == [code]


def test_a_second_try_shows_the_same_code_until_the_same_moment(house: House):
    house.has(offering())
    a_friend(house)
    email = Scripted(Channel.EMAIL, refusal(SendFailure.TEMPORARY), None)
    house.engine.senders = post(email)
    house.run()
    before = house.rows(Coupon)
    house.advance(hours=3)
    assert [(c["code"], c["expires_at"]) for c in house.rows(Coupon)] == [
        (c["code"], c["expires_at"]) for c in before
    ]
    assert len(email.got) == 2
    assert all(before[0]["code"] in message.text for message in email.got)


def test_when_the_budget_is_spent_the_message_goes_without_and_the_journal_says_why(house: House):
    house.has(offering())
    for _ in range(5):
        a_friend(house)
    result = house.run()
    assert result.touches.sent == 5
    assert len(house.rows(Coupon)) == 3
    assert house.rows(OfferBudget)[0]["reserved_minor"] == 3_000
    assert house.journal().count(("send", "offer_budget_spent")) == 2
    codes = [coupon["code"] for coupon in house.rows(Coupon)]
    with_code = [m for m in house.messages() if any(code in m.body for code in codes)]
    assert len(with_code) == 3


def test_when_the_budget_is_spent_a_step_may_stay_at_home(house: House):
    house.has(offering(more=", without_offer: skip"))
    for _ in range(5):
        a_friend(house)
    result = house.run()
    assert (result.touches.sent, result.touches.skipped) == (3, {"offer_budget_spent": 2})
    assert len(house.messages()) == 3


def test_the_next_month_has_a_new_budget(house: House):
    house.has(offering())
    for _ in range(4):
        a_friend(house)
    house.run()
    house.clock.advance(timedelta(days=30))
    a_friend(house)
    house.run()
    assert [(row["period"], row["reserved_minor"]) for row in house.rows(OfferBudget)] == [
        ("2026-11", 0),  # those of November are over by now
        ("2026-12", 1_000),
    ]


def test_who_had_it_does_not_get_it_again_for_a_while(house: House):
    once = offering(terms="percent: 10%, once_per_customer: 20d", goal="{paid_within: 7d}")
    house.has(once)
    a_friend(house, customer_id="C1")
    house.run()
    house.clock.advance(timedelta(days=8))
    a_friend(house, customer_id="C1")
    house.run()
    assert len(house.rows(Coupon)) == 1
    assert house.journal().count(("send", "offer_once_per_customer")) == 1
    house.clock.advance(timedelta(days=13))
    a_friend(house, customer_id="C1")
    house.run()
    assert len(house.rows(Coupon)) == 2


def test_one_customer_in_two_campaigns_gets_it_once_in_one_batch(house: House):
    terms = "percent: 10%, once_per_customer: 20d"
    house.has(
        offering(terms=terms, name="a"),
        offering(terms=terms, name="b", trigger="{on: payment_failed}"),
    )
    a_friend(house, customer_id="C1")
    house.a_declined_order(customer_id="C1", email_consent="marketing")
    house.run()
    assert len(house.rows(Coupon)) == 1


@pytest.mark.parametrize(("amount", "granted"), [("49.99", 0), ("50.00", 1)])
def test_a_small_order_gets_no_offer(house: House, amount: str, granted: int):
    house.has(offering(terms="percent: 10%, min_order: 50 EUR"))
    order = a_friend(house, amount=amount, items=[])
    house.run()
    assert len(house.messages(order)) == 1
    assert len(house.rows(Coupon)) == granted


def test_an_offer_needs_marketing_consent(house: House):
    house.has(offering())
    order = house.an_unpaid_order(email_consent="transactional")
    house.run()
    assert house.states(order) == {"gift": "skipped no_consent"}
    assert house.rows(Coupon) == []


def test_a_payment_with_the_code_moves_the_money_from_reserved_to_spent(house: House):
    house.has(offering())
    order = a_friend(house)
    house.run()
    house.clock.advance(timedelta(hours=5))
    coupon = house.rows(Coupon)[0]
    house.pays(order, amount="90.00", discount_code=coupon["code"].lower())
    after, budget = house.rows(Coupon)[0], house.rows(OfferBudget)[0]
    assert (after["state"], after["cost_minor"]) == ("redeemed", 1_000)
    assert (budget["reserved_minor"], budget["spent_minor"]) == (0, 1_000)


TWICE = ("first", "0m", "email"), ("again", "20h", "email")


@pytest.mark.parametrize("which", [0, 1])
def test_whichever_code_of_a_journey_is_used_the_budget_pays_once(house: House, which: int):
    house.has(offering(*TWICE))
    order = a_friend(house)
    house.advance(hours=21)
    code = house.rows(Coupon)[which]["code"]
    house.pays(order, amount="90.00", discount_code=code)
    for _ in range(2):
        found = {coupon["code"]: coupon["state"] for coupon in house.rows(Coupon)}
        assert found.pop(code) == "redeemed"
        assert list(found.values()) == ["expired"]
        budget = house.rows(OfferBudget)[0]
        assert (budget["reserved_minor"], budget["spent_minor"]) == (0, 1_000)
        house.advance(days=4)


def test_an_offer_used_for_another_order_is_not_made_again(house: House):
    house.has(offering(*TWICE))
    order = a_friend(house, customer_id="C1")
    house.run()
    code = house.rows(Coupon)[0]["code"]
    house.an_order("paid", customer_id="C9", amount="90.00", discount_code=code)
    house.advance(hours=21)
    assert len(house.messages(order)) == 2
    assert len(house.rows(Coupon)) == 1
    assert ("send", "offer_over") in house.journal()


def test_a_refused_message_frees_its_offer_and_the_next_one_pays_for_its_own(house: House):
    house.has(offering(("mail", "0m", "email"), ("text", "20h", "sms")))
    for number in range(5):
        a_friend(house, phone=f"+49 30 90182{number}", sms_consent="marketing")
    sms = Scripted(Channel.SMS)
    refused = Scripted(Channel.EMAIL, refusal(SendFailure.PERMANENT))
    house.engine.senders = post(refused, sms)
    house.run()
    assert [c["state"] for c in house.rows(Coupon)] == ["withdrawn"] * 3
    assert house.rows(OfferBudget)[0]["reserved_minor"] == 0
    house.advance(hours=23)
    issued = [c for c in house.rows(Coupon) if c["state"] == "issued"]
    assert [coupon["worth_minor"] for coupon in issued] == [1_000] * 3
    assert house.rows(OfferBudget)[0]["reserved_minor"] == 3_000
    assert sum(any(c["code"] in m.body for c in issued) for m in sms.got) == 3
    assert len(sms.got) == 5


def test_an_offer_nobody_saw_does_not_count_as_had(house: House):
    house.has(offering(terms="percent: 10%, once_per_customer: 90d"))
    a_friend(house, customer_id="C1")
    email = Scripted(Channel.EMAIL, refusal(SendFailure.PERMANENT), None)
    house.engine.senders = post(email)
    house.run()
    house.clock.advance(timedelta(days=8))
    a_friend(house, customer_id="C1", email="new@example.com")
    house.run()
    assert [c["state"] for c in house.rows(Coupon)] == ["withdrawn", "issued"]


def test_another_try_after_the_deadline_shows_no_code(house: House):
    house.has(offering().replace("valid: 72h", "valid: 30m"))
    a_friend(house)
    email = Scripted(Channel.EMAIL, refusal(SendFailure.TEMPORARY), None)
    house.engine.senders = post(email)
    house.run()
    house.clock.advance(timedelta(hours=1))
    house.engine.dispatch(house.now)
    first, second = email.got
    code = house.rows(Coupon)[0]["code"]
    assert code in first.text
    assert code not in second.text
    assert ("send", "offer_over") in house.journal()


def test_a_withdrawn_coupon_is_made_anew_when_its_touch_is_tried_again(house: House):
    house.has(offering())
    a_friend(house)
    email = Scripted(Channel.EMAIL, refusal(SendFailure.TEMPORARY), None)
    house.engine.senders = post(email)
    house.run()
    (lost,) = house.rows(Coupon)
    with writing(house.engine.database) as connection:
        withdraw(connection, [lost["touch_id"]])
    house.advance(hours=3)
    (coupon,) = house.rows(Coupon)
    assert (coupon["code"], coupon["state"]) == (lost["code"], "issued")
    assert coupon["expires_at"] > lost["expires_at"]
    assert house.rows(OfferBudget)[0]["reserved_minor"] == 1_000


def test_a_coupon_nobody_used_gives_its_money_back_after_its_time(house: House):
    house.has(offering())
    a_friend(house)
    house.advance(days=4)
    assert [coupon["state"] for coupon in house.rows(Coupon)] == ["expired"]
    assert house.rows(OfferBudget)[0]["reserved_minor"] == 0


def test_the_deadline_is_said_in_the_customers_own_time(house: House):
    house.has(offering())
    order = a_friend(house, country="US", timezone="America/New_York", locale="en-US")
    house.run()
    ends: datetime = house.rows(Coupon)[0]["expires_at"]
    assert ends == house.now + timedelta(days=3)
    assert "Valid until Thursday, November 5, 5:00" in house.messages(order)[0].body
