"""The list of orders, on both databases: filters as in segments, journeys, other names."""

from datetime import timedelta
from typing import Any

import pytest

from recovery.campaign.schema import AmountRange, Audience
from recovery.db import reading
from recovery.facts import CustomerType
from recovery.intake.pseudonyms import Pseudonyms
from recovery.money import Money
from recovery.orderlist import COLUMNS, Wanted, cell, count, listed
from tests.support.house import House

CAMPAIGN = """\
campaign: unpaid
status: active
trigger: {on: unpaid, after: 1h}
goal: {paid_within: 7d}
segments:
  - {segment: everyone, market: [DE], sequence: one}
sequences:
  one:
    - {step: reminder, after: 0m, email: unpaid-reminder}
    - {step: second, after: 2d, email: unpaid-reminder}
"""
ALL = Audience.model_construct()


def found(house: House, wanted: Wanted, **more: Any) -> list[dict[str, Any]]:
    rates = house.engine.rates(house.now)
    with reading(house.engine.database) as connection:
        rows = list(listed(connection, wanted, rates, house.now, **more))
        if "limit" not in more:
            assert count(connection, wanted, rates) == len(rows)
        return rows


@pytest.fixture
def shop(house: House) -> House:
    """A failed order from the US, two unpaid ones from Germany, of which one is old, and a paid."""
    house.has(CAMPAIGN)
    house.an_unpaid_order(order_id="old", phone="+4930901820", discount_code="A")
    house.clock.advance(timedelta(days=3))
    house.a_declined_order(order_id="us", country="US", currency="USD", amount="50.00")
    house.an_unpaid_order(order_id="new", customer_type="vip")
    house.an_order("paid", order_id="paid")
    house.clock.advance(timedelta(hours=2))
    house.run()
    return house


@pytest.mark.parametrize(
    ("audience", "more", "orders"),
    [
        ({}, {}, ["old", "us", "new"]),
        ({}, {"unpaid": False}, ["old", "us", "new", "paid"]),
        ({"market": ["US", "JP"]}, {}, ["us"]),
        ({"failure": ["insufficient_funds"]}, {}, ["us"]),
        ({"customer": [CustomerType.VIP]}, {}, ["new"]),
        ({}, {"campaign": "unpaid"}, ["old", "new"]),
        ({}, {"campaign": "none"}, ["us"]),
    ],
)
def test_filters(
    shop: House, audience: dict[str, Any], more: dict[str, Any], orders: list[str]
) -> None:
    wanted = Wanted(Audience.model_construct(**audience), **more)
    assert [row["order_id"] for row in found(shop, wanted)] == orders


def test_amounts_compare_across_currencies(shop: House) -> None:
    amount = AmountRange.model_construct(from_=Money(9000, "USD"), below=None)
    wanted = Wanted(Audience.model_construct(amount=amount))
    assert [row["order_id"] for row in found(shop, wanted)] == ["old", "new"]


def test_since(shop: House) -> None:
    wanted = Wanted(ALL, since=shop.now - timedelta(days=1))
    assert [row["order_id"] for row in found(shop, wanted)] == ["us", "new"]


def test_a_row_tells_its_journey(shop: House) -> None:
    old = found(shop, Wanted(ALL))[0]
    assert tuple(old) == COLUMNS
    told = {name: old[name] for name in ("campaign", "sequence", "journey", "messages")}
    assert told == {"campaign": "unpaid", "sequence": "one", "journey": "active", "messages": 1}
    assert old["next_message_at"] == shop.now + timedelta(days=2)
    assert old["hours_unpaid"] == 74
    assert old["items"] == [{"name": "Teapot", "quantity": 1, "price": "100.00"}]


def test_a_limit_takes_the_longest_unpaid(shop: House) -> None:
    assert [row["order_id"] for row in found(shop, Wanted(ALL), limit=1)] == ["old"]


def test_under_pseudonyms_nobody_can_be_told(shop: House) -> None:
    rows = found(shop, Wanted(ALL), names=Pseudonyms("k"))
    assert len({row["order_id"] for row in rows}) == 3
    for personal in ("'old'", "C-", "Kim", "example.com", "901820"):
        assert not any(personal in str(row) for row in rows)
    assert all(row["email"].endswith("@example.invalid") for row in rows)


def test_cells() -> None:
    assert cell([]) is None
    assert cell([{"name": "茶"}]) == '[{"name": "茶"}]'
