"""A whole import: files in, rows judged, batches taken, one row in `runs`."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from recovery.db import retried, writing
from recovery.facts import OrderSnapshot
from recovery.intake import arrivals
from recovery.intake.columns import Verdict
from recovery.intake.orders import take
from recovery.intake.reading import PLAINLY, File, Manner, Told, expect_files, read_orders
from recovery.intake.settle import Settled
from recovery.settings import VipSettings

CLOCKS_DIFFER = timedelta(days=1)


@dataclass(slots=True)
class ImportResult(Told):
    """What an import did, in rows. `read` is the sum of verdicts and `rejected`."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    settled: Settled = field(default_factory=Settled)

    def payload(self) -> dict[str, Any]:
        """The contract's JSON document, and a little more."""
        return {
            "read": self.read,
            **{verdict.value: self.verdicts[verdict] for verdict in Verdict},
            "rejected": self.rejected,
            "rejects": self.rejects,
            "rejects_truncated": self.rejects_truncated,
            "settled": {"recovered": self.settled.recovered, "cancelled": self.settled.cancelled},
            "warnings": self.warnings,
            "files": self.files,
        }


def import_files(
    database: Engine,
    files: Sequence[File],
    source: str,
    vip: VipSettings,
    now: datetime,
    rejects: Path | None = None,
    progress: Callable[[int], None] | None = None,
    rates_file: Path | None = None,
    manner: Manner = PLAINLY,
) -> ImportResult:
    """Import `files` (paths, `-`, or binary streams) of one shop, `source`.

    Good rows are kept in batches, bad ones refused (and written to `rejects`); a file that can't
    be read is refused without stopping the others. `progress` gets how many rows were just done.
    `manner` maps other columns to ours, and gives people other names.
    `rates_file` holds the merchant's own rates, for the cost of redeemed coupons. Raises
    UsageError for a wrong source or a missing file, before anything is imported, and WrongMapping
    for a file that a mapping does not fit.
    """
    expect_files(files, source)
    result, ahead = ImportResult(), Counter[str]()
    for batch in read_orders(files, source, result, rejects, manner):
        # Again after a deadlock: a payment that stays out is a reminder too many.
        work = partial(take, snapshots=batch.orders, vip=vip, now=now, rates_file=rates_file)
        taken = retried(database, work)
        result.verdicts += taken.verdicts
        result.settled += taken.settled
        ahead[batch.file] += sum(is_ahead(order, now) for order in batch.orders)
        if progress is not None:
            progress(batch.rows)
    result.warnings += [f"{file}: {about_ahead(count)}" for file, count in ahead.items() if count]
    with writing(database) as connection:
        arrivals.keep(connection, _summary(result), now)
    return result


def is_ahead(order: OrderSnapshot, now: datetime) -> bool:
    """Whether a state is dated so far ahead that a clock or a date must be wrong."""
    return max(order.placed_at, order.updated_at) > now + CLOCKS_DIFFER


def about_ahead(count: int) -> str:
    """What to say about so many of them. They are taken: the shop may have its reasons."""
    rows = "1 row is" if count == 1 else f"{count:,} rows are"
    return (
        f"{rows} dated more than a day ahead of now; correct the date or the clock: nothing is "
        "sent for them before then, and states told meanwhile count as older, but for payments"
    )


def _summary(result: ImportResult) -> dict[str, Any]:
    """The payload without the refused rows: they name people, and `runs` is kept for long."""
    return {k: value for k, value in result.payload().items() if not k.startswith("rejects")}
