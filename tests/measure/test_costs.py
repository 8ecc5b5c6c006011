"""Prices finer than a cent, rounded once."""

from decimal import Decimal

import pytest

from recovery.errors import UsageError
from recovery.measure.costs import Costs, Price
from recovery.message import Channel
from recovery.money import Money
from recovery.settings.schema import CostSettings


def test_only_the_total_is_rounded() -> None:
    price = Price.parse("0.0079 USD", "RECOVERY_COSTS_SMS")
    assert price.times(1) == Money(1, "USD")
    assert price.times(1000) == Money(790, "USD")
    assert Price(Decimal("0.5"), "JPY").times(3) == Money(2, "JPY")


def test_prices_come_from_the_settings_and_nothing_is_free_by_accident() -> None:
    costs = Costs.read(CostSettings(email="0.001 USD", sms="0.05 EUR"))
    assert costs.of(Channel.EMAIL) == Price(Decimal("0.001"), "USD")
    assert costs.of(Channel.SMS) == Price(Decimal("0.05"), "EUR")
    assert costs.of(Channel.TASK) is None
    assert Costs.read(CostSettings()) == Costs()


@pytest.mark.parametrize("text", ["5", "0,01 USD", "-1 USD", "0.01 DOLLARS", "nan USD", ""])
def test_a_price_that_is_none_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(UsageError, match=r"RECOVERY_COSTS_SMS.*0\.0079 USD"):
        Price.parse(text, "RECOVERY_COSTS_SMS")
