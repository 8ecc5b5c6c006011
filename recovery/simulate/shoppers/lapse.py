"""A lapse: an order that was not paid at once, and how it ends if nobody says a word. Pure.

Everything about it is drawn from its own chance, so it is the same shopper in every simulation of
the seed: what differs between two campaigns, they caused.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import exp

from recovery.facts import OrderSnapshot
from recovery.simulate.chance import Chance
from recovery.simulate.people import Person
from recovery.simulate.scenarios.schema import Cause, Crowd


@dataclass(frozen=True)
class Temper:
    """What one customer is like, whatever they buy."""

    responsive: float  # what a message does to them, against everybody: 1 on the average
    thrifty: float  # what an offer does
    office: bool  # cannot shop during working hours

    @classmethod
    def of(cls, chance: Chance, crowd: Crowd) -> "Temper":
        """Somebody of this crowd."""
        return cls(
            responsive=_around_one(chance, "responsive", crowd.responsive),
            thrifty=_around_one(chance, "thrifty", crowd.thrifty),
            office=chance.happens("office", crowd.office),
        )


@dataclass(frozen=True)
class Lapse:
    """One unpaid order. `order` is what the shop knows of it first."""

    order: OrderSnapshot
    person: Person
    temper: Temper
    name: str  # of the cause
    cause: Cause
    begun: datetime
    chance: Chance
    # Would have been paid at once, had no coupon ever taught this customer to wait.
    taught: bool = False

    @cached_property
    def ends(self) -> datetime:
        """Until when the shop keeps the order."""
        return self.begun + self.cause.kept

    @cached_property
    def pays_at(self) -> datetime | None:
        """When it is paid without a word from us; None: it is not."""
        if not self.chance.happens("pays", self.cause.pays):
            return None
        after = self.chance.wait("after", self.cause.after.median, self.cause.after.spread)
        at = self.begun + max(after, timedelta(minutes=1))
        return at if at < self.ends else None

    @cached_property
    def cancels_at(self) -> datetime | None:
        """When it is called off without a word from us; None: it is left to end."""
        if self.pays_at is not None or not self.chance.happens("cancels", self.cause.cancels):
            return None
        return self.begun + self.cause.kept * self.chance.between("cancelled", 0.05, 0.9)

    @property
    def silent_at(self) -> datetime | None:
        """When it would be paid in a world in which this shop never writes to anybody."""
        return self.begun if self.taught else self.pays_at


def _around_one(chance: Chance, name: str, spread: float) -> float:
    """Log-normal with a mean of one."""
    return exp(spread * chance.normal(name) - spread * spread / 2)
