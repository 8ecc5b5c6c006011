"""One cell at a time: what each kind of word may say. Pure; every ValueError tells the cure.

Answers are kept (bounded), because a file says the same country, number and address many times.
"""

import re
from datetime import UTC, datetime
from functools import cache, lru_cache
from zoneinfo import available_timezones

import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.core import get_global, get_locale_identifier, parse_locale
from email_validator import EmailNotValidError, validate_email

from recovery.connectors.table_file.columns import did_you_mean
from recovery.facts import Consent, CustomerType, OrderStatus
from recovery.i18n import here, spoken
from recovery.money import Money, currencies

# In CLDR's list of territories, but no country of ISO 3166.
_NO_COUNTRY = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,10})?").fullmatch
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#@<>\"'\\]+(?:[/?#][^\s<>\"\\]*)?", re.I).fullmatch
_PSEUDONYM = re.compile(r"[a-z0-9-]{1,64}@example\.invalid").fullmatch
_REGION = re.compile(r"(?:([A-Z]{2})-)?([A-Z0-9]{1,3})").fullmatch
_LONGEST_ADDRESS = 2_000
_FIRST_YEAR = 1990  # before it, a time is an unset clock or a database's zero
_SIGNS = {"€": "EUR", "£": "GBP", "¥": "JPY or CNY", "$": "USD", "US$": "USD", "R$": "BRL"}


@lru_cache(64)
def status(text: str) -> OrderStatus:
    """A status of the contract, in any case."""
    return OrderStatus(_one_of(text, [one.value for one in OrderStatus], "status"))


@lru_cache(64)
def consent(text: str) -> Consent:
    """`marketing`, `transactional` or `none`."""
    return Consent(_one_of(text, [one.value for one in Consent], "consent"))


@lru_cache(64)
def customer_type(text: str) -> CustomerType:
    """`guest`, `new`, `returning` or `vip`."""
    return CustomerType(_one_of(text, [one.value for one in CustomerType], "customer type"))


def _one_of(text: str, known: list[str], kind: str) -> str:
    word = text.lower()
    if word in known:
        return word
    raise ValueError(
        here(
            "{text} is no {kind}; use one of {known}{did_you_mean}",
            text=f"{text!r}",
            kind=kind,
            known=", ".join(known),
            did_you_mean=did_you_mean(word, known),
        )
    )


@lru_cache(1024)
def country(text: str) -> str:
    """An ISO 3166 alpha-2 code in capitals."""
    code = text.upper()
    if code in countries():
        return code
    known = get_global("territory_aliases").get(code) or [_names().get(text.casefold(), "")]
    hint = (
        here("; did you mean {names}?", names=f"{known[0]!r}")
        if known[0]
        else did_you_mean(code, countries())
    )
    raise ValueError(
        here(
            "{text} is no country code; write ISO 3166 with two letters, e.g. DE{hint}",
            text=f"{text!r}",
            hint=hint,
        )
    )


@cache
def countries() -> frozenset[str]:
    """Every ISO 3166 alpha-2 code, from CLDR, and Kosovo's XK."""
    codes = {str(code) for code in Locale("en").territories}
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - _NO_COUNTRY


@cache
def _names() -> dict[str, str]:
    names = Locale("en").territories
    return {names[code].casefold(): code for code in countries()}


@lru_cache(1024)
def currency(text: str) -> str:
    """An ISO 4217 code in capitals."""
    code = text.upper()
    if code in currencies():
        return code
    sign = _SIGNS.get(code) or {"RMB": "CNY"}.get(code)
    hint = (
        here("; did you mean {names}?", names=sign)
        if sign
        else did_you_mean(code, sorted(currencies()))
    )
    raise ValueError(
        here(
            "{text} is no currency code; write ISO 4217 with three letters, e.g. EUR{hint}",
            text=f"{text!r}",
            hint=hint,
        )
    )


def money(text: str, unit: str | None) -> Money | None:
    """An amount in major units; None when its shape is right but `unit` is not known."""
    if _PLAIN_NUMBER(text):
        return None if unit is None else Money.parse(text, unit)
    Money.parse(text, unit or "USD")  # says what is wrong: a comma, a sign, letters
    raise ValueError(
        here("{text} is no amount; write plain digits such as 19.99", text=f"{text!r}")
    )


def moment(text: str) -> datetime:
    """An ISO 8601 time with its offset, in UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            here(
                "{text} is no ISO 8601 time; write e.g. 2026-11-22T09:00:00+01:00", text=f"{text!r}"
            )
        ) from None
    if at.tzinfo is None:
        raise ValueError(
            here(
                "{text} has no offset from UTC; write e.g. {at}+01:00, or {at}Z when it is in UTC",
                text=f"{text!r}",
                at=at.isoformat(),
            )
        )
    if at.year < _FIRST_YEAR:
        raise ValueError(
            here(
                "{text} is before {year}; leave the cell empty or mend it",
                text=f"{text!r}",
                year=_FIRST_YEAR,
            )
        )
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError(
            here("{text} is beyond the end of the calendar", text=f"{text!r}")
        ) from None


@lru_cache(16_384)
def email(text: str) -> str:
    """An address as it goes over the wire: its domain in lower case and ASCII. Pseudonyms, which
    reach nobody, come in as well."""
    if _PSEUDONYM(text):
        return text
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        reason = str(error).rstrip(".")
        raise ValueError(
            here(
                "{text} is no e-mail address: {reason}; mend or empty it",
                text=f"{text!r}",
                reason=reason if spoken() == "en" else here("it is not written as one"),
            )
        ) from None
    return found.ascii_email or found.normalized


@lru_cache(16_384)
def phone(text: str, region: str | None) -> str:
    """A number in any form, as E.164; one without + is read as a number of `region`."""
    where = f" in {region}" if region else ""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise ValueError(_no_phone(text, where)) from None
    # Most numbers are of the order's own country; looking for their country first costs twice.
    at_home = region is not None and phonenumbers.is_valid_number_for_region(number, region)
    if not at_home and not phonenumbers.is_valid_number(number):
        raise ValueError(_no_phone(text, where))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _no_phone(text: str, where: str) -> str:
    return here(
        "{text} is no phone number{where}; write it with country code, e.g. +49 30 901820, or "
        "leave it empty",
        text=f"{text!r}",
        where=where,
    )


@lru_cache(1024)
def locale(text: str) -> str:
    """A language tag such as `pt-BR`; a pair CLDR does not know falls back to its language."""
    try:
        language, territory, script, *_ = parse_locale(text.replace("-", "_"))
        tag = get_locale_identifier((language, territory, script, None), sep="-")
    except ValueError:
        raise ValueError(_no_locale(text)) from None
    for candidate in (tag, language):
        try:
            Locale.parse(candidate, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
        return candidate
    raise ValueError(_no_locale(text))


@lru_cache(4096)
def region(text: str, country: str) -> str:
    """A region of `country` by its ISO 3166-2 code: `US-TX` or `TX` become `TX`."""
    found = _REGION(text.upper())
    if found is None:
        raise ValueError(
            here(
                "{text} is no region; write its ISO 3166-2 code, e.g. US-TX or TX", text=f"{text!r}"
            )
        )
    if found[1] not in (None, country):
        raise ValueError(
            here(
                "{text} is no region of {country}; correct one of the two",
                text=f"{text!r}",
                country=country,
            )
        )
    return found[2]


def _no_locale(text: str) -> str:
    return here(
        "{text} is no language tag we know; write e.g. de-DE or pt-BR, or leave it empty",
        text=f"{text!r}",
    )


@lru_cache(1024)
def timezone(text: str) -> str:
    """A zone of the IANA database."""
    if text in _zones():
        return text
    raise ValueError(
        here(
            "{text} is no IANA time zone; write e.g. Europe/Berlin{did_you_mean}",
            text=f"{text!r}",
            did_you_mean=did_you_mean(text, _zones()),
        )
    )


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def web_address(text: str) -> str:
    """An http or https address."""
    if len(text) <= _LONGEST_ADDRESS and _WEB_ADDRESS(text):
        return text
    raise ValueError(
        here(
            "{text} is no web address; write one that starts with https:// and holds no "
            "space or password",
            text=f"{text[:80]!r}",
        )
    )
