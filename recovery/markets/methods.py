"""Ways to pay: which fit a market and an amount, in what order, and what they are called."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from recovery.markets.book import load_markets
from recovery.markets.countries import market
from recovery.markets.data import facts
from recovery.markets.rules import MarketRules
from recovery.markets.schema import PaymentFact
from recovery.money import Money


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay; `rail` is its kind: card, wallet, bank_app, voucher, pay_later ..."""

    id: str
    rail: str


def payment_methods(
    country: str, amount: Money, rules: MarketRules | None = None
) -> tuple[Method, ...]:
    """Return what a customer in `country` may pay `amount` with, most usual first.

    Local methods take the currency of the market only, some have a smallest and largest amount.
    A country we know nothing of gets card and PayPal. `rules`: with a merchant's own.
    """
    listed = (rules or load_markets().rules(country)).facts.payment
    return tuple(
        Method(one.value, _rail(one.value)) for one in listed if _takes(one, country, amount)
    )


@cache
def method_name(method: str, locale: str) -> str:
    """Return the customer's word for a method; brands keep their name, unknown ids their own.

    Falls back from `pt-PT` to a text in the same language, then to English.
    """
    names = facts("method_names")
    if method in names["brands"]:
        return str(names["brands"][method])
    words: dict[str, str] = names["words"].get(method, {"en": method.replace("_", " ")})
    language = locale.replace("_", "-").split("-")[0]
    near = (tag for tag in words if tag.split("-")[0] == language)
    return words.get(locale) or words.get(next(near, "en")) or words["en"]


def rail_of(name: str) -> str | None:
    """The kind of the way to pay that a shop calls `name`; None for one that we do not know."""
    known = facts("methods").get(name.lower())
    return None if known is None else str(known["rail"])


def _rail(name: str) -> str:
    return str(facts("methods")[name]["rail"])


def _takes(method: PaymentFact, country: str, amount: Money) -> bool:
    home = market(country)
    at_home = home is not None and home.currency == amount.currency
    if not at_home and "everywhere" not in facts("methods")[method.value]:
        return False
    low, high = method.min or Decimal(0), method.max
    return low <= amount.major and (high is None or amount.major <= high)
