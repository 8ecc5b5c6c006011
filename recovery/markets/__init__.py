"""Market facts: locale, currency and time zones of a country, its ways to pay, exchange rates."""

from recovery.markets.countries import Market, countries, market
from recovery.markets.methods import Method, method_name, payment_methods
from recovery.markets.rates import Rates, load_rates

__all__ = [
    "Market",
    "Method",
    "Rates",
    "countries",
    "load_rates",
    "market",
    "method_name",
    "payment_methods",
]
