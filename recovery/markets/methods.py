"""Ways to pay: which fit a market and an amount, in what order, and what they are called."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from recovery.markets.countries import market
from recovery.markets.data import facts
from recovery.money import Money


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay; `rail` is its kind: card, wallet, bank_app, voucher, pay_later ..."""

    id: str
    rail: str


@cache
def payment_methods(country: str, amount: Money) -> tuple[Method, ...]:
    """Return what a customer in `country` may pay `amount` with, most usual first.

    Local methods take the currency of the market only, some have a smallest and largest amount.
    A country we know nothing of gets card and PayPal.
    """
    table = facts("methods")
    names = table["markets"].get(country, table["default"])
    return tuple(Method(name, _rail(name)) for name in names if _takes(name, country, amount))


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


def _rail(name: str) -> str:
    return str(facts("methods")["methods"][name]["rail"])


def _takes(name: str, country: str, amount: Money) -> bool:
    about = facts("methods")["methods"][name]
    home = market(country)
    if "everywhere" not in about and (home is None or home.currency != amount.currency):
        return False
    if "limits" not in about:
        return True
    low, _, high = about["limits"].get(amount.currency, "1-0").partition("-")
    return Decimal(low) <= amount.major <= Decimal(high)
