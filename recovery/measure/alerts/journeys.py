"""Sequences that bring fewer orders back: matured windows only, by the day on which they ended.

One SELECT. Windows of another length are another series: a goal of seven days and one of fourteen
can't be compared.
"""

from datetime import timedelta

from sqlalchemy import Connection, and_, case, func, select

from recovery.campaign.durations import format_duration
from recovery.db import table
from recovery.measure.alerts.periods import Periods
from recovery.measure.alerts.series import Kind, Series, Subject
from recovery.measure.evidence.spans import microseconds
from recovery.measure.funnel.stages import SMALLEST_UNIT, orders
from recovery.models import Enrolment

enrolments = table(Enrolment)
HOLDOUT = "holdout"
BETWEEN = " · "
MINUTE = timedelta(minutes=1)


def recoveries(connection: Connection, periods: Periods) -> list[Series]:
    """Orders paid in their window, of all whose window ended: by sequence, and by hold-out."""
    e = enrolments.c
    paid = and_(orders.c.paid_at > e.enrolled_at, orders.c.paid_at <= e.window_ends_at)
    each = (
        select(
            e.campaign,
            e.segment,
            case((e.holdout, HOLDOUT), else_=e.sequence).label("sequence"),
            e.holdout,
            microseconds(e.window_ends_at, e.enrolled_at).label("window"),
            periods.of(e.window_ends_at).label("period"),
            case((paid, 1), else_=0).label("paid"),
        )
        .join_from(enrolments, orders, e.order_id == orders.c.id)
        .where(periods.hold(e.window_ends_at))
        .cte("each_journey")
    )
    keys = [each.c[n] for n in ("campaign", "segment", "sequence", "holdout", "window", "period")]
    numbers = func.sum(each.c.paid).label("recovered"), func.count().label("ended")
    statement = select(*keys, *numbers).group_by(*keys)
    found: dict[tuple[Subject, int], Series] = {}
    for row in connection.execute(statement):
        whose = BETWEEN.join((row.campaign, row.segment))
        named = Subject("sequence", BETWEEN.join((whose, row.sequence)))
        subject = holdout_of(whose) if row.holdout else named
        minutes = round(int(row.window) * SMALLEST_UNIT / MINUTE)
        goal = format_duration(timedelta(minutes=minutes))
        empty = periods.series(Kind.RECOVERY, subject, goal)
        series = found.setdefault((subject, int(row.window)), empty)
        series.add(int(row.period), int(row.recovered), int(row.ended))
    return list(found.values())


def holdout_of(segment: str) -> Subject:
    """Those of a campaign's segment (`campaign · segment`) who got nothing."""
    return Subject(HOLDOUT, segment)
