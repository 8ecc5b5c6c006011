"""Which language a customer reads: from their locale to one that a message is written in."""

from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global, parse_locale


@cache
def choose(wanted: str, written: frozenset[str], last: str) -> str | None:
    """The locale of `written` for a customer of `wanted`; None when not even `last` is there.

    pt-BR tries pt-BR, then pt, then another Portuguese in the same script, then `last`. A reader of
    Traditional Chinese does not get Simplified.
    """
    tags = {tag.lower(): tag for tag in sorted(written)}
    parts = wanted.replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        if found := tags.get("-".join(parts[:length]).lower()):
            return found
    reads = _language_and_script(wanted)
    siblings = [tag for tag in tags.values() if reads and _language_and_script(tag) == reads]
    return siblings[0] if siblings else tags.get(last.lower())


@cache
def formatting(written: str, customer: str) -> Locale:
    """How numbers and dates look: in the language of the text, by the customer's territory."""
    text = Locale.parse(written, sep="-")
    try:
        language, territory, *_ = parse_locale(customer.replace("_", "-"), sep="-")
        if language == text.language:
            return Locale.parse(customer.replace("_", "-"), sep="-")
        return Locale(text.language, territory)
    except (ValueError, UnknownLocaleError):
        return text


def is_locale(tag: str) -> bool:
    """Whether `tag` (`de`, `pt-BR`) is a locale that CLDR knows, written with a hyphen."""
    try:
        return bool(Locale.parse(tag, sep="-"))
    except (ValueError, UnknownLocaleError):
        return False


def _language_and_script(tag: str) -> tuple[str, str | None] | None:
    """`zh-TW` reads ("zh", "Hant"), by CLDR's likely subtags."""
    try:
        language, territory, script, *_ = parse_locale(tag.replace("_", "-"), sep="-")
    except ValueError:
        return None
    likely = get_global("likely_subtags")
    full = likely.get(f"{language}_{territory}") or likely.get(language) or language
    return language, script or parse_locale(full)[2]
