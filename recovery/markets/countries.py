"""Countries: default locale and currency from CLDR, time zones from the tz database."""

from dataclasses import dataclass
from functools import cache

from babel.core import Locale, UnknownLocaleError, get_global

from recovery.markets.book import load_markets
from recovery.markets.data import facts, tz_table
from recovery.markets.rules import MarketRules


@dataclass(frozen=True, slots=True)
class Market:
    """What an order from `country` gets when it does not say itself."""

    country: str  # ISO 3166 alpha-2
    name: str  # English
    locale: str  # BCP 47, such as de-DE
    currency: str  # ISO 4217
    timezones: tuple[str, ...]  # IANA, all of the country
    timezone: str  # the one that stands for it

    @property
    def rules(self) -> MarketRules:
        """What holds for writing to customers there, as shipped; a project may have its own."""
        return load_markets().rules(self.country)


@cache
def countries() -> frozenset[str]:
    """Return all ISO 3166 alpha-2 codes."""
    return frozenset(row[0] for row in tz_table("iso3166.tab"))


@cache
def market(country: str) -> Market | None:
    """Return the facts of a country, or None when there is no such ISO 3166 code."""
    if country not in countries():
        return None
    zones = _zones(country)
    zone = _chosen("zones", country) or zones[0]
    currency = _chosen("currencies", country) or _currency(country)
    locale = _chosen("locales", country) or _locale(country)
    return Market(country, _names()[country], locale, currency, zones or (zone,), zone)


def _chosen(what: str, country: str) -> str | None:
    """Return our own choice where the general rule would be wrong for a shop."""
    value: str | None = facts("defaults")[what].get(country)
    return value


def _zones(country: str) -> tuple[str, ...]:
    return tuple(row[2] for row in tz_table("zone.tab") if row[0] == country)


def _currency(country: str) -> str:
    rows = get_global("territory_currencies")[country]
    return str([code for code, _, until, tender in rows if tender and until is None][-1])


def _locale(country: str) -> str:
    likely = str(get_global("likely_subtags").get(f"und_{country}", "en")).split("_")[0]
    return next((tag for tag in (f"{likely}-{country}", f"en-{country}") if _known(tag)), "en")


def _known(tag: str) -> bool:
    try:
        Locale.parse(tag, sep="-")
    except UnknownLocaleError:
        return False
    return True


@cache
def _names() -> dict[str, str]:
    territories = Locale("en").territories
    return {country: str(territories[country]) for country in countries()}
