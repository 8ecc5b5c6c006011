"""Market facts: locale, currency and time zones of a country, its rules, ways to pay, rates."""

from recovery.markets.book import Markets, load_markets
from recovery.markets.countries import Market, countries, market
from recovery.markets.methods import Method, method_name, payment_methods
from recovery.markets.rates import Rates, load_rates
from recovery.markets.rules import MarketRules

__all__ = [
    "Market",
    "MarketRules",
    "Markets",
    "Method",
    "Rates",
    "countries",
    "load_markets",
    "load_rates",
    "market",
    "method_name",
    "payment_methods",
]
