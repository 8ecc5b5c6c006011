"""Who shops here: made-up customers of many markets, with addresses that reach nobody."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from recovery.facts import Consent
from recovery.simulate.chance import Chance

if TYPE_CHECKING:
    from recovery.simulate.scenarios.schema import Crowd

# Reserved by RFC 2606: a message that escaped would reach nobody.
_DOMAINS = ("example.com", "example.org", "example.net")


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


@cache
def markets() -> Mapping[str, Mapping[str, Any]]:
    """The markets by country, from `markets.yaml`; every value is text."""
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


def _letters(name: str, names: Sequence[str] | Mapping[str, str]) -> str:
    if isinstance(names, Mapping):
        return names[name]
    spelt = name.translate({ord("ß"): "ss", ord("đ"): "d", ord("Đ"): "D"})
    plain = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore")
    return plain.decode().lower().replace(" ", "")
