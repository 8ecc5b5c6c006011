"""Values as marketers write them, and what they are told when they write something else."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from recovery.campaign import values
from recovery.campaign.values import Budget, Cap, Period, Quiet
from recovery.money import Money

Reader = Callable[[str], Any]


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (values.read_share, "10%", 1000),
        (values.read_share, "0.01%", 1),
        (values.read_share, "33.33 %", 3333),
        (values.read_share, "100%", 10_000),
        (values.read_share, "0%", 0),
        (values.read_money, "50 USD", Money(5000, "USD")),
        (values.read_money, "19.99 EUR", Money(1999, "EUR")),
        (values.read_money, "1250 JPY", Money(1250, "JPY")),
        (values.read_money, "1.234 BHD", Money(1234, "BHD")),
        (values.read_cap, "3 per week", Cap(3, timedelta(days=7))),
        (values.read_cap, "1 per day", Cap(1, timedelta(days=1))),
        (values.read_cap, "9  per month", Cap(9, timedelta(days=30))),
        (values.read_cap, "2 per 10d", Cap(2, timedelta(days=10))),
        (values.read_budget, "500 USD per month", Budget(Money(50_000, "USD"), Period.MONTH)),
        (values.read_budget, "500 USD per day", Budget(Money(50_000, "USD"), Period.DAY)),
        (values.read_budget, "500 USD", Budget(Money(50_000, "USD"), Period.EVER)),
        (values.read_quiet, "21:00-08:00", Quiet(time(21), time(8))),
        (values.read_quiet, "13:30 - 14:45", Quiet(time(13, 30), time(14, 45))),
        (values.read_quiet, "22:00-24:00", Quiet(time(22), time(0))),
        (values.read_number, "-5", -5),
        (values.read_number, "012", 12),
        (values.read_country, "NO", "NO"),
        (values.read_failure, "insufficient_funds", "insufficient_funds"),
        (values.read_failure, "05", "05"),
        (values.read_name, "free-shipping_2.b", "free-shipping_2.b"),
        (values.read_text, " a mug ", "a mug"),
    ],
)
def test_readings(read: Reader, text: str, value: Any) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "code", "cure"),
    [
        (values.read_share, "10", "CR033", "10%"),
        (values.read_share, "0.1", "CR033", "10% or 0.1%"),
        (values.read_share, "12,5%", "CR033", "12.5%"),
        (values.read_share, "1.234%", "CR033", "1.23%"),
        (values.read_share, "101%", "CR033", "at most 100%"),
        (values.read_share, "half", "CR033", "10% or 0.25%"),
        (values.read_share, "-5%", "CR033", "10% or 0.25%"),
        (values.read_money, "$500", "CR031", "500 USD"),
        (values.read_money, "€9.50", "CR031", "9.50 EUR"),
        (values.read_money, "1.234,50 EUR", "CR031", "1234.50 EUR"),
        (values.read_money, "1,234 USD", "CR031", "1234 USD"),
        (values.read_money, "0 USD", "CR031", "500 USD"),
        (values.read_money, "10.5 JPY", "CR031", "10 JPY"),
        (values.read_money, "500", "CR031", "500 USD"),
        (values.read_money, "many USD", "CR031", "500 USD"),
        (values.read_money, "5 UDS", "CR032", "did you mean 'USD'?"),
        (values.read_money, "5 usd", "CR032", "did you mean 'USD'?"),
        (values.read_cap, "0 per week", "CR035", "3 per week"),
        (values.read_cap, "3 a week", "CR035", "3 per week"),
        (values.read_cap, "3 per fortnight", "CR035", "3 per week"),
        (values.read_cap, "3 per 0m", "CR035", "3 per week"),
        (values.read_budget, "500 USD per year", "CR037", "per day, per week or per month"),
        (values.read_budget, "500 a month", "CR037", "per day"),
        (values.read_quiet, "9-20", "CR036", "21:00-08:00"),
        (values.read_quiet, "25:00-08:00", "CR036", "21:00-08:00"),
        (values.read_quiet, "08:00-08:00", "CR036", "two different times"),
        (values.read_number, "2.0", "CR034", ""),
        (values.read_country, "UK", "CR038", "did you mean 'GB'"),
        (values.read_country, "Germany", "CR038", "did you mean 'DE'"),
        (values.read_country, "no", "CR038", "did you mean 'NO'"),
        (values.read_country, "EU", "CR038", "ISO 3166"),
        (values.read_country, "XX", "CR038", "ISO 3166"),
        (values.read_failure, "insuficient_funds", "CR039", "'insufficient_funds'"),
        (values.read_failure, "zzz", "CR039", "one of: account_closed"),
        (values.read_duration, "2 dayz", "CR030", "2d"),
        (values.read_span, "0m", "CR030", "longer than nothing"),
        (values.read_name, "my campaign!", "CR025", "my-campaign"),
        (values.read_name, "x" * 65, "CR025", "x" * 64),
        (values.read_text, "  ", "CR023", ""),
    ],
)
def test_refusals(read: Reader, text: str, code: str, cure: str) -> None:
    with pytest.raises(PydanticCustomError) as error:
        read(text)
    said = error.value.context or {}
    assert error.value.type == code
    assert cure in str(said.get("example", said.get("guess", "")))


@pytest.mark.parametrize(
    ("text", "fix", "safe"),
    [
        ("500元/月", "500 CNY per month", True),
        ("500元／月", "500 CNY per month", True),
        ("500元每月", "500 CNY per month", True),
        ("500 USD/月", "500 USD per month", True),
        ("500 USD／月", "500 USD per month", True),
        ("500 USD per 月", "500 USD per month", True),
        ("每天 500元", "500 CNY per day", True),
        ("每周500元", "500 CNY per week", True),
        ("500 USD/week", "500 USD per week", True),
        ("500 USD monthly", "500 USD per month", True),
        ("monthly 500 USD", "500 USD per month", True),
        ("$500/day", "500 USD per day", False),
        ("9,50 EUR/day", "9.50 EUR per day", True),
        ("500 USD/yr", None, False),
        ("500元每年", None, False),
    ],
)
def test_a_budget_keeps_its_period(text: str, fix: str | None, safe: bool) -> None:
    with pytest.raises(PydanticCustomError) as error:
        values.read_budget(text)
    said = error.value.context or {}
    assert (said.get("fix"), said.get("safe", False)) == (fix, safe)


@given(st.integers(0, 10_000))
def test_every_basis_point_can_be_written(points: int) -> None:
    assert values.read_share(f"{points / 100:.2f}%") == points


@given(st.integers(1, 10**9), st.sampled_from(["USD", "JPY", "BHD", "EUR"]))
def test_every_amount_can_be_written(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert values.read_money(f"{money} {currency}") == money


@given(st.times(), st.times())
def test_every_quiet_time_can_be_written(start: time, end: time) -> None:
    start, end = start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)
    if start != end:
        assert values.read_quiet(f"{start:%H:%M}-{end:%H:%M}") == Quiet(start, end)


@pytest.mark.parametrize("text", ["1.000 USD", "1.500 EUR", "12.5 JPY", "150. USD", "1e3 USD"])
def test_more_decimals_than_a_currency_has_may_be_a_thousand(text: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        values.read_money(text)
    assert refused.value.type == "CR031"
