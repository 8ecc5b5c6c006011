"""Order files on their way in: rows judged one by one, refusals kept, memory flat.

An import takes what comes out into the database, a replay puts it on a clock of its own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from recovery.connectors.table_file.columns import FIELDS, unknown_column
from recovery.connectors.table_file.open import RawRow, label, read_rows
from recovery.connectors.table_file.row import RowError, read_row
from recovery.errors import UnreadableFile, UsageError
from recovery.facts import OrderSnapshot
from recovery.i18n import explained, here, say
from recovery.intake.mapped import Mapped
from recovery.intake.pseudonyms import Pseudonyms
from recovery.intake.rejects import Rejects
from recovery.intake.seen import Seen

BATCH = 2_000  # rows a transaction: SQLite's write lock is held for a fraction of a second
MOST_WARNINGS = 50
File = str | Path | IO[bytes]
# A row as it was written, and with a mapping all lines of its order by their columns.
Lines = tuple[RawRow, Sequence[Mapping[str, Any]]]
Judged = OrderSnapshot | list[RowError]
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}").fullmatch


@dataclass(slots=True)
class Told:
    """What reading found, in rows; it grows with every batch."""

    read: int = 0
    rejected: int = 0
    rejects: list[dict[str, Any]] = field(default_factory=list)  # file, line, field, error
    rejects_truncated: int = 0  # how many more errors there are than `rejects` lists
    warnings: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)  # files that had to be left, and why
    files: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Manner:
    """How files are read: by a mapping of somebody else's columns, with pseudonyms for people."""

    mapping: Mapped | None = None
    pseudonyms: Pseudonyms | None = None


PLAINLY = Manner()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of one file: how many, and the good ones of them."""

    file: str
    rows: int
    orders: list[OrderSnapshot]


def expect_files(files: Sequence[File], source: str) -> None:
    """UsageError for a wrong source or a missing file, before anything is read."""
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


def read_orders(
    files: Sequence[File],
    source: str,
    told: Told,
    rejects: Path | None = None,
    manner: Manner = PLAINLY,
) -> Iterator[Batch]:
    """Yield the orders of `files` in batches; `told` counts along, bad rows go to `rejects`.

    A file that can't be read is refused without stopping the others; what was read of it counts.
    With pseudonyms nothing of a refused row is written down but its place.
    """
    told.files += [label(file) for file in files]
    with Rejects(rejects, files, nameless=manner.pseudonyms is not None) as refused:
        for file in files:
            one = _File(label(file), source, told, refused, manner)
            for rows in one.batches(file):
                yield Batch(one.name, len(rows), one.judge(rows))
        told.rejected, told.rejects = refused.rows, refused.shown
        told.rejects_truncated = refused.hidden


def _is_there(path: Path) -> bool:
    """A file or a pipe, such as a shell's `<(…)`."""
    return path.exists() and not path.is_dir()


class _File:
    """One file on its way in."""

    def __init__(
        self, name: str, source: str, told: Told, refused: Rejects, manner: Manner
    ) -> None:
        self.name = name
        self._manner = manner
        self._source = source
        self._told = told
        self._refused = refused
        self._strange: set[str] = set()
        self._seen = Seen()

    def batches(self, file: File) -> Iterator[list[Lines]]:
        """The rows in batches; what was read before the file turned out unreadable counts."""
        with self._seen:
            try:
                yield from _batches(self._rows(file))
            except UnreadableFile as error:
                self._told.read += 1
                trouble = RowError(error.line or 1, None, explained(error))
                (trouble,) = self._mentionable([trouble])
                self._told.unreadable.append(trouble.error)
                self._refused.add(self.name, [trouble], None)

    def judge(self, batch: Sequence[Lines]) -> list[OrderSnapshot]:
        """The good rows of a batch; the others are refused."""
        good = []
        self._told.read += len(batch)
        for row, lines in batch:
            judged = self._judge(row, lines)
            if isinstance(judged, OrderSnapshot):
                good.append(judged)
            else:
                self._refused.add(self.name, self._mentionable(judged), row.values)
        return good

    def _rows(self, file: File) -> Iterator[Lines]:
        """Each row, and in the words of a mapping all lines of its order."""
        mapping = self._manner.mapping
        if mapping is None:
            return ((row, ()) for row in read_rows(file))
        return mapping.rows(read_rows(file, mapping))

    def _judge(self, row: RawRow, lines: Sequence[Mapping[str, Any]]) -> Judged:
        if row.problem is not None:
            return [RowError(row.line, None, here("the row {problem}", problem=row.problem))]
        judged = self._read(row, lines)
        if isinstance(judged, OrderSnapshot):
            if self._manner.pseudonyms is not None:
                judged = self._manner.pseudonyms.order(judged)
            first = self._seen.earlier_line(judged, row.line)
            if first is not None:
                return [duplicate(judged, row.line, first)]
        return judged

    def _read(self, row: RawRow, lines: Sequence[Mapping[str, Any]]) -> Judged:
        mapping = self._manner.mapping
        if mapping is None:
            if not FIELDS.issuperset(row.values):
                self._warn(row.values)
            return read_row(row.values, self._source, row.line)
        values, errors = mapping.translate(lines, row.line)
        judged = read_row(values, self._source, row.line)
        if isinstance(judged, OrderSnapshot) and not errors:
            return judged
        found = [] if isinstance(judged, OrderSnapshot) else judged
        mistaken = {one.field for one in errors}
        errors += [one for one in found if one.field not in mistaken]
        return [replace(one, error=one.error + mapping.where(one.field)) for one in errors]

    def _mentionable(self, errors: list[RowError]) -> list[RowError]:
        """With pseudonyms, without what a row says about a person."""
        names = self._manner.pseudonyms
        return errors if names is None else names.errors(errors)

    def _warn(self, names: Iterable[str]) -> None:
        """Name an unknown column once a file; names with an underscore are our own marks."""
        for name in sorted(set(names) - FIELDS - self._strange):
            if name and not name.startswith("_") and len(self._strange) < MOST_WARNINGS:
                self._strange.add(name)
                self._told.warnings.append(f"{self.name}: {unknown_column(name)}")


def _batches(rows: Iterable[Lines]) -> Iterator[list[Lines]]:
    batch: list[Lines] = []
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
