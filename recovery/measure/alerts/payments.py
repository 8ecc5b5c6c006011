"""Payments that fail: one SELECT for all markets, methods and providers, period by period.

Every order has the same time until it is looked at (`settle`), young or old: its payment failed
by then, was made by then, or it does not count. So the newest orders look no better and no worse
than older ones only because less has happened to them yet.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import CTE, Connection, Select, and_, case, func, select

from recovery.measure.alerts.periods import Periods
from recovery.measure.alerts.series import Kind, Series, Subject
from recovery.measure.evidence.spans import microseconds
from recovery.measure.funnel.stages import SMALLEST_UNIT, failed, orders, real

ALL = Subject("all")


@dataclass(slots=True)
class Payments:
    """Failure rates and numbers of orders, of everything and of each part."""

    failures: dict[Subject, Series] = field(default_factory=dict)
    arrivals: dict[Subject, Series] = field(default_factory=dict)

    @property
    def half(self) -> bool:
        """Whether the feed tells only of orders that fail: then there is no failure rate."""
        everything = self.failures.get(ALL)
        return everything is not None and everything.last.rate == everything.usual.rate == 1


def payments(connection: Connection, periods: Periods, settle: timedelta) -> Payments:
    """Count failed and attempted payments, and orders, by period."""
    found = Payments()
    for row in connection.execute(_statement(periods, settle)):
        place = int(row.period)
        numbers = int(row.failed), int(row.attempted)
        for subject in _owned(row.market, row.method):
            _series(found.failures, Kind.FAILURES, subject, periods).add(place, *numbers)
            arrivals = _series(found.arrivals, Kind.SILENCE, subject, periods)
            arrivals.add(place, 0, int(row.placed))
        if row.provider is not None:
            by = Subject("provider", row.provider)
            _series(found.failures, Kind.FAILURES, by, periods).add(place, int(row.failed), 0)
    _share_of_all(found)
    return found


def _owned(market: str, method: str | None) -> Iterator[Subject]:
    yield ALL
    yield Subject("market", market)
    if method is not None:
        yield Subject("method", method)


def _series(known: dict[Subject, Series], kind: Kind, subject: Subject, periods: Periods) -> Series:
    return known.setdefault(subject, periods.series(kind, subject))


def _share_of_all(found: Payments) -> None:
    """Only a failure names its provider, so a provider's are counted of all that was attempted."""
    if ALL not in found.failures:
        return
    for subject, series in found.failures.items():
        if subject.part == "provider":
            for place, cell in found.failures[ALL].cells.items():
                series.add(place, 0, cell.total)


def _statement(periods: Periods, settle: timedelta) -> Select[Any]:
    each = _each(periods, settle)
    keys = (each.c.market, each.c.method, each.c.provider, each.c.period)
    return select(
        *keys,
        func.count().label("placed"),
        func.sum(each.c.failed).label("failed"),
        func.sum(case((each.c.failed + each.c.paid > 0, 1), else_=0)).label("attempted"),
    ).group_by(*keys)


def _each(periods: Periods, settle: timedelta) -> CTE:
    o = orders.c
    soon = settle // SMALLEST_UNIT
    # A code without a time was told with the order itself.
    failed_soon = microseconds(func.coalesce(o.failed_at, o.placed_at), o.placed_at) <= soon
    paid_soon = and_(o.paid_at.is_not(None), microseconds(o.paid_at, o.placed_at) <= soon)
    failed_ever = failed(periods.until + settle)
    return (
        select(
            o.country.label("market"),
            o.payment_method.label("method"),
            o.failure_source.label("provider"),
            periods.of(o.placed_at).label("period"),
            case((and_(failed_ever, failed_soon), 1), else_=0).label("failed"),
            case((paid_soon, 1), else_=0).label("paid"),
        )
        .where(periods.hold(o.placed_at), *real())
        .cte("each_payment")
        .prefix_with("MATERIALIZED")
    )
