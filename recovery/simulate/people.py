"""Who shops here: made-up customers of nine markets, with addresses that reach nobody."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import count
from random import Random
from typing import Any

import phonenumbers
import yaml
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from recovery.facts import Consent

# Reserved by RFC 2606: a message that escaped would reach nobody.
_DOMAINS = ("example.com", "example.org", "example.net")
_EMAIL_CONSENT = {Consent.MARKETING: 55, Consent.TRANSACTIONAL: 40, Consent.NONE: 5}
_SMS_CONSENT = {Consent.MARKETING: 20, Consent.TRANSACTIONAL: 25, Consent.NONE: 55}
_GUESTS = 0.25
_WITH_PHONE = 0.65


@dataclass(frozen=True, slots=True)
class Person:
    """One customer. A guest has no `id`."""

    country: str
    id: str | None
    name: str
    email: str
    phone: str | None  # E.164
    timezone: str
    email_consent: Consent
    sms_consent: Consent

    def row(self) -> dict[str, str]:
        """What a shop writes of its customer into an order row; what is unknown is left out."""
        known = {
            "country": self.country,
            "customer_id": self.id,
            "name": self.name,
            "email": self.email,
            "phone": self.phone,
            "timezone": self.timezone,
            "email_consent": self.email_consent.value,
            "sms_consent": self.sms_consent.value,
        }
        return {field: value for field, value in known.items() if value is not None}


@cache
def markets() -> Mapping[str, Mapping[str, Any]]:
    """The demo's markets by country, from `markets.yaml`; every value is text."""
    text = (files("recovery.simulate") / "markets.yaml").read_text(encoding="utf-8")
    content: dict[str, dict[str, Any]] = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - text only
    return content


class Registry:
    """Makes people, each with a number of their own."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def newcomer(self, country: str, chance: Random) -> Person:
        """Somebody from `country` who has never been here."""
        about, number = markets()[country], next(self._numbers)
        name, address = _name(about, chance)
        phone = _phone(country, number) if chance.random() < _WITH_PHONE else None
        sms = _drawn(_SMS_CONSENT, chance)
        return Person(
            country=country,
            id=None if chance.random() < _GUESTS else f"C{10_000 + number}",
            name=name,
            email=f"{address}.{number}@{chance.choice(_DOMAINS)}",
            phone=phone,
            timezone=chance.choice(about["zones"]),
            email_consent=_drawn(_EMAIL_CONSENT, chance),
            sms_consent=sms if phone else Consent.NONE,
        )


def _name(about: Mapping[str, Any], chance: Random) -> tuple[str, str]:
    """A name as its bearer writes it, and as the left side of an e-mail address."""
    given, family = chance.choice(list(about["given"])), chance.choice(list(about["family"]))
    parts = (_letters(given, about["given"]), _letters(family, about["family"]))
    if "family_first" in about:
        return f"{family}{about['family_first']}{given}", ".".join(parts)
    return f"{given} {family}", ".".join(parts)


def _letters(name: str, names: Sequence[str] | Mapping[str, str]) -> str:
    if isinstance(names, Mapping):
        return names[name]
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore")
    return plain.decode().lower().replace(" ", "")


def _phone(country: str, number: int) -> str | None:
    """The numbering plan's example of a mobile number, its last digits varied."""
    example = phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
    if example is None or example.national_number is None:
        return None
    varied = phonenumbers.PhoneNumber(
        country_code=example.country_code,
        national_number=example.national_number // 10_000 * 10_000 + number * 37 % 10_000,
    )
    if not phonenumbers.is_valid_number(varied):
        return None
    return str(phonenumbers.format_number(varied, PhoneNumberFormat.E164))


def _drawn(shares: Mapping[Consent, int], chance: Random) -> Consent:
    return chance.choices(list(shares), list(shares.values()))[0]
