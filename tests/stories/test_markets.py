"""Vouchers, baskets, dear orders, and a night in which the clock changes."""

from datetime import UTC, datetime, timedelta

from recovery.db import writing
from recovery.intake import tasks
from tests.support.campaigns import a_campaign
from tests.support.house import House


def test_a_voucher_that_waits_is_remembered_once_in_portuguese(shipped_house: House):
    house = shipped_house
    order = house.an_order(
        "awaiting",
        country="BR",
        amount="150.00",
        currency="BRL",
        items=[],
        payment_method="boleto",
        expires_at=(house.now + timedelta(days=3)).isoformat(),
    )
    house.advance(hours=29)
    assert house.messages(order) == []
    house.advance(days=3)
    written = house.messages(order)
    assert all(message.campaign == "voucher-waiting" for message in written)
    assert len(written) <= 1  # or it was drawn into the hold-out
    if written:
        assert "R$" in written[0].body
        assert "150,00" in written[0].body


def test_a_dear_order_is_taken_over_by_a_person(shipped_house: House):
    house = shipped_house
    dear = {
        "country": "US",
        "timezone": "America/New_York",
        "amount": "900.00",
        "currency": "USD",
        "items": [],
        "phone": "+1 212 555 0123",
        "placed_at": (house.now + timedelta(hours=5)).isoformat(),
    }
    house.clock.advance(timedelta(hours=5))  # ten in the morning over there
    orders = [house.a_declined_order(**dear) for _ in range(8)]
    house.advance(hours=9)
    waiting = {work.order: work for work in house.tasks()}
    assert 0 < len(waiting) <= len(orders)
    order, work = next(iter(waiting.items()))
    assert house.steps_sent_to(order) == ["reminder"]
    assert (work.team, work.campaign, work.phone) == (
        "customer-service",
        "high-value",
        "+12125550123",
    )
    assert work.why is not None
    house.pays(order)
    assert order not in {one.order for one in house.tasks()}


def test_while_a_person_is_on_it_the_machine_keeps_quiet(house: House):
    house.has(
        a_campaign(
            sequences={
                "plain": [
                    "{step: call, after: 0m, task: call-customer}",
                    "{step: mail, after: 4h, email: unpaid-reminder}",
                ]
            }
        )
    )
    claimed, free = house.an_unpaid_order(), house.an_unpaid_order()
    house.run()
    work = next(one for one in house.tasks() if one.order == claimed)
    with writing(house.engine.database) as connection:
        tasks.claim(connection, work.id, "Ada", house.now)
    house.advance(days=1)
    assert house.messages(claimed) == []
    assert house.states(claimed)["mail"] == "planned person_on_it"
    assert house.steps_sent_to(free) == ["mail"]
    with writing(house.engine.database) as connection:
        outcome = tasks.Outcome.NO_ANSWER
        tasks.close(connection, work.id, outcome, house.now, name="Ada")
    house.advance(hours=3)
    assert house.steps_sent_to(claimed) == ["mail"]


def test_a_basket_is_remembered_only_where_marketing_was_agreed(shipped_house: House):
    house = shipped_house
    agreed = [
        house.an_order("cart", customer_id=None, email_consent="marketing", country="FR")
        for _ in range(10)
    ]
    others = [house.an_order("cart", customer_id=None, country="FR") for _ in range(5)]
    house.advance(days=2)
    assert {message.order for message in house.messages()} <= set(agreed)
    assert house.messages()
    held = {touch["order"] for touch in house.touches() if touch["holdout"]}
    reminded = {message.order for message in house.messages()}
    assert reminded == set(agreed) - held
    assert {t["state"] for t in house.touches() if t["order"] in set(others) - held} <= {
        "skipped",
        "planned",
    }


def test_a_basket_that_became_an_order_is_an_order_from_then_on(shipped_house: House):
    house = shipped_house
    orders = [house.an_order("cart", email_consent="marketing") for _ in range(12)]
    house.advance(hours=26)
    placed = house.now
    for order in orders:
        house.tells(order, "pending")
    house.advance(days=3)
    later = [message for message in house.messages() if message.at > placed]
    assert {message.campaign for message in later} == {"unpaid"}
    campaigns = {(t["order"], t["campaign"]) for t in house.touches()}
    assert campaigns == {(o, c) for o in orders for c in ("guest-cart", "unpaid")}


def test_nobody_is_woken_in_the_night_in_which_the_clock_changes(house: House):
    """Berlin, 25 October 2026: at three it is two again; eight o'clock comes an hour later."""
    house.has(a_campaign(limits="{quiet: 21:00-08:00}"))
    autumn = House(
        house.project,
        house.environ["RECOVERY_DATABASE_URL"],
        datetime(2026, 10, 24, 20, tzinfo=UTC),
    )
    order = autumn.an_unpaid_order(timezone="Europe/Berlin")  # ten in the evening
    autumn.advance(hours=14, every=timedelta(minutes=30))
    assert [message.at for message in autumn.messages(order)] == [
        datetime(2026, 10, 25, 7, tzinfo=UTC)
    ]
    autumn.engine.close()
