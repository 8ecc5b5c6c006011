"""Why an order enters or does not: each reason once, and all of them add up."""

from datetime import timedelta

from recovery.forecast.admission import Admission
from recovery.foresight import foresee
from tests.support.campaigns import a_campaign
from tests.support.house import House

CARDS = a_campaign(
    "cards",
    trigger="{on: payment_failed, after: 1h, not_after: 3d}",
    priority=9,
    segments=("{segment: dear, amount: {from: 50 USD}, market: [DE, US], sequence: plain}",),
)
LATER = a_campaign("later", trigger="{on: payment_failed, after: 1h}")


def admitted(house: House) -> Admission:
    return foresee(house.engine).admission


def a_failed(house: House, hours: float = 5, **fields: object) -> str:
    placed = (house.now - timedelta(hours=hours)).isoformat()
    return house.an_order("failed", placed_at=placed, **fields)


def test_every_reason(house: House) -> None:
    house.has(CARDS)
    a_failed(house)
    house.run()
    a_failed(house, customer_id="C-A-1001")
    a_failed(house)
    a_failed(house, hours=0.5)
    a_failed(house, hours=80)
    a_failed(house, expires_at=(house.now - timedelta(minutes=1)).isoformat())
    a_failed(house, country="FR")
    a_failed(house, amount="20.00")
    a_failed(house, currency="KWD", amount="500.000")
    house.an_unpaid_order()
    house.an_order("paid")
    found = admitted(house)
    assert found.campaigns["cards"] == {
        "enters": 1,
        "in_campaign": 1,
        "customer_busy": 1,
        "too_young": 1,
        "too_old": 1,
        "expired": 1,
        "no_segment": 2,
        "no_rate": 1,
        "wrong_status": 1,
    }
    assert found.orders == found.campaigns["cards"]
    assert found.unpaid == 10


def test_an_order_wanted_twice_goes_to_the_higher(house: House) -> None:
    house.has(CARDS, LATER)
    a_failed(house)
    a_failed(house, country="FR")
    found = admitted(house)
    assert found.campaigns["later"] == {"higher_priority": 1, "enters": 1}
    assert found.collisions == {("cards", "later"): 1}
    assert found.orders == {"enters": 2}


def test_who_was_in_it_once_does_not_come_again(house: House) -> None:
    house.has(LATER)
    a_failed(house)
    house.run()
    house.clock.advance(timedelta(days=8))
    assert admitted(house).orders == {"enrolled_before": 1}


def test_a_draft_takes_nobody_and_says_so(house: House) -> None:
    house.has(LATER.replace("active", "draft"))
    a_failed(house)
    assert admitted(house).campaigns == {"later": {"draft": 1}}
    assert not house.touches()


def test_without_a_campaign_every_order_is_counted(house: House) -> None:
    house.orders(3)
    assert admitted(house).unpaid == 3
