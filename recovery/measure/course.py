"""How a report came about: the lift at the end of each day, and what became of each week's cohort.

It is asked for apart from the report, since only the page shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from recovery.measure.comparing import compare
from recovery.measure.counts import Counts
from recovery.measure.designs import designs
from recovery.measure.evidence.cohorts import Cohort, Side, cohorts
from recovery.measure.evidence.gathering import Key, gathered
from recovery.measure.evidence.growth import growth
from recovery.measure.evidence.letters import Letters
from recovery.measure.evidence.tallies import Tally
from recovery.measure.evidence.units import Arm, Question
from recovery.measure.lift import Lift
from recovery.measure.survey import Segment, Survey

LOOKS = 90  # a picture needs no more: the days between are left out


@dataclass(frozen=True, slots=True)
class Look:
    """What was known of one sequence at the end of a day of UTC; at the last one, by now."""

    day: date
    lift: Lift

    @property
    def mature(self) -> int:
        """Customers of the sequence and its hold-out whose window was over."""
        return self.lift.treated.total + self.lift.control.total


@dataclass(frozen=True, slots=True)
class Course:
    """Looks by sequence, cohorts by side of a segment; weeks begin on Monday in `zone`."""

    zone: str = "UTC"
    looks: Mapping[Arm, tuple[Look, ...]] = field(default_factory=dict)
    cohorts: Mapping[Side, tuple[Cohort, ...]] = field(default_factory=dict)


NEVER = Course()  # of whom nobody asked


def course(connection: Connection, now: datetime, zone: str, campaign: str | None = None) -> Course:
    """Of one `campaign` or of all, as of `now`; the last look has the numbers of the report."""
    question = Question(now, campaign)
    with gathered(connection, question) as people:
        grown = growth(connection, people)
        weekly = cohorts(connection, people, ZoneInfo(zone))
    asked = _asked(connection, question, grown)
    looks: dict[Arm, tuple[Look, ...]] = {}
    for segment in sorted({arm[:2] for arm, _ in grown}):
        looks |= _looks(asked, segment, grown)
    return Course(zone, looks, weekly)


def _asked(
    connection: Connection, question: Question, grown: Mapping[Key, Mapping[date, Tally]]
) -> Survey:
    """A survey that knows people, and no money."""
    return Survey(
        question=question,
        orders={arm: Counts() for arm, _ in grown},
        repeats={},
        tallies={},
        purses={},
        bills={},
        letters=Letters(),
        credits={},
        reached={},
        designs=designs(connection, question.now),
        capped={},
    )


def _looks(
    asked: Survey, segment: Segment, grown: Mapping[Key, Mapping[date, Tally]]
) -> dict[Arm, tuple[Look, ...]]:
    mine = {key: days for key, days in grown.items() if key[0][:2] == segment}
    so_far = {key: Tally() for key in mine}
    found: dict[Arm, list[Look]] = {}
    ends = sorted({day for days in mine.values() for day, one in days.items() if one.mature})
    shown = set(_spread(ends))
    for day in ends:
        for key, days in mine.items():
            if day in days:
                so_far[key].add(days[day])
        if day in shown:
            known = compare(replace(asked, tallies=so_far), segment).lifts
            for name, lift in known.items():
                arm = Arm(*segment, name, holdout=False)
                found.setdefault(arm, []).append(Look(day, lift))
    return {arm: tuple(looks) for arm, looks in found.items()}


def _spread(days: list[date]) -> list[date]:
    """At most `LOOKS` of them, evenly, the last one among them."""
    every = max(1, -(-len(days) // LOOKS))
    return days[::-1][::every]
