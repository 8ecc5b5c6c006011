"""The grammar of what messages cost in single markets: `DE sms 0.07 EUR; BR email 0.002 USD`."""

import re
from collections.abc import Mapping

from recovery.settings.pace import country

_MARKET = re.compile(r"(\S+) (email|sms) (\S+ \S+)")


def market_prices(text: str) -> Mapping[str, str]:
    """The prices of single markets by key, `sms:DE`; ValueError names the part that is wrong."""
    prices = {}
    for part in filter(None, (one.strip() for one in text.split(";"))):
        found = _MARKET.fullmatch(part)
        if found is None:
            raise ValueError(f"should be a list such as DE sms 0.07 EUR ({part!r} is none)")
        prices[f"{found[2]}:{country(found[1])}"] = found[3]
    return prices
