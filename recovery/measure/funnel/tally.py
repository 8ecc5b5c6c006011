"""How far orders came: counts of orders and sums of money by stage, of one currency. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum


class Stage(StrEnum):
    """How far an order came, in this order."""

    PLACED = "placed"
    ATTEMPTED = "attempted"
    FAILED = "failed"
    CONTACTED = "contacted"
    CLICKED = "clicked"
    PAID = "paid"
    REFUNDED = "refunded"


STOPS = tuple(Stage)[:5]  # where an order that is not paid can have stopped
# What is known of one order; the stages follow from it.
FACTS = ("failed", "awaiting", "contacted", "clicked", "paid", "refunded", "replaced")


@dataclass(slots=True)
class Tally:
    """Orders by stage, pairs of stages, and money in minor units of one currency."""

    placed: int = 0
    attempted: int = 0
    failed: int = 0
    contacted: int = 0
    clicked: int = 0
    paid: int = 0
    refunded: int = 0
    failed_contacted: int = 0
    clicked_paid: int = 0
    failed_paid: int = 0
    replaced: int = 0  # not paid, and a later order of the customer was
    placed_minor: int = 0
    paid_minor: int = 0
    refunded_minor: int = 0
    replaced_minor: int = 0
    # not paid and not replaced, by the stage where they stopped
    lost_at_placed: int = 0
    lost_at_attempted: int = 0
    lost_at_failed: int = 0
    lost_at_contacted: int = 0
    lost_at_clicked: int = 0

    def add(self, other: "Tally") -> None:
        """Count the orders of `other` here, too."""
        for name in NAMES:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def take(self, known: Mapping[str, bool], orders: int, minor: int) -> None:
        """Count `orders` worth `minor` of which the same FACTS are known."""
        failed, paid, clicked = known["failed"], known["paid"], known["clicked"]
        reached = {**known, "placed": True, "attempted": failed or paid or known["awaiting"]}
        told = {stage.value: reached[stage] for stage in Stage}
        pairs = {
            "failed_contacted": failed and known["contacted"],
            "clicked_paid": clicked and paid,
            "failed_paid": failed and paid,
        }
        for name, holds in (told | pairs | {"replaced": known["replaced"]}).items():
            setattr(self, name, getattr(self, name) + orders * holds)
        for name in ("placed", "paid", "refunded", "replaced"):
            money = f"{name}_minor"
            setattr(self, money, getattr(self, money) + minor * reached[name])
        if not paid and not known["replaced"]:
            last = next(stage for stage in reversed(STOPS) if reached[stage])
            setattr(self, f"lost_at_{last}", self.lost_at(last) + minor)

    @property
    def lost_minor(self) -> int:
        """What is still not paid."""
        return sum(self.lost_at(stage) for stage in STOPS)

    @property
    def unfailing(self) -> int:
        """Orders that were paid without ever failing: a feed without any tells half the story."""
        return self.paid - self.failed_paid

    def lost_at(self, stage: Stage) -> int:
        """What stopped at `stage`, one of STOPS."""
        return int(getattr(self, f"lost_at_{stage}"))


NAMES = tuple(field.name for field in fields(Tally))
