"""How orders come back over time: the recovery curve of an arm, and what each stage adds. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from recovery.measure.designs import Planned
from recovery.measure.evidence.letters import Stage
from recovery.measure.evidence.spans import MICROSECONDS
from recovery.measure.evidence.tallies import Curve, Tally
from recovery.measure.evidence.units import Arm
from recovery.measure.stats import Proportion, at_risk, cumulative_recovery
from recovery.measure.survey import Survey

HOUR = 3600 * MICROSECONDS
MARKS = (1, 6, 24, 48, 72, 168)  # hours at which the curve is told


@dataclass(frozen=True, slots=True)
class Point:
    """Share converted by so many hours, with its interval, and how many are still watched then."""

    hours: float
    share: float
    low: float
    high: float
    at_risk: int


@dataclass(frozen=True, slots=True)
class Recovery:
    """The curve of an arm, and the mean hours unpaid within the window (restricted mean)."""

    points: tuple[Point, ...]
    unpaid_hours: float


@dataclass(frozen=True, slots=True)
class Hazard:
    """Of those still unpaid when a step was due, who converted before the next one was; and of the
    hold-out over the same hours. After the first stage the two are no longer alike by lot."""

    step: str
    channel: str
    after: timedelta
    reach: Stage
    treated: Proportion
    control: Proportion | None


def recovery(curve: Curve, horizon: float, steps: int = 0) -> Recovery | None:
    """The curve until `horizon` hours, at the usual marks or at `steps` even ones."""
    times = counted(curve)
    if not times:
        return None
    found = cumulative_recovery(times, horizon=horizon)
    marks = [horizon * n / steps for n in range(1, steps + 1)] if steps else _marks(horizon)
    points = []
    for hours in marks:
        low, high = found.ci95_loglog.at(hours)
        points.append(Point(hours, found.F.at(hours), low, high, at_risk(times, at=hours)))
    return Recovery(tuple(points), found.rmst_h)


def counted(curve: Curve) -> dict[float, tuple[int, int]]:
    """Hours → how many converted, and how many were last watched then. A minute's people are put
    at its mean, so that a lonely one keeps its instant."""
    found: dict[float, tuple[int, int]] = {}
    for minute, count in curve.paid.items():
        hours = curve.paid_spans[minute] / count / HOUR
        paid, seen = found.get(hours, (0, 0))
        found[hours] = (paid + count, seen)
    for minute, count in curve.waiting.items():
        hours = curve.waiting_spans[minute] / count / HOUR
        paid, seen = found.get(hours, (0, 0))
        found[hours] = (paid, seen + count)
    return found


def hazards(survey: Survey, arm: Arm, control: Arm) -> tuple[Hazard, ...]:
    """Every step of a sequence as its newest readable version has it, in order."""
    versions = [v for one, v in survey.tallies if one == arm and _steps(survey, arm, v)]
    if not versions:
        return ()
    newest = _steps(survey, arm, max(versions))
    return tuple(_hazard(survey, arm, control, versions, step) for step in newest)


def _hazard(
    survey: Survey, arm: Arm, control: Arm, versions: Iterable[int], step: Planned
) -> Hazard:
    sums = [[0, 0], [0, 0]]
    for version in versions:
        plan = _steps(survey, arm, version)
        begin = next((one.after for one in plan if one.step == step.step), None)
        if begin is None:
            continue
        end = min((one.after for one in plan if one.after > begin), default=None)
        for total, one in zip(sums, (arm, control), strict=True):
            if tally := survey.tallies.get((one, version)):
                before, until = _by(tally, begin), _by(tally, end)
                total[0] += until - before
                total[1] += tally.mature - before
    held = Proportion(*sums[1]) if control in survey.orders else None
    reach = survey.letters.stages.get((arm, step.step), Stage(channel=step.channel.value))
    return Hazard(step.step, step.channel.value, step.after, reach, Proportion(*sums[0]), held)


def _steps(survey: Survey, arm: Arm, version: int) -> Sequence[Planned]:
    design = survey.designs.by_version.get(version)
    return design.sequences.get(str(arm.sequence), ()) if design else ()


def _by(tally: Tally, after: timedelta | None) -> int:
    return tally.converted if after is None else tally.converted_by(after // timedelta(minutes=1))


def _marks(horizon: float) -> list[float]:
    return [*(float(hours) for hours in MARKS if hours < horizon), horizon]
