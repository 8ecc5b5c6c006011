"""Money and dates as CLDR writes them, from pieces that are formatted once."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from recovery.money import Money
from recovery.template import formats

AT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
LOCALES = ("en_US", "de_DE", "de_AT", "de_CH", "fr_FR", "es_ES", "es_PE", "pt_BR", "ja_JP", "hi_IN")
MIDDLE, CENTRALE = "Mitteleuropäische Zeit", "heure d’Europe centrale"
MEXICO, BRAZIL, BRASILIA = "America/Mexico_City", "America/Sao_Paulo", "Horário de Brasília"
CURRENCIES = ("USD", "EUR", "JPY", "BHD", "CHF", "PEN", "INR", "CLP", "TWD", "HUF")


@given(st.integers(-(10**7), 10**12), st.sampled_from(CURRENCIES), st.sampled_from(LOCALES))
def test_money_is_babels_own_to_the_letter(minor: int, currency: str, tag: str) -> None:
    money, locale = Money(minor, currency), Locale.parse(tag)
    assert formats.money(money, locale) == format_currency(money.major, currency, locale=locale)


@pytest.mark.parametrize(
    ("tag", "zone", "day", "clock", "name", "short"),
    [
        ("en_US", "America/New_York", "Tuesday, November 24", "6:30 PM", "Eastern Time", "11/24"),
        ("en_GB", "Europe/London", "Tuesday 24 November", "23:30", "United Kingdom Time", "24/11"),
        ("de_DE", "Europe/Berlin", "Mittwoch, 25. November", "00:30", MIDDLE, "25.11."),
        ("fr_FR", "Europe/Paris", "mercredi 25 novembre", "00:30", CENTRALE, "25/11"),
        ("es_MX", MEXICO, "martes, 24 de noviembre", "5:30 p.m.", "hora central", "24/11"),
        ("pt_BR", BRAZIL, "terça-feira, 24 de novembro", "20:30", BRASILIA, "24/11"),
        ("zh_CN", "Asia/Shanghai", "11月25日星期三", "07:30", "中国时间", "11/25"),
        ("ja_JP", "Asia/Tokyo", "11月25日(水曜日)", "8:30", "日本時間", "11/25"),
    ],
)
def test_moments_are_the_customers_own(
    tag: str, zone: str, day: str, clock: str, name: str, short: str
) -> None:
    locale, tz = Locale.parse(tag), ZoneInfo(zone)
    wanted = f"{day} {clock}（{name}）" if tag[:2] in ("ja", "zh") else f"{day}, {clock} ({name})"
    assert " ".join(formats.moment(AT, locale, tz).split()) == wanted
    assert " ".join(formats.short(AT, locale, tz).split()) == f"{short} {clock}"


@pytest.mark.parametrize(
    ("basis_points", "tag", "words"),
    [
        (1000, "en_US", "10%"),
        (1000, "de_DE", "10 %"),
        (1250, "de_DE", "12,5 %"),
        (5, "en_US", "0.05%"),
    ],
)
def test_percent(basis_points: int, tag: str, words: str) -> None:
    said = formats.percent(basis_points, Locale.parse(tag))
    assert " ".join(said.split()) == words


def test_lists_and_numbers() -> None:
    assert formats.listed(("PayPal", "Klarna"), Locale.parse("de")) == "PayPal oder Klarna"
    assert formats.listed(("PayPal",), Locale.parse("de")) == "PayPal"
    assert formats.number(1234567, Locale.parse("de")) == "1.234.567"
    assert formats.date(AT, Locale.parse("de"), ZoneInfo("UTC")) == "24. November 2026"
