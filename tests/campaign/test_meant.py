"""What a value was probably meant to say, and whether it can be written without asking."""

from collections.abc import Callable

import pytest

from recovery.campaign import meant
from recovery.campaign.vocabulary import Meant

SAFE = [
    (meant.duration, "2 days", "2d"),
    (meant.duration, "2 dayz", "2d"),
    (meant.duration, "1 hour", "1h"),
    (meant.duration, "1,5h", "1h30m"),
    (meant.duration, "0.5 h", "30m"),
    (meant.duration, "12h1d", "1d12h"),
    (meant.duration, "1h 30m", "1h30m"),
    (meant.duration, "3D", "3d"),
    (meant.duration, "2 Tage", "2d"),
    (meant.share, "10", "10%"),
    (meant.share, "12,5%", "12.5%"),
    (meant.share, "10 percent", "10%"),
    (meant.number, "2.0", "2"),
    (meant.number, "+5", "5"),
    (meant.cap, "3/week", "3 per week"),
    (meant.cap, "3 a week", "3 per week"),
    (meant.cap, "3 times per Week", "3 per week"),
    (meant.cap, "2 per 10 days", "2 per 10d"),
    (meant.quiet, "9-20", "09:00-20:00"),
    (meant.quiet, "21-8", "21:00-08:00"),
    (meant.quiet, "9pm-8am", "21:00-08:00"),
    (meant.quiet, "9:00 - 8:30", "09:00-08:30"),
]
UNSURE = [
    (meant.duration, "72", "72h"),
    (meant.duration, "3d3d", "6d"),
    (meant.duration, "2 dys", "2d"),
    (meant.duration, "2 months", "60d"),
    (meant.duration, "30M", "30m"),
    (meant.duration, "1,500h", "1h30m"),
    (meant.share, "0.1", "10%"),
    (meant.share, "1", "1%"),
    (meant.share, "1.234%", "1.23%"),
    (meant.number, "1,000", "1000"),
]
NOBODY_KNOWS = [
    (meant.duration, "soon"),
    (meant.duration, ""),
    (meant.duration, "30s"),
    (meant.duration, "٣d"),
    (meant.share, "half"),
    (meant.share, "-5%"),
    (meant.share, "101%"),
    (meant.number, "high"),
    (meant.cap, "thrice"),
    (meant.cap, "0 per week"),
    (meant.quiet, "9am"),
    (meant.quiet, "25-8"),
    (meant.quiet, "13pm-8am"),
    (meant.quiet, "8-8"),
]
MONEY = [
    ("$500", "500 USD", False),
    ("500", "500 USD", False),
    ("€9.50", "9.50 EUR", True),
    ("500 euros", "500 USD", False),
    ("50USD", "50 USD", True),
    ("USD 50", "50 USD", True),
    ("50 usd", "50 USD", True),
    ("1.234,50 EUR", "1234.50 EUR", True),
    ("1,234.50 USD", "1234.50 USD", True),
    ("9,50 EUR", "9.50 EUR", True),
    ("1,234 EUR", "1234 EUR", False),
    ("1.234 EUR", "1234 EUR", False),
    ("1.234.567 EUR", "1234567 EUR", True),
    ("9，50 EUR", "9.50 EUR", True),
    ("９，５０ EUR", "9.50 EUR", True),
    ("9．50 EUR", "9.50 EUR", True),
    ("9，500 EUR", "9500 EUR", False),
    ("1,234,50 EUR", "1234.50 EUR", False),
    ("9 50 EUR", "950 EUR", False),
    ("1 500 EUR", "1500 EUR", True),
    ("1,500 JPY", "1500 JPY", True),
    ("1,234.567 USD", "1234.57 USD", False),
    ("500 USD/yr", "500 USD", False),
    ("500元每月", "500 CNY", False),
    ("10.5 JPY", "10 JPY", False),
    ("-5 USD", None, False),
    ("many USD", None, False),
]


@pytest.mark.parametrize(("read", "text", "fix"), SAFE)
def test_one_reading_only(read: Callable[[str], Meant], text: str, fix: str) -> None:
    assert read(text)[1:] == (fix, True)


@pytest.mark.parametrize(("read", "text", "fix"), UNSURE)
def test_a_guess_is_no_safe_fix(read: Callable[[str], Meant], text: str, fix: str) -> None:
    assert read(text)[1:] == (fix, False)


@pytest.mark.parametrize(("read", "text"), NOBODY_KNOWS)
def test_nobody_knows(read: Callable[[str], Meant], text: str) -> None:
    found = read(text)
    assert found[1:] == (None, False)
    assert str(found.cure)


@pytest.mark.parametrize(("text", "fix", "safe"), MONEY)
def test_money(text: str, fix: str | None, safe: bool) -> None:
    _, found = meant.money(text)
    assert (found.fix, found.safe) == (fix, safe)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("9,50 EUR", "it uses a decimal comma"),
        ("1,234.50 EUR", "it has a thousands separator"),
        ("10.5 JPY", "JPY has 0 decimals"),
        ("500", "it needs a number, a space and a currency"),
    ],
)
def test_why_it_is_no_money(text: str, why: str) -> None:
    assert str(meant.money(text)[0]) == why
