"""Ways to pay that fit a market and an amount."""

import pytest

from recovery.markets import market, method_name, payment_methods
from recovery.markets.book import shipped, with_rules
from recovery.markets.data import facts
from recovery.money import Money

LOCALES = ["en", "de", "fr", "es", "pt-BR", "ja", "zh-CN"]


def ids(country: str, amount: Money) -> list[str]:
    return [method.id for method in payment_methods(country, amount)]


@pytest.mark.parametrize(
    ("country", "amount", "first"),
    [
        ("NL", Money(3000, "EUR"), ["ideal", "wero", "card"]),
        ("BR", Money(3000, "BRL"), ["pix", "card", "installments", "boleto"]),
        ("PL", Money(3000, "PLN"), ["blik", "przelewy24", "online_banking"]),
        ("JP", Money(3000, "JPY"), ["card", "konbini", "pay_easy"]),
        ("DE", Money(3000, "EUR"), ["card", "paypal", "klarna"]),
        ("CH", Money(3000, "CHF"), ["card", "paypal"]),
        ("NL", Money(3000, "USD"), ["card", "paypal", "apple_pay"]),
    ],
)
def test_the_usual_ones_come_first(country: str, amount: Money, first: list[str]) -> None:
    assert ids(country, amount)[: len(first)] == first


@pytest.mark.parametrize(
    ("method", "country", "fits", "does_not"),
    [
        ("blik", "PL", Money(1_000_000, "PLN"), Money(1_000_001, "PLN")),
        ("boleto", "BR", Money(3_500_000, "BRL"), Money(3_500_001, "BRL")),
        ("oxxo", "MX", Money(1_000_000, "MXN"), Money(1_000_001, "MXN")),
        ("pay_upon_invoice", "DE", Money(500, "EUR"), Money(499, "EUR")),
        ("affirm", "US", Money(5000, "USD"), Money(4999, "USD")),
        ("clearpay", "GB", Money(120_000, "GBP"), Money(120_001, "GBP")),
        ("pix", "BR", Money(1, "BRL"), Money(1, "USD")),
    ],
)
def test_amounts_and_currencies_a_method_takes(
    method: str, country: str, fits: Money, does_not: Money
) -> None:
    assert method in ids(country, fits)
    assert method not in ids(country, does_not)


def test_a_method_has_a_rail() -> None:
    rails = {method.id: method.rail for method in payment_methods("JP", Money(3000, "JPY"))}
    assert rails["card"] == "card"
    assert rails["konbini"] == "voucher"


@pytest.mark.parametrize(
    ("method", "locale", "name"),
    [
        ("paypal", "ja", "PayPal"),
        ("card", "en-GB", "credit or debit card"),
        ("card", "de-DE", "Kredit- oder Debitkarte"),
        ("card", "pt-PT", "cartão de crédito ou débito"),
        ("card", "zh_CN", "信用卡或借记卡"),
        ("card", "sv-SE", "credit or debit card"),
        ("konbini", "ja-JP", "コンビニ払い"),
        ("some_new_wallet", "de", "some new wallet"),
    ],
)
def test_names(method: str, locale: str, name: str) -> None:
    assert method_name(method, locale) == name


def test_the_tables_agree_with_each_other() -> None:
    table, names = facts("methods"), facts("method_names")
    listed = [shipped(name).payment for name in (*with_rules(), "ZZ")]
    used = {fact.value for payment in listed for fact in payment}
    assert used == set(table)
    assert set(table) == set(names["words"]) | set(names["brands"])
    assert not {"giropay", "sofort", "pay_bright"} & used


def test_every_market_has_its_own_way_to_pay_before_or_beside_the_card() -> None:
    for country in with_rules():
        home = market(country)
        assert home is not None
        found = ids(country, Money.parse("100", home.currency))
        assert "card" in found, country
        assert len(found) > len(ids("NO", Money.parse("100", home.currency))), country


def test_what_is_no_brand_is_translated() -> None:
    words = facts("method_names")["words"]
    american = {"ach"}
    assert all(set(LOCALES) == set(words[name]) for name in set(words) - american)
