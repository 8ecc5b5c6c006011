"""Quiet hours: on the customer's own wall clock, across midnight and across clock changes."""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from recovery.campaign.schema import Quiet

_HORIZON = timedelta(hours=48)


@lru_cache(maxsize=65_536)
def wakes_at(now: datetime, quiet: Quiet, zones: tuple[str, ...]) -> datetime | None:
    """The next instant at which nobody sleeps in any of `zones`; None when that is now.

    A customer of whom we only know the country is asleep while anybody there is. Where the waking
    hours of a country's zones don't overlap at all, the first zone decides alone.
    """
    instant, waiting = now, True
    while waiting and instant - now < _HORIZON:
        waiting = False
        for zone in zones:
            end = _sleeps_until(instant, quiet.start, quiet.end, zone)
            if end is not None:
                instant, waiting = end, True
    if waiting and len(zones) > 1:
        return wakes_at(now, quiet, zones[:1])
    return None if instant == now else instant


def _sleeps_until(instant: datetime, start: time, end: time, zone: str) -> datetime | None:
    """When the quiet time that covers `instant` in `zone` is over; None when none covers it."""
    local = instant.astimezone(ZoneInfo(zone))
    clock = local.time()
    overnight = start > end
    asleep = (clock >= start or clock < end) if overnight else (start <= clock < end)
    if not asleep:
        return None
    day = local.date() + timedelta(days=1 if overnight and clock >= start else 0)
    over = datetime.combine(day, end, ZoneInfo(zone)).astimezone(UTC)
    if over <= instant:  # the hour that comes twice in autumn: the second one counts
        over = datetime.combine(day, end.replace(fold=1), ZoneInfo(zone)).astimezone(UTC)
    return over if over > instant else instant + timedelta(hours=1)
