"""How the evidence grew: units counted by arm, version and when their window ended."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, literal

from recovery.measure.evidence.gathering import Key, People
from recovery.measure.evidence.spans import MICROSECONDS, microseconds
from recovery.measure.evidence.tallies import Tally, slices
from recovery.measure.evidence.units import enrolments

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 24 * 3600 * MICROSECONDS


def growth(connection: Connection, people: People) -> dict[Key, dict[date, Tally]]:
    """Every arm by version: the units whose window ended on each day of UTC, in one SELECT. Windows
    that are still open stand under the day on which they will end."""
    ends = enrolments.c.window_ends_at
    day = (microseconds(ends, literal(_EPOCH, ends.type)) // _DAY).label("day")
    found: dict[Key, dict[date, Tally]] = {}
    for (key, (number,)), tally in slices(connection, people, (day,)).items():
        on = _EPOCH.date() + timedelta(days=number)
        found.setdefault(key, {})[on] = tally
    return found


def ripening(
    connection: Connection, people: People, campaign: str
) -> dict[Key, list[tuple[datetime, Tally]]]:
    """Every arm of a campaign by version: the mature units by the instant at which their window
    ended, in order. There are as many instants as there were runs."""
    ended = enrolments.c.window_ends_at.label("ended")
    found: dict[Key, list[tuple[datetime, Tally]]] = {}
    for (key, (instant,)), tally in slices(connection, people, (ended,), campaign).items():
        if tally.mature:
            found.setdefault(key, []).append((instant, tally))
    return {key: sorted(tallies, key=lambda one: one[0]) for key, tallies in found.items()}
