"""Two hold-outs over all campaigns: customers nobody writes to, and customers without an offer."""

from collections import Counter
from datetime import timedelta

import pytest

from recovery.draws import NO_INCENTIVE, global_salt, slot
from recovery.forecast.payload import payload
from recovery.forecast.sections import sections
from recovery.forecast.words import Tongue
from recovery.foresight import foresee
from recovery.i18n import speak
from recovery.models import Coupon, Customer, Enrolment
from tests.support.campaigns import a_campaign
from tests.support.house import House
from tests.support.worlds import a_crowd
from tests.test_foresight import EVERY, by_day, now_of, seen, the_days_pass

GIFT = "{gift: {kind: percent, percent: 10%, valid: 72h}}"
MAIL = "{step: mail, after: 0m, email: last-call, offer: gift}"
CALM = "{step: calm, after: 0m, email: last-call, offer: gift, without_offer: skip}"


def shared(house: House, *lines: str) -> None:
    (house.folder / "defaults.yaml").write_text("\n".join(lines) + "\n", "utf-8")


def friends(house: House, count: int) -> None:
    house.orders(count, email_consent="marketing")


def below(house: House, salt: str, share: int) -> set[str]:
    """The orders whose customers were drawn below `share` (basis points)."""
    keys = {row["external_id"].removeprefix("C-"): row["key"] for row in house.rows(Customer)}
    return {order for order, key in keys.items() if slot(salt, key) < share}


def test_who_is_held_out_globally_hears_from_no_campaign(house: House) -> None:
    shared(house, "global_holdout: 25%")
    house.has(a_campaign(holdout="20%"))
    friends(house, 40)
    plan = foresee(house.engine, EVERY)
    result = house.run()
    held = below(house, global_salt(house.now), 2500)
    told = {row["order"]: (row["state"], row["holdout"]) for row in house.touches()}
    assert {order for order in told if told[order] == ("withheld", True)} > held
    assert held and not held & {message.order for message in house.messages()}
    assert {row["layer"] for row in house.rows(Enrolment)} == {"global", None}
    assert result.enrolled["winback"]["global_holdout"] == len(held)
    assert plan.now() == now_of(result)
    (segment,) = payload(plan)["campaigns"][0]["segments"]
    assert segment["global_holdout"] == len(held)
    assert segment["holdout"] == result.enrolled["winback"]["holdout"]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "held out globally until the end of the quarter (2027-01-01 00:00 UTC)"),
        ("zh-CN", "进入全局对照组，直到本季度末（2027-01-01 00:00 UTC）"),
    ],
)
def test_the_story_of_an_order_says_so(small_house: House, lang: str, words: str) -> None:
    shared(small_house, "global_holdout: 100%")
    small_house.has(a_campaign())
    order = small_house.an_unpaid_order()
    small_house.run()
    try:
        speak(lang)
        (event,) = (e for e in small_house.engine.explain(order).events if e.what == "held_out")
    finally:
        speak("en")
    assert words in event.detail
    assert event.payload()["reason"] == "global"


def test_some_customers_get_the_message_without_its_offer(house: House) -> None:
    shared(house, "no_incentive: 40%")
    house.has(a_campaign(sequences={"plain": [MAIL]}, offers=GIFT))
    friends(house, 30)
    plan = foresee(house.engine, EVERY)
    result = house.run()
    without = below(house, NO_INCENTIVE, 4000)
    codes = [coupon["code"] for coupon in house.rows(Coupon)]
    assert len(codes) == 30 - len(without)
    for message in house.messages():
        assert any(code in message.body for code in codes) != (message.order in without)
    assert Counter(house.journal())["send", "no_incentive"] == len(without) > 0
    assert plan.now() == now_of(result)
    assert sum(offer.coupons for offer in plan.offers) == len(codes)


def test_or_no_message_where_the_campaign_says_skip(house: House) -> None:
    shared(house, "no_incentive: 40%")
    house.has(a_campaign(sequences={"plain": [CALM]}, offers=GIFT))
    friends(house, 30)
    plan = foresee(house.engine, EVERY)
    result = house.run()
    without = below(house, NO_INCENTIVE, 4000)
    assert {message.order for message in house.messages()}.isdisjoint(without)
    assert dict(result.touches.skipped) == {"no_incentive": len(without)}
    assert plan.now() == now_of(result)


def test_who_is_in_a_campaign_keeps_the_share_they_entered_with(house: House) -> None:
    later = "{step: later, after: 1d, email: last-call, offer: gift}"
    house.has(a_campaign(sequences={"plain": [later]}, offers=GIFT))
    friends(house, 12)
    house.run()
    shared(house, "no_incentive: 100%")
    house.advance(days=1, hours=3)
    assert len(house.rows(Coupon)) == 12


def test_the_plan_foretells_both_for_a_crowd(house: House) -> None:
    a_crowd(house, 7)
    shared(house, "global_holdout: 15%", "no_incentive: 30%")
    plan = foresee(house.engine, EVERY)
    result = house.run()
    assert plan.now() == now_of(result)
    assert any("global_holdout" in arms for arms in result.enrolled.values())
    the_days_pass(house, plan)
    assert by_day(plan) == seen(house, plan)


def test_the_plan_says_whose_a_campaign_is_and_how_it_is_decided(small_house: House) -> None:
    small_house.has(
        a_campaign("one", holdout="10%")
        + "owner: growth\ndecision: {rule: fixed, customers: 8000, smallest_lift: 25%}\n",
        a_campaign("two"),
    )
    plan = foresee(small_house.engine, timedelta(hours=6))
    told = {one["campaign"]: one for one in payload(plan)["campaigns"]}
    decision = {"rule": "fixed", "customers": 8000, "smallest_lift": 0.25}
    assert (told["one"]["owner"], told["one"]["decision"]) == ("growth", decision)
    assert told["two"]["owner"] is None
    chapter = next(one for one in sections(plan, Tongue("en")) if one.key == "decisions")
    assert chapter.rows == [
        ["one", "growth", "fixed: once, after 8,000 customers; smallest lift 25%"]
    ]


def test_a_new_decision_is_told_to_hold_for_the_next_experiment(small_house: House) -> None:
    small_house.has(a_campaign(holdout="10%"))
    small_house.an_unpaid_order()
    small_house.run()
    small_house.has(a_campaign(holdout="10%") + "decision: fixed\n")
    plan = foresee(small_house.engine, timedelta(hours=6))
    chapter = next(one for one in sections(plan, Tongue("en")) if one.key == "changes")
    assert chapter.rows == [
        ["winback", "decision.rule: anytime → fixed", "holds for the next experiment"]
    ]
