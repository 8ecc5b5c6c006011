"""Who shops here: made-up customers of many markets, with addresses that reach nobody."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

import phonenumbers
import yaml
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from recovery.facts import Consent
from recovery.simulate.chance import Chance

if TYPE_CHECKING:
    from recovery.simulate.scenarios.schema import Crowd

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
    region: str | None = None  # such as NY, where a country's parts have rules of their own

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


@dataclass(frozen=True, slots=True)
class _Home:
    """Where people of one market come from."""

    given: tuple[tuple[str, str], ...]  # as it is written, and as the letters of an address
    family: tuple[tuple[str, str], ...]
    family_first: str | None  # what stands between, where the family's name comes first
    places: tuple[tuple[str, str | None, str], ...]  # time zone, region, pattern of a phone number


def newcomer(country: str, number: int, chance: Chance, crowd: "Crowd") -> Person:
    """Somebody of `crowd` who lives in `country` and has never been here: the same person for the
    same chance. `number` tells people apart; it makes their address and phone their own.

    KeyError for a country that `markets.yaml` has not.
    """
    home = _home(country)
    given, written = chance.one_of("given", home.given)
    family, name = chance.one_of("family", home.family)
    zone, region, mobile = chance.one_of("place", home.places)
    phone = _dialled(mobile, number) if chance.happens("phone", crowd.phone) else None
    sms = chance.by_weight("SMS", crowd.sms_consent) if phone else Consent.NONE
    last = home.family_first is None
    return Person(
        country=country,
        id=None if chance.happens("guest", crowd.guests) else f"C{10_000 + number}",
        name=f"{given} {family}" if last else f"{family}{home.family_first}{given}",
        email=f"{written}.{name}.{number}@{chance.one_of('domain', _DOMAINS)}",
        phone=phone,
        timezone=zone,
        email_consent=chance.by_weight("e-mail", crowd.email_consent),
        sms_consent=sms,
        region=region,
    )


@cache
def _home(country: str) -> _Home:
    about = markets()[country]
    zones = about["zones"]
    regions = about.get("regions") or [None] * len(zones)
    given, family = (
        tuple((name, _letters(name, about[kind])) for name in about[kind])
        for kind in ("given", "family")
    )
    places = tuple(zip(zones, regions, about["mobile"], strict=True))
    return _Home(given, family, about.get("family_first"), places)


def _dialled(pattern: str, number: int) -> str:
    """The number-th phone of a pattern such as `+6591xxxxxx`; neighbours look nothing alike."""
    free = pattern.count("x")
    return pattern.rstrip("x") + f"{number * 7919 % 10**free:0{free}}"  # a prime: none comes twice


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
    spelt = name.translate({ord("ß"): "ss", ord("đ"): "d", ord("Đ"): "D"})
    plain = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore")
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
