"""Counting a replay: by sequence and hold-out, messages, cost, offers, and who got nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from recovery.measure.costs import Costs
from recovery.message import Channel
from recovery.money import Money
from recovery.simulate.replay.letters import Letter


class Group(NamedTuple):
    """One sequence of a segment, or those held out of it."""

    campaign: str
    segment: str
    sequence: str | None  # None: the hold-out
    holdout: bool


@dataclass(slots=True)
class Count:
    """What happened to the orders of one group. What they paid, they paid by themselves."""

    enrolled: int = 0
    written_to: int = 0  # orders that got at least one message
    messages: Counter[str] = field(default_factory=Counter)  # by channel
    parts: Counter[tuple[str, str]] = field(default_factory=Counter)  # channel, country: billed
    skipped: Counter[str] = field(default_factory=Counter)  # steps, by the reason
    cancelled: Counter[str] = field(default_factory=Counter)
    put_off: Counter[str] = field(default_factory=Counter)
    steps: Counter[tuple[str, str]] = field(default_factory=Counter)  # step, channel: sent
    offers: Counter[str] = field(default_factory=Counter)
    nothing: Counter[str] = field(default_factory=Counter)  # orders without any, by the reason
    paid_first: int = 0  # orders paid before their first message
    paid_after: int = 0  # orders paid after a message; they paid anyway
    unheard: int = 0  # messages later than the files know of

    @property
    def segments(self) -> int:
        """Parts of SMS."""
        return sum(count for (channel, _), count in self.parts.items() if channel == Channel.SMS)

    def cost(self, costs: Costs) -> list[Money]:
        """What the messages would have cost, each currency rounded once."""
        return cost_of(self.parts, costs)


def cost_of(parts: Counter[tuple[str, str]], costs: Costs) -> list[Money]:
    """The bill for parts by channel and country; channels without a price are not in it."""
    found: dict[str, Money] = {}
    for (channel, country), count in sorted(parts.items()):
        price = costs.of(Channel(channel), country)
        if price is not None:
            money = price.times(count)
            found[money.currency] = found.get(money.currency, Money(0, money.currency)) + money
    return [found[currency] for currency in sorted(found)]


def tally(
    letters: Iterable[Letter],
    told_until: datetime,
    note: Callable[[Letter], None] = lambda letter: None,
) -> dict[Group, Count]:
    """Count `letters`, those of one enrolment together; `note` sees each of them."""
    found: dict[Group, Count] = {}
    for _, theirs in groupby(letters, attrgetter("enrolment")):
        steps = list(_noted(theirs, note))
        first = steps[0]
        group = Group(
            first.campaign,
            first.segment,
            None if first.holdout else first.sequence,
            first.holdout,
        )
        _add(found.setdefault(group, Count()), steps, told_until)
    return dict(sorted(found.items(), key=lambda pair: (*pair[0][:2], pair[0].sequence or "~")))


def _noted(letters: Iterable[Letter], note: Callable[[Letter], None]) -> Iterator[Letter]:
    for letter in letters:
        note(letter)
        yield letter


def _add(count: Count, steps: list[Letter], told_until: datetime) -> None:
    count.enrolled += 1
    sent = [one for one in steps if one.sent]
    for one in steps:
        count.put_off.update(one.put_off)
        if one.outcome in ("skipped", "cancelled"):
            getattr(count, one.outcome)[one.reason or one.outcome] += 1
    for one in sent:
        count.messages[one.channel] += 1
        count.steps[one.step, one.channel] += 1
        count.unheard += one.at > told_until
        if one.channel != Channel.TASK:
            count.parts[one.channel, one.country] += one.segments
        if one.offer is not None:
            count.offers[one.offer] += 1
    if sent:
        count.written_to += 1
        count.paid_after += any(one.paid_after is not None for one in sent)
    elif not steps[0].holdout:
        count.nothing[_why(steps)] += 1
        paid_at = steps[0].paid_at
        count.paid_first += paid_at is not None and any(one.reason == "paid" for one in steps)


def _why(steps: list[Letter]) -> str:
    """Why an order got nothing: what stood in the way of its first step counts."""
    return next((one.reason for one in steps if one.reason is not None), "waiting")
