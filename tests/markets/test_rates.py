"""Rates of a day: whose, of which day, and what is said when there is none."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.errors import UsageError
from recovery.markets import Rates, load_rates
from recovery.money import Money

FRIDAY = date(2024, 3, 15)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "rates.csv"
    file.write_text(
        "date,from,to,rate\n"
        "2024-03-01,USD,PEN,3.70\n"
        "2024-03-14,USD,PEN,3.80\n"
        "2024-03-14,USD,PEN,3.75\n"
        "2024-04-01,USD,PEN,4.00\n"
        "2024-03-10,EUR,USD,1.25\n"
    )
    return file


def test_the_ecb_rate_of_the_day() -> None:
    """1.0892 dollars and 0.85420 pounds a euro on 15 March 2024, says the ECB."""
    rates = load_rates(FRIDAY)
    assert (rates.day, rates.source) == (FRIDAY, "ECB of 2024-03-15")
    assert rates.rate("EUR", "USD") == Fraction("1.0892")
    assert rates.convert(Money(10_000, "USD"), "EUR") == Money(9181, "EUR")


@pytest.mark.parametrize(
    ("asked", "used"),
    [
        (date(2024, 3, 16), FRIDAY),
        (date(2024, 3, 17), FRIDAY),
        (date(2024, 3, 18), date(2024, 3, 18)),
    ],
)
def test_a_day_without_rates_uses_the_last_earlier_one(asked: date, used: date) -> None:
    assert load_rates(asked).day == used


def test_after_the_end_of_the_data_the_last_day_is_used_and_named() -> None:
    rates = load_rates(date(2999, 1, 1))
    assert date(2025, 1, 1) < rates.day < date(2999, 1, 1)
    assert rates.source == f"ECB of {rates.day}"
    assert rates.convert(Money(100, "USD"), "JPY")


def test_before_the_data_there_are_no_rates() -> None:
    rates = load_rates(date(1990, 1, 1))
    assert (rates.source, rates.convert(Money(100, "USD"), "GBP")) == ("no rates", None)
    assert rates.convert(Money(100, "USD"), "USD") == Money(100, "USD")


@pytest.mark.parametrize("currency", ["PEN", "CLP", "BHD"])
def test_a_currency_without_a_rate_is_never_guessed(currency: str) -> None:
    rates = load_rates(FRIDAY)
    assert rates.convert(Money(100, "USD"), currency) is None
    assert rates.threshold(Money(100, "USD"), currency) is None


def test_a_currency_that_is_no_longer_quoted_has_no_rate() -> None:
    assert load_rates(date(2022, 3, 1)).convert(Money(100, "EUR"), "RUB")
    assert load_rates(date(2022, 3, 2)).convert(Money(100, "EUR"), "RUB") is None


def test_the_merchants_file_wins(own: Path) -> None:
    rates = load_rates(FRIDAY, own)
    assert (rates.day, rates.source) == (
        date(2024, 3, 14),
        "rates.csv of 2024-03-14, then ECB of 2024-03-15",
    )
    assert rates.convert(Money(10_000, "USD"), "PEN") == Money(37_500, "PEN")
    assert rates.convert(Money(37_500, "PEN"), "USD") == Money(10_000, "USD")
    assert rates.rate("EUR", "USD") == Fraction("1.25")


def test_the_merchants_rate_reaches_other_currencies_through_the_ecb(own: Path) -> None:
    rates = load_rates(FRIDAY, own)
    assert rates.rate("EUR", "PEN") == Fraction("1.25") * Fraction("3.75")
    assert rates.convert(Money(100, "GBP"), "PEN")


def test_the_merchants_future_rates_do_not_count_yet(own: Path) -> None:
    assert load_rates(date(2024, 2, 1), own).convert(Money(100, "USD"), "PEN") is None
    assert load_rates(date(2024, 2, 1), own).source == "ECB of 2024-02-01"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("day,from,to,rate\n", "line 1: the header must be date,from,to,rate"),
        ("", "line 1: the header must be date,from,to,rate"),
        ("date,from,to,rate\n15.3.2024,USD,PEN,3.7\n", "line 2: write a row such as"),
        ("date,from,to,rate\n2024-03-15,USD,PEN\n", "line 2: write a row such as"),
        ('date,from,to,rate\n2024-03-15,USD,PEN,"3,7"\n', "line 2: write a row such as"),
        ("date,from,to,rate\n2024-03-15,USD,PEN,inf\n", "line 2: write a row such as"),
        ("date,from,to,rate\n\n2024-03-15,USD,XXX,1\n", "line 3: unknown currency XXX"),
        ("date,from,to,rate\n2024-03-15,USD,USD,1\n", "line 2: the rate says nothing"),
        ("date,from,to,rate\n2024-03-15,USD,PEN,0\n", "line 2: the rate says nothing"),
    ],
)
def test_a_bad_rates_file_names_line_and_cure(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "rates.csv"
    file.write_text(text)
    with pytest.raises(UsageError, match=said.replace(".", r"\.")):
        load_rates(FRIDAY, file)


@pytest.mark.parametrize("content", [None, "date,from,to,rate\n银".encode("gbk")])
def test_a_rates_file_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "rates.csv"
    if content:
        file.write_bytes(content)
    with pytest.raises(UsageError, match="can't be read"):
        load_rates(FRIDAY, file)


@pytest.fixture(scope="module")
def rates() -> Rates:
    return load_rates(FRIDAY)


@given(
    st.integers(1, 10**8),
    st.sampled_from(["USD", "JPY", "EUR", "KRW"]),
    st.sampled_from(["USD", "JPY", "EUR", "GBP"]),
)
def test_a_threshold_is_the_first_amount_that_is_not_less(
    rates: Rates, minor: int, currency: str, other: str
) -> None:
    money = Money(minor, currency)
    least = rates.threshold(money, other)
    assert least is not None
    worth = rates.rate(other, currency)
    assert worth is not None
    below = Money(least.minor - 1, other)
    assert Fraction(least.major) * worth >= Fraction(money.major) > Fraction(below.major) * worth
