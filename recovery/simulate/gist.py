"""The gist of a simulation: what is kept of it where many are played. It is small, knows nothing of
the engine, and can come from another process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from recovery.message import Channel
from recovery.money import Money
from recovery.simulate.play import Ask, Played
from recovery.simulate.scenarios.schema import Scenario
from recovery.simulate.truth import Fate, Toll


class Outcome(NamedTuple):
    """One order that was not paid at once; money and annoyance in points of the scenario."""

    person: str
    paid: bool  # in the end, by itself or not
    net: float  # more than in a world without messages
    annoyance: float  # what opt-outs, complaints, calls and breaches take off


class Place(NamedTuple):
    """Where it was played. Only what was played in one place may be compared."""

    scenario: str
    orders: int
    days: int
    seed: int

    @classmethod
    def of(cls, ask: Ask) -> "Place":
        """The place of a question."""
        return cls(ask.scenario.scenario, ask.orders, ask.days, ask.seed)


@dataclass(frozen=True, slots=True)
class Gist:
    """One simulation. Of a hidden scenario there are no `outcomes`."""

    place: Place
    payload: Mapping[str, Any]  # as `recovery simulate --json` has it
    outcomes: Mapping[str, Outcome]  # by order

    @property
    def hidden(self) -> bool:
        """Whether it has no score that may be told."""
        return self.payload["score"]["points"] is None

    @property
    def points(self) -> float:
        """The score; only of a scenario that is not hidden."""
        return float(self.payload["score"]["points"])

    @classmethod
    def of(cls, played: Played) -> "Gist":
        """What is worth keeping of `played`."""
        verdict = played.verdict()
        known = {} if verdict.hidden else outcomes(played)
        return cls(Place.of(played.ask), verdict.payload(), known)


def outcomes(played: Played) -> Mapping[str, Outcome]:
    """What came of each order that was not paid at once. What strangers took off with a code that
    got out stands as one customer a currency, so that all of them come to the score."""
    scenario = played.ask.scenario
    leaks = {
        f"leak {currency}": Outcome(
            f"leak {currency}", True, -_points(minor, currency, scenario), 0.0
        )
        for currency, minor in sorted(played.truth.leaked.items())
    }
    return leaks | {
        order: Outcome(
            fate.person,
            fate.paid_at is not None or fate.pending,
            _earned(fate, scenario) - _billed(fate, played),
            _annoyed(fate, scenario),
        )
        for order, fate in played.truth.fates.items()
    }


def _points(minor: int, currency: str, scenario: Scenario) -> float:
    return float(Money(minor, currency).major * scenario.points.get(currency, 0))


def _earned(fate: Fate, scenario: Scenario) -> float:
    """At list price, less what a code took off; nothing of an order that is sent back."""
    if fate.refunds:
        return 0.0
    minor = fate.amount.minor * (fate.caused - fate.cost) - fate.given
    return _points(minor, fate.amount.currency, scenario)


def _billed(fate: Fate, played: Played) -> float:
    """What the messages about it cost."""
    total, rates = 0.0, played.ask.scenario.points
    for channel, toll in ((Channel.EMAIL, Toll.EMAILS), (Channel.SMS, Toll.SMS_PARTS)):
        count = fate.toll[toll]
        price = played.costs.of(channel, fate.country) if count else None
        if price is not None:
            total += count * float(price.each) * float(rates.get(price.currency, 0))
    return total


def _annoyed(fate: Fate, scenario: Scenario) -> float:
    """As the score has it."""
    off = scenario.penalties
    return float(
        off.opt_out * fate.toll[Toll.OPT_OUTS]
        + off.complaint * fate.toll[Toll.COMPLAINTS]
        + off.after_payment * fate.toll[Toll.AFTER_PAYMENT]
        + off.call * fate.toll[Toll.CALLS]
        + off.breach * fate.toll[Toll.BREACHES]
    )
