"""Pictures over time: the recovery curve of each arm, and the lift as evidence grew. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from recovery.campaign.experiments import Rule
from recovery.measure.course import Look
from recovery.measure.journey import Point, Recovery, counted, recovery
from recovery.measure.page.axis import Axis, path
from recovery.measure.page.views import SegmentView, lift_is_shown
from recovery.measure.report import Row
from recovery.measure.stats import Interval, at_risk

STEPS = 56  # a week in steps of three hours
DAY = 24.0
_FAR = 3  # a plan further away than so many times what has matured does not fit the picture
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One arm: its path and band in a picture of 100 × 100, and how many were still watched at each
    tick. `touches` are steps and the hours at which they are due."""

    row: Row
    curve: Recovery
    path: str
    band: str
    risk: tuple[int, ...]
    touches: tuple[tuple[str, float], ...]

    @property
    def end(self) -> Point:
        """The end of the window."""
        return self.curve.points[-1]


@dataclass(frozen=True, slots=True)
class Curves:
    """All arms of a segment; x in hours, y in shares."""

    x: Axis
    y: Axis
    lines: tuple[Line, ...]


def curves(view: SegmentView) -> Curves | None:
    """The recovery curves of a segment; None while nobody was watched."""
    window = next((row.window for row in view.rows if row.window), None)
    if window is None:
        return None
    horizon = window / _HOUR
    x = Axis.until(horizon, DAY if horizon >= 2 * DAY else 1.0)
    found = [(row, recovery(row.people.curve, horizon, STEPS)) for row in view.arms]
    drawn = [(row, curve) for row, curve in found if curve is not None]
    if not drawn:
        return None
    y = Axis.over(point.high for _, curve in drawn for point in curve.points)
    return Curves(x, y, tuple(_line(row, curve, x, y) for row, curve in drawn))


def _line(row: Row, curve: Recovery, x: Axis, y: Axis) -> Line:
    points, times = curve.points, counted(row.people.curve)
    low = [(0.0, 0.0), *((one.hours, one.low) for one in points)]
    high = [(0.0, 0.0), *((one.hours, one.high) for one in points)]
    return Line(
        row,
        curve,
        path(x, y, [(0.0, 0.0), *((one.hours, one.share) for one in points)]),
        path(x, y, [*low, *reversed(high)]),
        tuple(at_risk(times, at=tick) for tick in x.ticks),
        tuple((stage.step, stage.after / _HOUR) for stage in row.stages),
    )


@dataclass(frozen=True, slots=True)
class Grown:
    """The interval of a lift against the customers it stands on: `points` are those at which a
    verdict was allowed, `collecting` is how far it was not."""

    x: Axis
    y: Axis
    points: tuple[Look, ...]
    collecting: int
    planned: int

    @property
    def band(self) -> str:
        """The interval."""
        low = [(one.mature, _interval(one).low) for one in self.points]
        high = [(one.mature, _interval(one).high) for one in self.points]
        return path(self.x, self.y, [*low, *reversed(high)])

    @property
    def line(self) -> str:
        """The lift itself."""
        return path(self.x, self.y, [(one.mature, one.lift.absolute or 0.0) for one in self.points])

    @property
    def shows_plan(self) -> bool:
        """Whether the planned number lies inside the picture."""
        return self.planned <= self.x.high


def grown(view: SegmentView, row: Row) -> Grown | None:
    """How one lift came about; None before its first verdict."""
    if not lift_is_shown(row):
        return None
    looks = view.looks(row)
    points = tuple(one for one in looks if one.lift.enough_data and one.lift.interval)
    if not points:
        return None
    last, planned = points[-1].mature, row.decision.customers
    far = planned > _FAR * last or row.decision.rule is Rule.FIXED
    spans = [_interval(one) for one in points]
    ends = [max(-1.0, min(1.0, end)) for one in spans for end in (one.low, one.high)]
    return Grown(
        x=Axis.until(max(last, last if far else planned) * 1.04),
        y=Axis.over(ends),
        points=points,
        collecting=points[0].mature if points[0] is not looks[0] else 0,
        planned=planned,
    )


def _interval(look: Look) -> Interval:
    return look.lift.interval or Interval(0.0, 0.0)
