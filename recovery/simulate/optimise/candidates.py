"""Candidates: every campaign that the limits allow, and some of them drawn by lot. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from math import prod

from recovery.campaign.durations import format_duration
from recovery.campaign.schema import Campaign, Step
from recovery.errors import UsageError
from recovery.i18n import say
from recovery.simulate.chance import Chance
from recovery.simulate.optimise.limits import NO_OFFER, Limits, Room


class Key(StrEnum):
    """What of a step is chosen."""

    AFTER = "after"
    CHANNEL = "channel"
    OFFER = "offer"
    KEPT = "kept"  # yes, or no: left out


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs from the file as it is written."""

    step: str
    key: Key
    value: str


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to be chosen, and what there is to choose from: the written value first, if it is
    among them."""

    step: str
    key: Key
    values: tuple[str, ...]


Candidate = tuple[Change, ...]  # what differs; nothing: as written
AS_WRITTEN: Candidate = ()


@dataclass(frozen=True)
class Space:
    """All candidates of one campaign."""

    campaign: Campaign
    limits: Limits

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """In the order of the file of limits. UsageError for a step that is nowhere."""
        return tuple(_questions(self.campaign, self.limits.steps))

    @property
    def size(self) -> int:
        """How many combinations there are."""
        return prod(len(one.values) for one in self.questions)

    def candidate(self, number: int) -> Candidate:
        """The number-th combination, from 0."""
        found = []
        for one in self.questions:
            number, choice = divmod(number, len(one.values))
            value = one.values[choice]
            if any(value != _written(step, one.key) for step in self.steps(one.step)):
                found.append(Change(one.step, one.key, value))
        gone = {change.step for change in found if change.key is Key.KEPT}
        return tuple(c for c in found if c.step not in gone or c.key is Key.KEPT)

    def draw(self, tries: int, seed: int) -> list[Candidate]:
        """Up to `tries` different candidates: all of them, or as many drawn by lot."""
        if self.size <= tries:
            return list(dict.fromkeys(map(self.candidate, range(self.size))))
        chance, found = Chance("candidates", seed), dict[Candidate, None]()
        for attempt in range(20 * tries):
            found[self.candidate(chance.whole(str(attempt), 0, self.size - 1))] = None
            if len(found) == tries:
                break
        return list(found)

    def steps(self, name: str) -> list[Step]:
        """The steps of this name, in all sequences."""
        return _steps(self.campaign, name)


def _steps(campaign: Campaign, name: str) -> list[Step]:
    return [step for steps in campaign.sequences.values() for step in steps if step.step == name]


def _questions(campaign: Campaign, rooms: Mapping[str, Room]) -> Iterator[Question]:
    for name, room in rooms.items():
        steps = _steps(campaign, name)
        if not steps:
            known = sorted({s.step for all_ in campaign.sequences.values() for s in all_})
            told = say(
                "no step of {campaign} is called {name}; there are {known}",
                campaign=campaign.campaign,
                name=repr(name),
                known=", ".join(known),
            )
            raise UsageError(told)
        choices: Sequence[tuple[Key, tuple[str, ...] | None]] = (
            (Key.KEPT, ("yes", "no") if room.leave_out else None),
            (Key.AFTER, room.after),
            (Key.CHANNEL, room.channel),
            (Key.OFFER, room.offer),
        )
        for key, values in choices:
            if values:
                yield Question(name, key, tuple(dict.fromkeys(values)))


def _written(step: Step, key: Key) -> str:
    """What the file says."""
    return {
        Key.AFTER: format_duration(step.after),
        Key.CHANNEL: step.channel.value,
        Key.OFFER: step.offer or NO_OFFER,
        Key.KEPT: "yes",
    }[key]
