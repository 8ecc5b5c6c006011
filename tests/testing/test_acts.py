"""What customers, shops and providers do, through the doors that they have in production."""

import pytest

from recovery.message import Channel
from recovery.testing import KitError, World
from recovery.testing.letters import Message
from tests.support.campaigns import a_campaign
from tests.support.kit import Opener

TEXTS = a_campaign(
    "texts",
    sequences={
        "plain": [
            "{step: text, after: 0m, sms: last-call}",
            "{step: mail, after: 1d, email: last-call}",
        ]
    },
)


def first(world: World, sequence: str = "plain") -> Message:
    order = world.an_unpaid_order(reason="expired_card", sequence=sequence)
    world.advance("1h")
    return order.messages[0]


def test_a_click_is_a_person_on_the_pay_page(opened: Opener) -> None:
    world = opened()
    order = world.an_unpaid_order(reason="expired_card", sequence="plain", name="Ada")
    world.advance("30m")
    (message,) = order.messages
    page = world.click(message)
    assert page.status == 200
    assert order.number in page.text
    assert "followed the link of reminder" in world.explain(order)
    assert (world.now - message.at).total_seconds() == 60
    world.advance("3d")
    assert order.steps == ["reminder"], "`not_clicked` is not fulfilled any more"


def test_the_page_leads_to_a_payment_page_of_the_shops_own(opened: Opener) -> None:
    world = opened()
    url = "https://checkout.stripe.com/pay/cs_1"
    order = world.an_unpaid_order(reason="expired_card", payment_url=url)
    world.advance("1h")
    assert (page := world.click(order.messages[0])).status == 302
    assert page.location == url
    order.pays()
    assert world.click(order.messages[0]).location is None


def test_the_code_works_at_the_till(opened: Opener) -> None:
    world = opened()
    order = world.an_unpaid_order(reason="expired_card", sequence="offer", amount="120.00 EUR")
    world.advance("3d")
    reminder, offer = order.messages
    assert world.coupon(reminder) is None
    coupon = world.coupon(offer)
    assert coupon is not None
    assert (coupon.code, coupon.offer, coupon.state) == (offer.code, "ten", "issued")
    assert coupon.code in offer.text
    assert str(order.pays(with_code=coupon.code)) == "108.00"
    assert str(order.amount) == "108.00"
    redeemed = world.coupon(offer)
    assert redeemed is not None
    assert redeemed.state == "redeemed"


def test_a_code_that_is_over_is_refused(opened: Opener) -> None:
    world = opened()
    order = world.an_unpaid_order(reason="expired_card", sequence="offer")
    world.advance("6d")
    code = order.messages[1].code
    assert code is not None
    with pytest.raises(KitError, match="the till does not take"):
        order.pays(with_code=code)
    assert order.status == "failed"


def test_who_unsubscribes_hears_no_more_on_that_channel(opened: Opener) -> None:
    world = opened(TEXTS)
    order = world.an_unpaid_order()
    world.advance("2d")
    text, mail = order.messages
    assert (text.channel, mail.channel) == (Channel.SMS, Channel.EMAIL)
    assert world.unsubscribe(mail).status == 200
    later = world.an_unpaid_order(email=mail.to)
    world.advance("3d")
    assert later.steps == ["text"]
    assert "[suppressed]" in world.why_not(later)


def test_stop_is_heard(opened: Opener) -> None:
    world = opened(TEXTS)
    order = world.an_unpaid_order()
    world.advance("1h")
    world.replies(order.messages[0], "STOP")
    later = world.an_unpaid_order(phone=order.messages[0].to)
    world.advance("2d")
    assert (order.steps, later.steps) == (["text", "mail"], ["mail"])


def test_a_complaint_and_a_bounce_end_the_messages_to_an_address(opened: Opener) -> None:
    for act in (World.complains, World.bounces):
        world = opened()
        message = first(world, "offer")
        act(world, message)
        with world.silence():
            world.advance("3d")
        assert "[suppressed]" in world.explain()


def test_a_dead_number_gets_no_second_sms(opened: Opener) -> None:
    world = opened(TEXTS)
    order = world.an_unpaid_order()
    world.advance("1h")
    world.bounces(order.messages[0])
    later = world.an_unpaid_order(phone=order.messages[0].to)
    world.advance("2d")
    assert later.steps == ["mail"]


def test_an_arrival_is_known(opened: Opener) -> None:
    world = opened(TEXTS)
    order = world.an_unpaid_order()
    world.advance("2d")
    world.arrives(order.messages[0])
    world.arrives(order.messages[1])
    assert world.explain(order).count("  delivered texts/") == 2


def test_an_outage_delays_and_doubles_nothing(opened: Opener) -> None:
    world = opened()
    order = world.an_unpaid_order(reason="expired_card")
    with world.provider_down("email"):
        world.advance("1h")
        assert order.messages == []
        assert "[temporary]" in world.why_not(order)
    world.advance("2h")
    assert order.steps == ["reminder"]


def test_a_provider_that_is_none_is_named(opened: Opener) -> None:
    with (
        pytest.raises(KitError, match="'fax' is not a valid Channel; say email or sms"),
        opened().provider_down("fax"),
    ):
        pytest.fail("never reached")


def test_what_cannot_be_done_says_what_can(opened: Opener) -> None:
    world = opened(TEXTS)
    order = world.an_unpaid_order()
    world.advance("3d")
    text, mail = order.messages
    with pytest.raises(KitError, match=r"use world\.replies"):
        world.complains(text)
    with pytest.raises(KitError, match="the shop's own mailbox"):
        world.replies(mail, "please stop")
    with pytest.raises(KitError, match="only what was paid is refunded"):
        order.refunds()


def test_a_service_message_has_no_unsubscribe_link(opened: Opener) -> None:
    world = opened()
    with pytest.raises(KitError, match="has no unsubscribe link; its links: http"):
        world.unsubscribe(first(world))


def test_the_shop_lets_things_happen(opened: Opener) -> None:
    world = opened()
    ends = {}
    for end in ("cancels", "expires", "pays"):
        order = world.an_unpaid_order(reason="expired_card")
        world.advance("2h")
        getattr(order, end)()
        ends[end] = (order.status, order.state, order.reason)
    assert ends == {
        "cancels": ("cancelled", "exited", "cancelled"),
        "expires": ("expired", "exited", "expired"),
        "pays": ("paid", "recovered", "paid"),
    }
    order.refunds()
    assert order.status == "refunded"


def test_a_later_failure_has_a_reason_of_its_own(opened: Opener) -> None:
    world = opened()
    order = world.an_unpaid_order(reason="expired_card")
    order.fails_again("insufficient_funds")
    world.advance("2h")
    assert "insufficient_funds" in world.explain(order)
    order.fails_again("stolen_card")
    with world.silence(order):
        world.advance("3d")
