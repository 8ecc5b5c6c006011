"""Cohorts: who entered in one week, and how many of them had converted after how many days."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, case, literal, select

from recovery.measure.evidence.gathering import People
from recovery.measure.evidence.grouping import grouped
from recovery.measure.evidence.spans import MICROSECONDS
from recovery.measure.evidence.units import enrolments
from recovery.measure.stats import Proportion

WEEKS = 12  # as many as are looked back
NEVER = 0  # the day of those who did not convert: days are counted from one
_DAY = 24 * 3600 * MICROSECONDS


class Side(NamedTuple):
    """The sequences of a segment together, or its hold-out."""

    campaign: str
    segment: str
    holdout: bool


@dataclass(slots=True)
class Cohort:
    """Units that entered in one week: its Monday, and the instants at which it begins and ends.

    `days` counts who converted within the first, second, … day of the own window, mature or not.
    """

    monday: date
    begins: datetime
    ends: datetime
    enrolled: int = 0
    mature: int = 0
    converted: int = 0  # of the mature ones
    days: Counter[int] = field(default_factory=Counter)

    @property
    def seen(self) -> Proportion:
        """Who converted, of those whose window is over."""
        return Proportion(self.converted, self.mature)

    def share(self, day: int, now: datetime) -> float | None:
        """Converted within so many days; None while the last who entered was watched for less."""
        if not self.enrolled or self.ends + timedelta(days=day) > now:
            return None
        return sum(count for at, count in self.days.items() if at <= day) / self.enrolled


def weeks(now: datetime, zone: ZoneInfo, many: int = WEEKS) -> list[tuple[date, datetime]]:
    """The Mondays of the last weeks, the current one last, and when they begin in `zone`; one more
    Monday stands at the end."""
    today = now.astimezone(zone).date()
    first = today - timedelta(days=today.weekday() + 7 * (many - 1))
    mondays = [first + timedelta(days=7 * number) for number in range(many + 1)]
    return [(on, datetime.combine(on, time(), zone).astimezone(UTC)) for on in mondays]


def cohorts(
    connection: Connection, people: People, zone: ZoneInfo
) -> dict[Side, tuple[Cohort, ...]]:
    """Each side's weeks in which somebody entered, the oldest first, in one SELECT."""
    begins = weeks(people.question.now, zone)
    found: dict[Side, dict[int, Cohort]] = {}
    for row in _counted(connection, people, begins):
        monday, start = begins[row.week]
        fresh = Cohort(monday, start, begins[row.week + 1][1])
        arm, _ = people.arms[row.arm]
        side = Side(arm.campaign, arm.segment, arm.holdout)
        cohort = found.setdefault(side, {}).setdefault(row.week, fresh)
        cohort.enrolled += row.n
        cohort.mature += row.n * row.mature
        if row.day != NEVER:
            cohort.converted += row.n * row.mature
            cohort.days[row.day] += row.n
    return {side: tuple(one[week] for week in sorted(one)) for side, one in found.items()}


def _counted(
    connection: Connection, people: People, begins: Sequence[tuple[date, datetime]]
) -> Iterable[Any]:
    e = enrolments.c
    edges = [
        (e.enrolled_at < literal(start, e.enrolled_at.type), place - 1)
        for place, (_, start) in enumerate(begins)
    ]
    counted = people.cut((case(*edges, else_=len(begins) - 1).label("week"),))
    u = counted.c
    # the instant at which a day ends still belongs to it
    day = case((u.converted == 0, NEVER), else_=(u.span + _DAY - 1) // _DAY).label("day")
    recent = select(u.arm, u.week, u.mature, day).where(u.unit == 1, u.week >= 0).subquery("recent")
    return grouped(connection, recent, [*recent.c], (literal(1).label("n"),))
