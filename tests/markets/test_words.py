"""Hours as people read them."""

import pytest

from recovery.i18n import words
from recovery.markets.words import hours_in


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "mon-fri 08:00-20:00, sat 09:00-12:00, not on public holidays"),
        ("zh-CN", "周一至周五 08:00-20:00, 周六 09:00-12:00，公共假日除外"),
    ],
)
def test_days_and_holidays_in_words(lang: str, told: str) -> None:
    written = "mon-fri 08:00-20:00, sat 09:00-12:00, holidays: skip"
    assert hours_in(written, words(lang)) == told


def test_what_are_no_hours_stays() -> None:
    assert hours_in("sun and sat", words("zh-CN")) == "sun and sat"
