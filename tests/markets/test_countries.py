"""Every country has a locale, a currency and a time zone that really exist."""

from zoneinfo import ZoneInfo

import pytest
from babel.core import Locale

from recovery.campaign.vocabulary import countries as countries_of_the_grammar
from recovery.markets import countries, market
from recovery.money import currencies


@pytest.mark.parametrize("country", sorted(countries()))
def test_every_country(country: str) -> None:
    facts = market(country)
    assert facts is not None
    assert facts.country == country
    assert facts.name
    assert Locale.parse(facts.locale, sep="-")
    assert facts.currency in currencies()
    assert facts.timezone in facts.timezones
    assert all(ZoneInfo(zone) for zone in facts.timezones)


def test_the_grammar_and_the_markets_know_the_same_countries() -> None:
    assert set(countries_of_the_grammar()) == countries()
    assert len(countries()) == 249


@pytest.mark.parametrize(
    ("country", "locale", "currency", "timezone"),
    [
        ("AE", "ar-AE", "AED", "Asia/Dubai"),
        ("AU", "en-AU", "AUD", "Australia/Sydney"),
        ("BG", "bg-BG", "EUR", "Europe/Sofia"),
        ("BR", "pt-BR", "BRL", "America/Sao_Paulo"),
        ("CA", "en-CA", "CAD", "America/Toronto"),
        ("CH", "de-CH", "CHF", "Europe/Zurich"),
        ("CN", "zh-CN", "CNY", "Asia/Shanghai"),
        ("DE", "de-DE", "EUR", "Europe/Berlin"),
        ("ES", "es-ES", "EUR", "Europe/Madrid"),
        ("FR", "fr-FR", "EUR", "Europe/Paris"),
        ("GB", "en-GB", "GBP", "Europe/London"),
        ("HT", "fr-HT", "HTG", "America/Port-au-Prince"),
        ("ID", "id-ID", "IDR", "Asia/Jakarta"),
        ("JP", "ja-JP", "JPY", "Asia/Tokyo"),
        ("KR", "ko-KR", "KRW", "Asia/Seoul"),
        ("MX", "es-MX", "MXN", "America/Mexico_City"),
        ("MY", "ms-MY", "MYR", "Asia/Kuala_Lumpur"),
        ("NO", "nb-NO", "NOK", "Europe/Oslo"),
        ("PA", "es-PA", "USD", "America/Panama"),
        ("PH", "en-PH", "PHP", "Asia/Manila"),
        ("RU", "ru-RU", "RUB", "Europe/Moscow"),
        ("SG", "en-SG", "SGD", "Asia/Singapore"),
        ("US", "en-US", "USD", "America/New_York"),
        ("VN", "vi-VN", "VND", "Asia/Ho_Chi_Minh"),
    ],
)
def test_what_shops_expect(country: str, locale: str, currency: str, timezone: str) -> None:
    facts = market(country)
    assert facts is not None
    assert (facts.locale, facts.currency, facts.timezone) == (locale, currency, timezone)


@pytest.mark.parametrize("word", ["UK", "EU", "XX", "us", "Germany", "", "ZZ"])
def test_what_is_no_country_has_no_market(word: str) -> None:
    assert market(word) is None
