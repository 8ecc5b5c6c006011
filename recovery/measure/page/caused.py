"""Picture: what the messages caused, beside what they are credited with. Pure."""

from dataclasses import dataclass

from recovery.measure.evidence.credit import Rule
from recovery.measure.page.axis import Axis
from recovery.measure.page.views import lift_is_shown
from recovery.measure.report import Row
from recovery.measure.stats import Interval


@dataclass(frozen=True, slots=True)
class Strip:
    """One bar: `count` customers, and those who paid anyway, or whom nobody is credited with."""

    key: str
    count: float
    whole: int
    interval: Interval | None = None

    @property
    def organic(self) -> tuple[float, float]:
        """Where the hatched part begins and ends."""
        return max(0.0, min(self.count, self.whole)), float(self.whole)


@dataclass(frozen=True, slots=True)
class Causes:
    """Bars on one scale of customers. The first one counts those who paid anything in time; the
    others, the recovered orders, by the rules of attribution. No `caused` before a verdict."""

    axis: Axis
    caused: Strip | None
    credited: tuple[Strip, ...]


def causes(row: Row) -> Causes:
    """The bars of one sequence."""
    people, lift = row.people, row.lift
    credited = tuple(
        Strip(rule.value, sum(row.credits.get(rule, {}).values()), people.recovered)
        for rule in Rule
    )
    caused = None
    if lift_is_shown(row) and lift is not None:
        caused = Strip(
            "caused", lift.incremental or 0.0, people.converted, lift.incremental_interval
        )
    ends = [float(people.converted), float(people.recovered)]
    if caused is not None and caused.interval is not None:
        ends += [caused.interval.low, caused.interval.high]
    return Causes(Axis.over(ends, least=1.0), caused, credited)
