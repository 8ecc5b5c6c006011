"""The rules of one market as the engine asks for them: windows, consent, limits, labels, links."""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from recovery.facts import Consent
from recovery.markets.hours import Window
from recovery.markets.overrides import Change, applied, changes
from recovery.markets.schema import Hours, OwnFile, Region, RegionFile, RuleFile, Words
from recovery.message import Channel, MessageClass

OF_ALL_OTHERS = "ZZ"  # the file for countries that have none
_FOR_PEOPLE = ("status", "source", "note", "prices", "notes")
_VERSION_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Note:
    """A legal note for people; never legal advice."""

    about: str  # consent.email_service, hours.call, prices …
    text: str
    status: str  # how sure we are: see Status
    source: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class MarketRules:
    """What holds for a customer in `country`: the shipped facts, a merchant's own over them."""

    country: str
    shipped: RuleFile
    regions: RegionFile | None = None
    own: OwnFile | None = None
    unreadable: bool = False  # the merchant's own file is wrong: nothing may be sent by guess

    @cached_property
    def facts(self) -> RuleFile:
        """Every fact as it holds: with the merchant's values."""
        return applied(self.shipped, self.own) if self.own else self.shipped

    @property
    def known(self) -> bool:
        """Whether the country has a file of its own."""
        return self.shipped.market != OF_ALL_OTHERS

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What the merchant has changed."""
        return tuple(changes(self.shipped, self.own)) if self.own else ()

    @cached_property
    def version(self) -> str:
        """Such as `DE-1f0c22ab`: another one whenever a value differs, whatever the notes say."""
        regions = self.regions.model_dump(mode="json") if self.regions else None
        plain = _values([self.facts.model_dump(mode="json"), regions])
        text = json.dumps(plain, sort_keys=True, ensure_ascii=False)
        digest = hashlib.sha256(text.encode()).hexdigest()
        whose = self.own.market if self.own else self.shipped.market
        return f"{whose}-{digest[:_VERSION_LENGTH]}"

    def consent(self, channel: Channel, message_class: MessageClass) -> Consent:
        """The least consent on `channel`, e-mail or SMS, that admits a message of this class."""
        return Consent(getattr(self.facts.consent, f"{channel}_{message_class}").value)

    def window(
        self, channel: Channel, message_class: MessageClass, region: str | None = None
    ) -> Window | None:
        """When a message may arrive; None: at any hour. Tasks have no window, see `call_hours`.

        In a country with regions, an unknown one gets the country's hours: what all of its
        regions have in common.
        """
        if channel is Channel.TASK:
            return None
        key = (channel, message_class, region)
        if key not in self._windows:
            self._windows[key] = self._window(f"{channel}_{message_class}", region)
        return self._windows[key]

    @property
    def call_hours(self) -> Window:
        """When a person may call."""
        return self._made(self.facts.hours.call.value, None)

    @property
    def service_messages(self) -> int:
        """How many service messages one order may get without consent to marketing."""
        return self.facts.limits.service_messages.value

    @property
    def sms_per_order(self) -> int:
        """How many SMS one order may get."""
        return self.facts.limits.sms.value

    @property
    def sms_links(self) -> bool:
        """Whether an SMS may carry a link."""
        return self.facts.sms.links.value == "yes"

    @property
    def names_as_sender(self) -> bool:
        """Whether an SMS may come from a name in place of a number."""
        return self.facts.sms.alphanumeric_sender.value == "yes"

    def labels(self, channel: Channel, message_class: MessageClass) -> str:
        """What the text (an e-mail: its subject) has to begin with; empty when nothing."""
        fact = getattr(self.facts.labels, f"{channel}_{message_class}", None)
        return fact.value if fact else ""

    def time_zones(self, region: str | None) -> tuple[str, ...]:
        """The zones of a region we know something of, that of most people first; else none."""
        found = self._region(region)
        return tuple(found.time_zones) if found else ()

    def notes(self, lang: str = "en") -> list[Note]:
        """What a person should know before sending there, in English or Chinese."""
        told = [_note(road, fact.note, fact, lang) for road, fact in self.listed() if fact.note]
        for about in ("prices", "notes"):
            told += [_note(about, fact.value, fact, lang) for fact in getattr(self.facts, about)]
        return told

    def listed(self) -> list[tuple[str, Any]]:
        """Every fact that the engine goes by, with its road such as `hours.call`."""
        found: list[tuple[str, Any]] = []
        for section in ("place", "consent", "hours", "limits", "sms", "labels"):
            content = getattr(self.facts, section)
            for name in type(content).model_fields if content else ():
                if (fact := getattr(content, name)) is not None:
                    found.append((f"{section}.{name}", fact))
        return [*found, ("footer", self.facts.footer)]

    def of_country(self, country: str) -> "MarketRules":
        """The same rules for another country: its holidays are its own."""
        return replace(self, country=country)

    @cached_property
    def _windows(self) -> dict[tuple[Channel, MessageClass, str | None], Window | None]:
        return {}

    def _window(self, name: str, region: str | None) -> Window | None:
        fact = getattr(self.facts.hours, name)
        mine = not any(change.road == f"hours.{name}" for change in self.changes)
        if self.regions and name == "sms_marketing" and mine and (found := self._region(region)):
            fact = found.sms_marketing or self.regions.else_.sms_marketing
        return self._made(fact.value, region) if fact else None

    def _region(self, region: str | None) -> Region | None:
        return self.regions.regions.get(region) if self.regions and region else None

    def _made(self, hours: Hours, region: str | None) -> Window:
        place = f"{self.country}-{region}" if region else self.country
        return Window(hours.week, place if hours.holidays == "skip" else None)


def _values(given: Any) -> Any:
    """A dump without what is only for people."""
    if isinstance(given, dict):
        return {key: _values(value) for key, value in given.items() if key not in _FOR_PEOPLE}
    return [_values(one) for one in given] if isinstance(given, list) else given


def _note(about: str, words: Words, fact: Any, lang: str) -> Note:
    return Note(about, words.in_(lang), fact.status.value, tuple(fact.source))
