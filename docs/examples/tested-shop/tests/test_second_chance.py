"""What this shop wants of its campaign, in the words of the shop."""

import pytest


def test_a_reminder_waits_for_the_morning(world):
    order = world.an_unpaid_order(
        market="DE", reason="expired_card", sequence="offer", at="2026-11-22T23:10+01:00"
    )
    world.advance("3d")
    reminder, offer = order.messages
    assert (reminder.step, offer.step) == ("reminder", "offer")
    assert reminder.local_time.hour == 8
    assert offer.code in offer.text


def test_who_has_paid_is_left_in_peace(world):
    order = world.an_unpaid_order(reason="expired_card")
    world.advance("1h")
    order.pays()
    with world.silence(order):
        world.advance("2w")
    assert order.state == "recovered"


def test_the_code_takes_ten_percent_off_and_then_is_over(world):
    order = world.an_unpaid_order(reason="expired_card", sequence="offer", amount="120.00 EUR")
    world.advance("3d")
    offer = order.messages[-1]
    assert str(order.pays(with_code=offer.code)) == "108.00"
    assert world.coupon(offer).state == "redeemed"


def test_a_click_is_answer_enough(world):
    order = world.an_unpaid_order(reason="insufficient_funds", sequence="plain")
    world.advance("1h")
    world.click(order.messages[0])
    world.advance("3d")
    assert order.steps == ["reminder"]


def test_dear_orders_are_called(world):
    order = world.an_unpaid_order(reason="expired_card", amount="900.00 EUR")
    world.advance("1d")
    assert order.segment == "dear"
    assert [task.order for task in world.tasks()] == [order.number]


@pytest.mark.parametrize("market", ["DE", "FR", "GB", "US"])
def test_nobody_is_woken(world, market):
    for hour in range(0, 24, 3):
        world.an_unpaid_order(
            market=market, reason="expired_card", at=f"2026-11-23T{hour:02}:00:00Z"
        )
    world.advance("4d")
    assert len({message.order for message in world.messages}) == 8
    assert all(8 <= message.local_time.hour < 21 for message in world.messages)
