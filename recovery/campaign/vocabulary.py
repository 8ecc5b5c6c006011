"""Words a campaign file may use, and which of them was probably meant."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from importlib.resources import files
from itertools import takewhile
from typing import NamedTuple

from babel.core import Locale, get_global

from recovery.i18n import Text, Value, say
from recovery.money import currencies
from recovery.reasons import FailureReason, known_failures

_NAMES_OF_THE_STREET = {"UK": "GB", "EN": "GB", "EL": "GR", "USA": "US", "UAE": "AE"}
_MONEY_OF_THE_STREET = {
    **{"RMB": "CNY", "YUAN": "CNY", "EURO": "EUR", "EUROS": "EUR", "YEN": "JPY"},
    **{"DOLLAR": "USD", "DOLLARS": "USD", "POUND": "GBP", "POUNDS": "GBP"},
}
_ONE_COUNTRY = frozenset({"CNY", "EUR", "JPY"})  # the others are the money of many
_LANGUAGES = ("en", "zh", "ja", "de", "fr", "es", "pt")
_SHOWN = 30


class Meant(NamedTuple):
    """What to tell, what to write instead, and whether nothing else can have been meant."""

    cure: Value
    fix: str | None = None
    safe: bool = False


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
    if len(word) > 100:  # comparing costs more than it could tell
        return None
    found = get_close_matches(word.casefold(), folded, n=8, cutoff=0.6)
    found.sort(key=lambda one: _alike(word.casefold(), one), reverse=True)
    swapped = [option for option in found if sorted(option) == sorted(word.casefold())]
    return folded[(swapped or found)[0]] if found else None


def _alike(word: str, other: str) -> tuple[float, int]:
    """How much two words have in common; of equals, how far they begin alike."""
    begin = takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False))
    return SequenceMatcher(None, other, word).ratio(), len(list(begin))


def meant(word: str, options: Iterable[str]) -> Meant:
    """Return the option that was probably meant; safe when only upper and lower case differ."""
    known = list(options)
    near = nearest(word, known)
    same = [option for option in known if option.casefold() == word.casefold()]
    return Meant(_guess(near, known), near, same == [near])


def guess(word: str, options: Iterable[str]) -> Value:
    """Return a cure: the option that was probably meant, or what there is to choose from."""
    return meant(word, options).cure


def did_you_mean(near: str) -> Text:
    """Return the question about one option."""
    return say("did you mean '{near}'?", near=near)


def _guess(near: str | None, known: list[str]) -> Text:
    if near is not None:
        return did_you_mean(near)
    if not known:
        return say("there is none yet")
    more = len(known) - _SHOWN
    options = ", ".join(sorted(known)[:_SHOWN])
    if more > 0:
        return say("one of: {options} and {more} more", options=options, more=more)
    return say("one of: {options}", options=options)


def meant_currency(word: str) -> Meant:
    """Return the cure for what is no ISO 4217 code."""
    if word.upper() in currencies():
        return Meant(did_you_mean(word.upper()), word.upper(), True)
    if code := _MONEY_OF_THE_STREET.get(word.upper()):
        return Meant(did_you_mean(code), code, code in _ONE_COUNTRY)
    near = nearest(word, _in_use()) or nearest(word, currencies())
    if near is None:
        return Meant(say("write a code of ISO 4217, such as 50 USD"))
    return Meant(did_you_mean(near), near)


def meant_failure(word: str) -> Meant:
    """Return the cure for what is neither a reason of ours nor a provider's code."""
    near = nearest(word, known_failures())
    if near is None:
        return Meant(guess(word, FailureReason))
    return Meant(did_you_mean(near), near, near.casefold() == word.casefold())


@cache
def _in_use() -> frozenset[str]:
    rows = (row for rows in get_global("territory_currencies").values() for row in rows)
    return frozenset(code for code, _, until, tender in rows if tender and until is None)


def meant_country(word: str) -> Meant:
    """Return the cure for what is no ISO country: `UK` is GB, `Germany` is DE."""
    several = re.findall(r"\w+", word)
    if len(several) > 1 and all(one in countries() for one in several):
        return Meant(say("write a list: {shown}", shown=f"[{', '.join(several)}]"))
    code, sure = _code_of(word)
    if code is None:
        return Meant(say("write the two letters of ISO 3166, such as DE, GB or US"))
    cure = say("did you mean '{code}' ({name})?", code=code, name=countries()[code])
    return Meant(cure, code, sure)


def _code_of(word: str) -> tuple[str | None, bool]:
    if sure := _NAMES_OF_THE_STREET.get(word.upper()):
        return sure, True
    if word.upper() in countries():
        return word.upper(), True
    if code := _in_other_words().get(word.casefold()):
        return code, True
    by_name = {name: code for code, name in countries().items()}
    near = nearest(word, by_name) if len(word) > 3 else None
    return (by_name[near], near.casefold() == word.casefold()) if near else (None, False)


@cache
def _in_other_words() -> dict[str, str]:
    """Countries by three letters, and by their names in the languages of our templates."""
    found = {
        name.casefold(): code
        for language in _LANGUAGES
        for code, name in Locale.parse(language).territories.items()
        if code in countries()
    }
    aliases = get_global("territory_aliases").items()
    letters = {old.casefold(): new[0] for old, new in aliases if len(old) == 3 and old.isalpha()}
    return found | {old: code for old, code in letters.items() if code in countries()}
