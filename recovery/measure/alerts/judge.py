"""What is cried about, and what could not be judged: one look, few false alarms. Pure.

Of everything that is looked at in one call the p-values are made larger together (Holm), so that
the chance of any false alarm stays below `error`, however many markets, methods and sequences
there are. What is real and small is left alone, however sure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from recovery.measure import stats
from recovery.measure.alerts.chance import at_least, rise
from recovery.measure.alerts.series import Cell, Kind, Series, Subject
from recovery.settings import AlertSettings

POINT = 0.01  # a rate has to move by this much, too: one of a hundred
SILENT_BELOW = 20.0  # orders a period, on average: of fewer, none may be chance


class Level(StrEnum):
    """How bad it is."""

    WARNING = "warning"
    ALARM = "alarm"


class Why(StrEnum):
    """Why something could not be judged."""

    FEW = "few"  # too few in the last period
    NO_USUAL = "no_usual"  # too few before it
    HALF = "half"  # the feed tells only of orders that fail


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a person has to look at. Counts alone where nothing is compared."""

    kind: Kind
    subject: Subject
    level: Level
    last: Cell
    usual: Cell | None = None
    difference: stats.Difference | None = None  # of the two rates, last minus usual
    p: float | None = None  # as made larger by Holm
    limit: float | None = None  # a rate, or a count
    detail: str | None = None
    since: datetime | None = None
    context: str | None = None
    beside: tuple[Cell, Cell] | None = None  # its hold-out, last and usual


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Something that nobody can say anything about today."""

    kind: Kind
    subject: Subject
    why: Why
    last: Cell
    usual: Cell | None = None
    context: str | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """What would be an alert, were it no chance."""

    alert: Alert
    p: float
    matters: bool  # large enough to be told


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What one look came to; `judged` counts the comparisons."""

    alerts: tuple[Alert, ...]
    unjudged: tuple[Unjudged, ...]
    judged: int


def judge(
    rising: Iterable[Series],
    falling: Iterable[Series],
    limited: Iterable[tuple[Series, float, float]],
    rules: AlertSettings,
) -> Verdicts:
    """Compare rates that should not rise, rates that should not fall, and rates with limits.

    `limited`: the series, its warning and its limit, as rates.
    """
    unjudged: list[Unjudged] = []
    suspects: list[Suspect] = []
    told = [(one, False) for one in rising] + [(one, True) for one in falling]
    for series, down in told:
        why = _unfit(series, rules)
        if why is None:
            suspects.append(_compare(series, rules, down=down))
        else:
            unjudged.append(_unjudged(series, why))
    for series, warning, limit in limited:
        if series.last.total < rules.minimum:
            unjudged.append(_unjudged(series, Why.FEW))
        else:
            suspects += _limits(series, warning, limit)
    alerts = _sure(suspects, rules.error / 100)
    return Verdicts(tuple(alerts), tuple(unjudged), len(suspects))


def _unjudged(series: Series, why: Why) -> Unjudged:
    usual = series.usual if series.periods > series.newest else None
    return Unjudged(series.kind, series.subject, why, series.last, usual, series.context)


def _unfit(series: Series, rules: AlertSettings) -> Why | None:
    if series.last.total < rules.minimum:
        return Why.FEW
    if series.usual.total < rules.minimum:
        return Why.NO_USUAL
    if series.kind is Kind.FAILURES and series.last.rate == series.usual.rate == 1:
        return Why.HALF  # of all markets or methods, this one tells of nothing else
    return None


def _compare(series: Series, rules: AlertSettings, *, down: bool) -> Suspect:
    last, usual, baseline = series.last, series.usual, series.baseline()
    if down:  # fewer come back: more stay away
        p = rise(_others(last), _others(usual), [_others(cell) for cell in baseline])
    else:
        p = rise(last, usual, baseline)
    difference = stats.newcombe(last.count, last.total, usual.count, usual.total)
    moved = -difference.diff if down else difference.diff
    before = usual.count / usual.total
    matters = moved >= max(POINT, before * rules.change / 100) - 1e-12
    alert = Alert(
        *(series.kind, series.subject, Level.ALARM, last, usual, difference),
        context=series.context,
    )
    return Suspect(alert, p, matters)


def _others(cell: Cell) -> Cell:
    return Cell(cell.total - cell.count, cell.total)


def _limits(series: Series, warning: float, limit: float) -> list[Suspect]:
    """Over a limit is what is measured, as whoever set it measures; that it is no chance is asked
    of the step below: surely above the warning is an alarm, surely above half of it a warning."""
    steps = ((Level.ALARM, limit, min(warning, limit)), (Level.WARNING, warning, warning / 2))
    last = series.last
    return [
        Suspect(
            Alert(series.kind, series.subject, level, last, limit=crossed, context=series.context),
            at_least(last.count, last.total, surely),
            last.count / last.total >= crossed,
        )
        for level, crossed, surely in steps
    ]


def _sure(suspects: Sequence[Suspect], error: float) -> list[Alert]:
    """The alerts that are no chance; of two about one thing the worse, which comes first."""
    adjusted = stats.holm([one.p for one in suspects]).adjusted
    told: dict[tuple[Kind, Subject, str | None], Alert] = {}
    for one, p in zip(suspects, adjusted, strict=True):
        if p <= error and one.matters:
            alert = replace(one.alert, p=p)
            told.setdefault((alert.kind, alert.subject, alert.context), alert)
    return list(told.values())


def silent(series: Iterable[Series]) -> list[Alert]:
    """Who sent orders in every single period of the usual, and none in the last one."""
    return [
        Alert(
            *(Kind.SILENCE, one.subject, Level.ALARM, one.last, one.usual),
            limit=_mean(one.baseline()),
        )
        for one in series
        if not one.last.total
        and all(cell.total for cell in one.baseline())
        and _mean(one.baseline()) >= SILENT_BELOW
    ]


def _mean(cells: Sequence[Cell]) -> float:
    return sum(cell.total for cell in cells) / len(cells) if cells else 0.0
