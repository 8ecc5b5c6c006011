"""Codes, refunds and currencies of one customer, with the sums worked out by hand.

The customer placed an order over 100.00, and got a code worth 10.00 on it.
"""

from dataclasses import astuple
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from recovery.db import reading, writing
from recovery.measure.evidence.gathering import gathered
from recovery.measure.evidence.purses import Purse, earned, purses
from recovery.measure.evidence.units import Question
from recovery.models import Order
from tests.support.ledger import Ledger


def whole(database: Engine) -> Purse:
    found = Purse()
    asked = Question(Ledger.at(1_000))
    with (
        reading(database) as connection,
        gathered(connection, asked) as people,
        earned(connection, people) as each,
    ):
        for purse in purses(connection, people, each).values():
            found.add(purse)
    return found


class Shopper(Ledger):
    """One customer with a code."""

    def __init__(self, connection: Connection, **order: Any) -> None:
        super().__init__(connection)
        self.first = self.order(**order)
        self.enrolled = self.enrolment(self.first, amount_minor=10_000)
        self.touched = self.touch(self.enrolled, step="code")

    def uses(self, order: int, kind: str = "percent", cost: int = 1_000) -> None:
        self.coupon(
            self.enrolled,
            self.touched,
            kind=kind,
            cost_minor=cost,
            state="redeemed",
            redeemed_at=self._row(Order, order).paid_at,
            redeemed_order_id=order,
        )

    def buys(self, paid: float, amount: int, **values: Any) -> int:
        """Another order of the same customer."""
        customer = self.customer_of(self.first)
        return self.order(paid=paid, amount_minor=amount, **({"customer_id": customer} | values))


# Sums are units, payers, list, discount, subsidy, refunds, leaked.


@pytest.mark.parametrize("told", [10_000, 9_000])
def test_a_discount_however_the_shop_tells_the_amount(database: Engine, told: int) -> None:
    with writing(database) as connection:
        shopper = Shopper(connection, paid=5, amount_minor=told)
        shopper.uses(shopper.first)
    assert astuple(whole(database))[:7] == (1, 1, 10_000, 1_000, 0, 0, 0)


def test_free_shipping_is_a_cost_on_top(database: Engine) -> None:
    with writing(database) as connection:
        shopper = Shopper(connection, paid=5)
        shopper.uses(shopper.first, "free_shipping", 500)
    assert astuple(whole(database))[:7] == (1, 1, 10_000, 0, 500, 0, 0)


def test_a_code_on_another_order_in_the_window(database: Engine) -> None:
    with writing(database) as connection:
        shopper = Shopper(connection)
        shopper.uses(shopper.buys(20, 3_600), cost=400)
    assert astuple(whole(database))[:7] == (1, 1, 4_000, 400, 0, 0, 0)


def test_a_code_used_after_the_window_costs_and_brings_nothing(database: Engine) -> None:
    with writing(database) as connection:
        shopper = Shopper(connection)
        shopper.uses(shopper.buys(169, 3_600), cost=400)
    found = whole(database)
    assert astuple(found)[:7] == (1, 0, 0, 0, 0, 0, 400)
    assert found.net == -400


def test_a_code_that_a_friend_used_is_charged_to_who_got_it(database: Engine) -> None:
    with writing(database) as connection:
        shopper = Shopper(connection, paid=5)
        shopper.uses(shopper.buys(20, 3_600, customer_id=shopper.customer()), cost=400)
    assert astuple(whole(database))[:7] == (1, 1, 10_000, 0, 0, 0, 400)


def test_the_friend_s_order_counts_in_full(database: Engine) -> None:
    """Both are enrolled: the code costs 10.00 once, with who got it."""
    with writing(database) as connection:
        shopper = Shopper(connection)
        theirs = shopper.order(paid=5, amount_minor=4_000)
        shopper.enrolment(theirs, amount_minor=5_000)
        shopper.uses(theirs)
    found = whole(database)
    assert astuple(found)[:7] == (2, 1, 5_000, 0, 0, 0, 1_000)
    assert found.net == 4_000  # what came in


def test_a_code_in_another_currency_is_not_added(database: Engine) -> None:
    with writing(database) as connection:
        shopper = Shopper(connection, paid=5)
        shopper.uses(shopper.buys(20, 36, customer_id=shopper.customer(), currency="JPY"), cost=4)
    assert astuple(whole(database))[:7] == (1, 1, 10_000, 0, 0, 0, 0)


def test_an_order_in_another_currency_is_no_money_of_this_purse(database: Engine) -> None:
    with writing(database) as connection:
        Shopper(connection).buys(20, 36, currency="JPY")
    assert astuple(whole(database))[:7] == (1, 0, 0, 0, 0, 0, 0)


def test_all_that_was_paid_goes_back(database: Engine) -> None:
    with writing(database) as connection:
        shopper = Shopper(connection, paid=5, amount_minor=9_000, refunded_at=Ledger.at(700))
        shopper.uses(shopper.first)
    found = whole(database)
    assert astuple(found)[:7] == (1, 1, 10_000, 1_000, 0, 9_000, 0)
    assert found.net == 0


def test_one_who_pays_twice_is_one_payer(database: Engine) -> None:
    with writing(database) as connection:
        Shopper(connection, paid=5).buys(20, 2_500)
    found = whole(database)
    assert astuple(found)[:7] == (1, 1, 12_500, 0, 0, 0, 0)
    assert found.squares == 12_500.0**2


def test_a_code_of_a_later_enrolment_is_simply_less_paid(database: Engine) -> None:
    """The unit is the first enrolment; its window holds an order that the second one's code made
    cheaper: what was paid counts, and nobody is charged."""
    with writing(database) as connection:
        ledger = Ledger(connection)
        first = ledger.order()
        ledger.enrolment(first, state="exited")
        second = ledger.order(paid=50, amount_minor=4_500, customer_id=ledger.customer_of(first))
        again = ledger.enrolment(second, at=20, amount_minor=5_000)
        ledger.coupon(
            again,
            ledger.touch(again),
            cost_minor=500,
            state="redeemed",
            redeemed_at=ledger.at(50),
            redeemed_order_id=second,
        )
    assert astuple(whole(database))[:7] == (1, 1, 4_500, 0, 0, 0, 0)
