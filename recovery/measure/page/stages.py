"""Picture: how far the messages of each step came, and who paid before the next one. Pure."""

from dataclasses import dataclass

from recovery.measure.journey import Hazard
from recovery.measure.page.axis import Axis
from recovery.measure.report import Row
from recovery.measure.stats import Interval, Proportion, wilson

LEVELS = ("planned", "sent", "delivered", "clicked")


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `control` is the hold-out over the same hours, None beside an alarm."""

    hazard: Hazard
    control: Proportion | None

    @property
    def levels(self) -> list[tuple[str, int]]:
        """How many touches came how far. A task is not delivered, and nobody clicks on it; a
        provider that tells of no delivery leaves that out."""
        reach = self.hazard.reach
        told = [(level, getattr(reach, level)) for level in LEVELS]
        return [(level, n) for level, n in told if n or level in LEVELS[:2]]

    @property
    def sides(self) -> list[tuple[str, Proportion, Interval]]:
        """Who converted of those still unpaid, the sequence first; nobody has no rate."""
        told = (("treated", self.hazard.treated), ("control", self.control))
        return [
            (side, seen, wilson(seen.count, seen.total).interval)
            for side, seen in told
            if seen is not None and seen.total
        ]


@dataclass(frozen=True, slots=True)
class Stages:
    """The steps of one sequence on one scale of touches and one of rates."""

    steps: tuple[Step, ...]
    touches: Axis
    rates: Axis


def stages(row: Row, *, alone: bool) -> Stages | None:
    """None for a sequence whose steps nobody can read any more."""
    steps = tuple(Step(one, None if alone else one.control) for one in row.stages)
    if not steps:
        return None
    planned = max(step.hazard.reach.planned for step in steps)
    ends = [end for step in steps for *_, one in step.sides for end in (one.low, one.high)]
    return Stages(steps, Axis(0.0, max(planned, 1), max(planned, 1)), Axis.over(ends))
