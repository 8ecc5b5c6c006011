"""Bands of amounts: round in the merchant's currency, compared at the day's rates elsewhere."""

from datetime import date
from pathlib import Path

import pytest

from recovery.markets.rates import load_rates
from recovery.measure.bands import bands
from recovery.money import Money

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("base", "bounds"),
    [
        ("EUR", (20, 50, 100, 200, 500)),
        ("USD", (20, 50, 100, 200, 500)),
        ("JPY", (2_000, 5_000, 10_000, 20_000, 50_000)),
        ("CNY", (200, 500, 1_000, 2_000, 5_000)),
        ("KRW", (20_000, 50_000, 100_000, 200_000, 500_000)),
        ("CLP", (20, 50, 100, 200, 500)),  # no rate is known
    ],
)
def test_bounds_fit_the_currency(base: str, bounds: tuple[int, ...]) -> None:
    assert bands(load_rates(DAY), base, []).bounds == bounds


def test_other_currencies_stand_where_their_worth_does(tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("date,from,to,rate\n2026-11-20,EUR,JPY,150\n2026-11-20,EUR,KWD,0.333\n")
    found = bands(load_rates(DAY, file), "EUR", ["EUR", "JPY", "KWD", "CLP"])
    assert found.minor["EUR"] == (2_000, 5_000, 10_000, 20_000, 50_000)
    assert found.minor["JPY"] == (3_000, 7_500, 15_000, 30_000, 75_000)
    assert found.minor["KWD"] == tuple(
        Money.parse(f"{0.333 * b:.3f}", "KWD").minor for b in found.bounds
    )
    assert "CLP" not in found.minor


def test_names_tell_the_bounds() -> None:
    found = bands(load_rates(DAY), "EUR", [])
    assert [found.name(number) for number in range(6)] == [
        "0-20 EUR",
        "20-50 EUR",
        "50-100 EUR",
        "100-200 EUR",
        "200-500 EUR",
        "500+ EUR",
    ]
