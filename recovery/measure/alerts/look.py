"""One look at everything: what has turned for the worse, and what could not be judged."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from recovery.measure.alerts import journeys, messages
from recovery.measure.alerts.judge import Alert, Level, Unjudged, Why, judge, silent
from recovery.measure.alerts.messages import Stuck
from recovery.measure.alerts.payments import ALL, payments
from recovery.measure.alerts.periods import Periods
from recovery.measure.alerts.series import Cell, Kind, Series, Subject
from recovery.settings import AlertSettings

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Look:
    """What was found at one instant; `compared` says how many comparisons stand behind it."""

    at: datetime
    rules: AlertSettings
    alerts: tuple[Alert, ...]  # the worse first
    unjudged: tuple[Unjudged, ...]
    compared: int


def look(connection: Connection, now: datetime, rules: AlertSettings) -> Look:
    """Look at payments, journeys, messages and senders, as of `now`."""
    hourly, daily = periods(now, rules)
    settle = timedelta(minutes=rules.settle_minutes)
    paid = payments(connection, hourly, settle)
    recovered = journeys.recoveries(connection, daily)
    falling = [one for one in recovered if one.subject.part != journeys.HOLDOUT]
    limited = [
        (one, *_limits(one.kind, rules)) for one in messages.withdrawn(connection, daily, now)
    ]
    failing = [] if paid.half else list(paid.failures.values())
    rising = [*failing, *messages.undelivered(connection, hourly)]
    verdicts = judge(rising, falling, limited, rules)
    alerts = [
        *(_with_holdout(one, recovered) for one in verdicts.alerts),
        *silent(paid.arrivals.values()),
        *_stuck(connection, now, rules),
    ]
    unjudged = [*([_half(paid.failures[ALL])] if paid.half else []), *verdicts.unjudged]
    return Look(now, rules, tuple(sorted(alerts, key=_place)), tuple(unjudged), verdicts.judged)


def periods(now: datetime, rules: AlertSettings) -> tuple[Periods, Periods]:
    """Hours of orders and messages, that have settled; days of journeys, complaints, opt-outs."""
    length = rules.hours * HOUR
    usual = max(1, rules.baseline_days * DAY // length)
    settled = now - timedelta(minutes=rules.settle_minutes)
    return (
        Periods(settled, length, 1, 1 + usual),
        Periods(now, DAY, rules.days, rules.days + rules.baseline_days),
    )


def _limits(kind: Kind, rules: AlertSettings) -> tuple[float, float]:
    """Warning and limit, as rates."""
    if kind is Kind.COMPLAINTS:
        return min(rules.complaints_warn, rules.complaints) / 100, rules.complaints / 100
    return rules.optouts / 200, rules.optouts / 100


def _with_holdout(alert: Alert, recovered: Iterable[Series]) -> Alert:
    """If its hold-out fell as well, it is not the sequence."""
    if alert.kind is not Kind.RECOVERY or alert.subject.name is None:
        return alert
    segment = alert.subject.name.rpartition(journeys.BETWEEN)[0]
    beside: Subject = journeys.holdout_of(segment)
    for one in recovered:
        if (one.subject, one.context) == (beside, alert.context):
            return replace(alert, beside=(one.last, one.usual))
    return alert


def _stuck(connection: Connection, now: datetime, rules: AlertSettings) -> list[Alert]:
    piled = [one for one in messages.unanswered(connection, now) if one.count >= rules.unknown]
    refused = messages.refusing(connection, now)
    return [
        *(_of(Kind.UNKNOWN, one, rules.unknown) for one in piled),
        *(_of(Kind.REFUSED, one, None) for one in refused),
    ]


def _of(kind: Kind, stuck: Stuck, limit: float | None) -> Alert:
    subject, last = Subject("channel", stuck.channel), Cell(stuck.count, stuck.count)
    return Alert(
        *(kind, subject, Level.ALARM, last), limit=limit, detail=stuck.why, since=stuck.since
    )


def _half(series: Series) -> Unjudged:
    return Unjudged(Kind.FAILURES, ALL, Why.HALF, series.last, series.usual)


def _place(alert: Alert) -> tuple[bool, int, str, str]:
    rank = _KINDS.index(alert.kind)
    return alert.level is Level.WARNING, rank, alert.subject.part, alert.subject.name or ""
