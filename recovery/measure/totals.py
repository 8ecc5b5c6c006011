"""What became of all messages ever, by channel: carried from run to run, so asking is cheap."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from recovery.db import table
from recovery.models import Decision, Touch

decisions, touches = table(Decision), table(Touch)

# Verdicts of the journal, as figures call them.
OUTCOMES = {
    "sent": "sent",
    "failed": "failed",
    "unknown": "unknown",
    "skip": "skipped",
    "snooze": "snoozed",
    "temporary": "refused",
    "account": "refused",
}
# Transactions write out of order: the newest entries are counted anew each time.
LATELY = 2000


def totals(connection: Connection, last: Mapping[str, Any]) -> Counter[tuple[str, str]]:
    """Messages by (channel, outcome), where `last` is what the last run has written."""
    return _known(last) + _counted(connection, last.get("totals_to", 0), None)


def carried(connection: Connection, last: Mapping[str, Any]) -> dict[str, Any]:
    """The totals for the next run to begin with, and up to which entry they go."""
    since = last.get("totals_to", 0)
    newest = int(connection.execute(select(func.max(decisions.c.id))).scalar() or 0)
    to = max(since, newest - LATELY)
    found = _known(last) + _counted(connection, since, to)
    return {"totals_to": to, "totals": [[*key, count] for key, count in sorted(found.items())]}


def _known(last: Mapping[str, Any]) -> Counter[tuple[str, str]]:
    return Counter({(channel, name): count for channel, name, count in last.get("totals", ())})


def _counted(connection: Connection, since: int, to: int | None) -> Counter[tuple[str, str]]:
    """By the journal after the entry `since`, up to `to`."""
    found = (
        select(touches.c.channel, decisions.c.verdict, func.count())
        .join_from(decisions, touches, touches.c.id == decisions.c.touch_id)
        .where(decisions.c.id > since, decisions.c.verdict.in_(OUTCOMES))
        .group_by(touches.c.channel, decisions.c.verdict)
    )
    if to is not None:
        found = found.where(decisions.c.id <= to)
    counted: Counter[tuple[str, str]] = Counter()
    for channel, verdict, count in connection.execute(found):
        counted[channel, OUTCOMES[verdict]] += count
    return counted
