"""A whole import: files in, rows judged, batches taken, refusals kept, one row in `runs`."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Engine

from recovery.connectors.table_file.columns import FIELDS, unknown_column
from recovery.connectors.table_file.open import RawRow, label, read_rows
from recovery.connectors.table_file.row import RowError, read_row
from recovery.db import retried, writing
from recovery.errors import UnreadableFile, UsageError
from recovery.facts import OrderSnapshot
from recovery.i18n import explained, here, say
from recovery.intake import arrivals
from recovery.intake.columns import Verdict
from recovery.intake.orders import take
from recovery.intake.rejects import Rejects
from recovery.intake.seen import Seen
from recovery.intake.settle import Settled
from recovery.settings import VipSettings

BATCH = 2_000  # rows a transaction: SQLite's write lock is held for a fraction of a second
MOST_WARNINGS = 50
CLOCKS_DIFFER = timedelta(days=1)
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}").fullmatch


@dataclass(slots=True)
class ImportResult:
    """What an import did, in rows. `read` is the sum of the five counts after it."""

    read: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    rejected: int = 0
    rejects: list[dict[str, Any]] = field(default_factory=list)  # file, line, field, error
    rejects_truncated: int = 0  # how many more errors there are than `rejects` lists
    warnings: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)  # files that had to be left, and why
    files: list[str] = field(default_factory=list)
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
    files: Sequence[str | Path | IO[bytes]],
    source: str,
    vip: VipSettings,
    now: datetime,
    rejects: Path | None = None,
    progress: Callable[[int], None] | None = None,
    rates_file: Path | None = None,
) -> ImportResult:
    """Import `files` (paths, `-`, or binary streams) of one shop, `source`.

    Good rows are kept in batches, bad ones refused (and written to `rejects`); a file that can't
    be read is refused without stopping the others. `progress` gets how many rows were just done.
    `rates_file` holds the merchant's own rates, for the cost of redeemed coupons. Raises
    UsageError for a wrong source or a missing file, before anything is imported.
    """
    if not _SOURCE(source):
        raise UsageError(
            say(
                "--source {source}: use letters, digits, dots and dashes, e.g. shop",
                source=f"{source!r}",
            )
        )
    for file in files:
        if isinstance(file, str | Path) and str(file) != "-" and not _is_there(Path(file)):
            raise UsageError(
                say(
                    "{file} is no file; give CSV or JSON Lines files, or - for standard input",
                    file=file,
                )
            )
    result = ImportResult(files=[label(file) for file in files])
    with Rejects(rejects, files) as refused:
        for file in files:
            one = _File(label(file), source, result, refused)
            for batch in one.batches(file):
                snapshots = one.judge(batch)
                # Again after a deadlock: a payment that stays out is a reminder too many.
                work = partial(take, snapshots=snapshots, vip=vip, now=now, rates_file=rates_file)
                taken = retried(database, work)
                result.verdicts += taken.verdicts
                result.settled += taken.settled
                one.ahead += sum(is_ahead(order, now) for order in snapshots)
                if progress is not None:
                    progress(len(batch))
            if one.ahead:
                result.warnings.append(f"{one.name}: {about_ahead(one.ahead)}")
        result.rejected, result.rejects = refused.rows, refused.shown
        result.rejects_truncated = refused.hidden
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


def _is_there(path: Path) -> bool:
    """A file or a pipe, such as a shell's `<(…)`."""
    return path.exists() and not path.is_dir()


def _summary(result: ImportResult) -> dict[str, Any]:
    """The payload without the refused rows: they name people, and `runs` is kept for long."""
    return {k: value for k, value in result.payload().items() if not k.startswith("rejects")}


class _File:
    """One file on its way in."""

    def __init__(self, name: str, source: str, result: ImportResult, refused: Rejects) -> None:
        self.name = name
        self.ahead = 0  # rows that are dated later than can be
        self._source = source
        self._result = result
        self._refused = refused
        self._strange: set[str] = set()
        self._seen = Seen()

    def batches(self, file: str | Path | IO[bytes]) -> Iterator[list[RawRow]]:
        """The rows in batches; what was read before the file turned out unreadable counts."""
        with self._seen:
            try:
                yield from _batches(read_rows(file))
            except UnreadableFile as error:
                self._result.read += 1
                self._result.unreadable.append(explained(error))
                self._refused.add(
                    self.name, [RowError(error.line or 1, None, explained(error))], None
                )

    def judge(self, batch: Sequence[RawRow]) -> list[OrderSnapshot]:
        """The good rows of a batch; the others are refused."""
        good = []
        self._result.read += len(batch)
        for row in batch:
            judged = self._judge(row)
            if isinstance(judged, OrderSnapshot):
                good.append(judged)
            else:
                self._refused.add(self.name, judged, row.values)
        return good

    def _judge(self, row: RawRow) -> OrderSnapshot | list[RowError]:
        if row.problem is not None:
            return [RowError(row.line, None, here("the row {problem}", problem=row.problem))]
        if not FIELDS.issuperset(row.values):
            self._warn(row.values)
        judged = read_row(row.values, self._source, row.line)
        if isinstance(judged, OrderSnapshot):
            first = self._seen.earlier_line(judged, row.line)
            if first is not None:
                return [duplicate(judged, row.line, first)]
        return judged

    def _warn(self, names: Iterable[str]) -> None:
        """Name an unknown column once a file; names with an underscore are our own marks."""
        for name in sorted(set(names) - FIELDS - self._strange):
            if name and not name.startswith("_") and len(self._strange) < MOST_WARNINGS:
                self._strange.add(name)
                self._result.warnings.append(f"{self.name}: {unknown_column(name)}")


def _batches(rows: Iterable[RawRow]) -> Iterator[list[RawRow]]:
    batch: list[RawRow] = []
    try:
        for row in rows:
            batch.append(row)
            if len(batch) == BATCH:
                yield batch
                batch = []
    except UnreadableFile:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def duplicate(order: OrderSnapshot, line: int, first: int) -> RowError:
    """What to say about a row that repeats line `first`."""
    return RowError(
        line,
        "order_id",
        here(
            "{order} is in line {first} already; keep one row an order, or give its other state "
            "the same placed_at and an updated_at of its own",
            order=f"{order.order_id!r}",
            first=first,
        ),
    )
