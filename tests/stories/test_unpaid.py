"""An unpaid order is reminded, and left in peace as soon as it is paid or over."""

from datetime import timedelta

import pytest

from tests.support.campaigns import a_campaign
from tests.support.house import House

TWO_REMINDERS = a_campaign(
    "unpaid",
    trigger="{on: unpaid, after: 12h, not_after: 5d}",
    sequences={
        "plain": [
            "{step: reminder, after: 0m, email: unpaid-reminder}",
            "{step: again, after: 2d, email: unpaid-reminder}",
        ]
    },
    limits="{quiet: 21:00-08:00}",
)


def test_nobody_is_reminded_before_the_order_is_old_enough(house: House):
    house.has(TWO_REMINDERS)
    order = house.an_unpaid_order()
    house.advance(hours=11)
    assert house.messages(order) == []


def test_an_unpaid_order_is_reminded_twice_and_then_left_alone(house: House):
    house.has(TWO_REMINDERS)
    order, placed = house.an_unpaid_order(email_consent="marketing"), house.now
    house.advance(days=9)
    first, second = house.messages(order)
    # Twelve hours later it is night in Berlin: the reminder waits until eight in the morning.
    assert first.at == placed + timedelta(hours=21)
    # The second step counts from enrolment, and falls into the night as well.
    assert second.at == placed + timedelta(hours=69)
    assert order in first.subject
    assert (first.to, first.campaign) == ("a-1001@example.com", "unpaid")
    assert "100,00" in first.body
    assert house.journeys() == [("exhausted", "goal_window_over")]


def test_a_paid_order_is_left_in_peace(house: House):
    house.has(TWO_REMINDERS)
    order = house.an_unpaid_order()
    house.advance(days=1)
    house.pays(order)
    house.advance(days=9)
    assert house.steps_sent_to(order) == ["reminder"]
    assert house.states(order) == {"reminder": "sent", "again": "cancelled paid"}
    assert house.journeys() == [("recovered", "paid")]


@pytest.mark.parametrize("end", ["cancelled", "expired"])
def test_an_order_that_is_over_is_left_in_peace(house: House, end: str):
    house.has(TWO_REMINDERS)
    order = house.an_unpaid_order()
    house.advance(days=1)
    house.tells(order, end)
    house.advance(days=3)
    assert house.steps_sent_to(order) == ["reminder"]
    assert house.journeys() == [("exited", end)]


def test_an_order_is_not_written_about_after_it_is_kept_no_longer(house: House):
    """The shop says until when, and need not say it again."""
    house.has(TWO_REMINDERS)
    order = house.an_unpaid_order(expires_at=(house.now + timedelta(days=2)).isoformat())
    house.advance(days=4)
    assert house.steps_sent_to(order) == ["reminder"]
    assert house.states(order)["again"] == "skipped expired"


def test_an_old_backlog_is_left_in_peace(house: House):
    house.has(TWO_REMINDERS)
    old = house.an_unpaid_order(placed_at=(house.now - timedelta(days=6)).isoformat())
    house.advance(days=2)
    assert house.messages(old) == []


def test_who_takes_consent_back_gets_nothing_more(house: House):
    house.has(TWO_REMINDERS)
    order = house.an_unpaid_order(customer_id="C1")
    house.advance(days=1)
    house.an_order("paid", customer_id="C1", email_consent="none")
    house.advance(days=3)
    assert house.steps_sent_to(order) == ["reminder"]
    assert house.states(order)["again"] == "skipped no_consent"
