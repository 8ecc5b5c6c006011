"""Words a campaign file may use, and which of them was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from babel.core import get_global

from recovery.money import currencies
from recovery.reasons import FailureReason, known_failures

_NAMES_OF_THE_STREET = {"UK": "GB", "EN": "GB", "EL": "GR", "USA": "US", "UAE": "AE"}
_SHOWN = 30


@cache
def countries() -> dict[str, str]:
    """ISO 3166 alpha-2 codes with their English names, from the tz database."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    rows = (line.partition("\t") for line in table.splitlines() if not line.startswith("#"))
    return {code: name for code, _, name in rows}


def nearest(word: str, options: Iterable[str]) -> str | None:
    """Return the option that resembles `word` most, upper and lower case alike, or None.

    Of several, the one with the very same letters is meant: two of them changed places.
    """
    folded = {option.casefold(): option for option in sorted(options)}
    found = get_close_matches(word.casefold(), folded, n=8, cutoff=0.6)
    swapped = [option for option in found if sorted(option) == sorted(word.casefold())]
    return folded[(swapped or found)[0]] if found else None


def guess(word: str, options: Iterable[str]) -> str:
    """Return a cure: the option that was probably meant, or what there is to choose from."""
    known = sorted(options)
    near = nearest(word, known)
    if near is not None:
        return f"did you mean '{near}'?"
    if not known:
        return "there is none yet"
    more = len(known) - _SHOWN
    return f"one of: {', '.join(known[:_SHOWN])}" + (f" and {more} more" if more > 0 else "")


def guess_currency(word: str) -> str:
    """Return a cure for what is no ISO 4217 code."""
    near = nearest(word, _in_use()) or nearest(word, currencies())
    return f"did you mean '{near}'?" if near else "write a code of ISO 4217, such as 50 USD"


def guess_failure(word: str) -> str:
    """Return a cure for what is neither a reason of ours nor a provider's code."""
    near = nearest(word, known_failures())
    return f"did you mean '{near}'?" if near else guess(word, FailureReason)


@cache
def _in_use() -> frozenset[str]:
    rows = (row for rows in get_global("territory_currencies").values() for row in rows)
    return frozenset(code for code, _, until, tender in rows if tender and until is None)


def guess_country(word: str) -> str:
    """Return a cure for what is no ISO country: `UK` is GB, `Germany` is DE."""
    code = _NAMES_OF_THE_STREET.get(word.upper()) or _code_of(word)
    if code is None:
        return "write the two letters of ISO 3166, such as DE, GB or US"
    return f"did you mean '{code}' ({countries()[code]})?"


def _code_of(word: str) -> str | None:
    if word.upper() in countries():
        return word.upper()
    by_name = {name: code for code, name in countries().items()}
    near = nearest(word, by_name) if len(word) > 3 else None
    return by_name[near] if near else None
