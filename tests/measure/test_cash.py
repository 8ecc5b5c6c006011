"""One arm's money, line by line, and what its messages cost."""

from decimal import Decimal

import pytest

from recovery.measure.cash import Cash, bills
from recovery.measure.costs import Costs, Price
from recovery.measure.evidence.letters import Bill
from recovery.measure.evidence.purses import Purse
from recovery.measure.evidence.units import Arm

ARM = Arm("card-declined", "everyone", "plain", False)
PURSE = Purse(units=4, payers=3, list=40_000, discount=800, subsidy=500, refunds=7_000, leaked=90)


def test_every_line_is_taken_off_once() -> None:
    cash = Cash("EUR", PURSE, messages=23, organic=20_000)
    assert cash.paid == 39_200
    assert cash.net == 39_200 - 500 - 7_000 - 90 - 23
    assert cash.incentives == 800 + 500 + 90
    assert cash.incremental == cash.net - 20_000
    assert cash.per_customer == pytest.approx(cash.net / 4)
    assert cash.incremental_per_customer == pytest.approx((cash.net - 20_000) / 4)


def test_what_is_not_known_is_not_told() -> None:
    assert Cash("EUR", PURSE).incremental is None
    assert Cash("EUR", PURSE).incremental_per_customer is None
    nobody = Cash("EUR", messages=23, organic=0)
    assert (nobody.per_customer, nobody.incremental_per_customer) == (None, None)
    assert (nobody.net, nobody.incremental) == (-23, -23)


def test_purses_are_put_together_line_by_line() -> None:
    whole = Purse()
    whole.add(PURSE)
    whole.add(PURSE)
    assert (whole.units, whole.list, whole.net) == (8, 80_000, 2 * PURSE.net)


def test_a_market_has_a_price_of_its_own_and_a_colleague_none() -> None:
    cent = Price(Decimal("0.004"), "EUR")
    costs = Costs(email=cent, markets={"email:JP": Price(Decimal("0.5"), "JPY")})
    found = bills(
        {
            Bill(ARM, 1, "EUR", "DE", "email"): 3,
            Bill(ARM, 1, "EUR", "FR", "email"): 4,
            Bill(ARM, 1, "EUR", "JP", "email"): 5,
            Bill(ARM, 1, "EUR", "DE", "sms"): 6,
            Bill(ARM, 1, "EUR", "DE", "task"): 7,
        },
        costs,
    )
    assert found == {  # exact, in minor units: half a yen is one
        (ARM, 1, "EUR", "EUR"): Decimal("2.8"),
        (ARM, 1, "EUR", "JPY"): Decimal("2.5"),
    }
