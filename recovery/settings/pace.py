"""The grammar of paces: `10 per second`, and `US sms 1 per second; BR sms 30 per minute`."""

import re
from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

UNITS = {"second": 1, "minute": 60, "hour": 3600}
_RATE = re.compile(r"(\d{1,9}) per (second|minute|hour)")
_MARKET = re.compile(r"(\S+) (email|sms) (.+)")
_MEANT = {"UK": "GB"}


def gap(rate: str) -> timedelta:
    """The time between two messages; ValueError when `rate` is none."""
    found = _RATE.fullmatch(rate.strip())
    if found is None or int(found[1]) == 0:
        raise ValueError(f"should be a rate such as 10 per second ({rate.strip()!r} is none)")
    return timedelta(seconds=UNITS[found[2]]) / int(found[1])


def market_gaps(text: str) -> Mapping[str, timedelta]:
    """The gaps of single markets by key, `sms:US`; ValueError names the part that is wrong."""
    gaps = {}
    for part in filter(None, (one.strip() for one in text.split(";"))):
        found = _MARKET.fullmatch(part)
        if found is None:
            raise ValueError(f"should be a list such as US sms 1 per second ({part!r} is none)")
        gaps[f"{found[2]}:{country(found[1])}"] = gap(found[3])
    return gaps


def country(code: str) -> str:
    """An ISO 3166 code; of another one nobody would ever notice that it never holds."""
    if code in _countries():
        return code
    near = _MEANT.get(code) or next(iter(get_close_matches(code.upper(), _countries(), 1, 0.5)), "")
    hint = f"; did you mean {near}?" if near else ""
    raise ValueError(f"should name countries by ISO 3166 ({code!r} is none{hint})")


@cache
def _countries() -> frozenset[str]:
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8").splitlines()
    return frozenset(line[:2] for line in lines if not line.startswith("#")) | {"XK"}
