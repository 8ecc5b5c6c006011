"""The messages of a replay as a file for Excel: one row a touch, written as it is read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

from recovery.measure.formats.sheet import opened, stamp
from recovery.simulate.replay.letters import Letter

COLUMNS = (
    "order",
    "campaign",
    "segment",
    "sequence",
    "holdout",
    "step",
    "variant",
    "channel",
    "outcome",
    "reason",
    "put_off",
    "planned_at",
    "at",
    "at_local",
    "timezone",
    "market",
    "offer",
    "sms_segments",
    "cost",
    "currency",
    "order_paid_at",
    "paid_anyway_after_hours",
)


@contextmanager
def sheet(file: Path) -> Iterator[Callable[[Letter], None]]:
    """Open `file` and yield what writes one row; UsageError where it can't be written.

    UTF-8 with its mark and lines as RFC 4180 ends them, so that Excel reads Chinese as Chinese.
    """
    with opened(file, COLUMNS) as write:
        yield lambda letter: write(_row(letter))


def _row(one: Letter) -> Iterator[str | int | None]:
    yield from (one.order, one.campaign, one.segment, one.sequence, int(one.holdout))
    yield from (one.step, one.variant, one.channel, one.outcome)
    yield None if one.sent else one.reason
    yield " ".join(one.put_off)
    yield from (stamp(one.planned_at), stamp(one.at))
    yield one.local.isoformat(timespec="minutes")
    yield from (one.timezone, one.country, one.offer)
    yield one.segments if one.channel == "sms" and one.sent else None
    yield None if one.cost is None else f"{one.cost.normalize():f}"
    yield one.currency
    yield None if one.paid_at is None else stamp(one.paid_at.astimezone(UTC))
    after = one.paid_after
    yield None if after is None else f"{after.total_seconds() / 3600:.1f}"
