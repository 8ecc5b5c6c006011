"""A report for spreadsheets and other programs: one flat table of unformatted values, written as
CSV or as Parquet."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from recovery.errors import UsageError
from recovery.i18n import say

BOM = "\ufeff"  # without it Excel takes UTF-8 for something else
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DECIMALS = 4  # no currency has more

Cell = str | int | float | bool | Decimal | None


class Kind(StrEnum):
    """What a column holds. Money is a decimal in major units; a share is a part of one."""

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"
    FLAG = "flag"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Sheet:
    """Columns by name, and rows that have a value, or None, for each."""

    columns: Mapping[str, Kind]
    rows: Sequence[Mapping[str, Cell]]


def to_csv(sheet: Sheet) -> str:
    """CSV for Excel: UTF-8 with its mark, lines as RFC 4180 ends them."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(sheet.columns)
    writer.writerows([in_a_cell(row[name]) for name in sheet.columns] for row in sheet.rows)
    return BOM + out.getvalue()


@contextmanager
def opened(file: Path, columns: Sequence[str]) -> Iterator[Callable[[Iterable[Cell]], None]]:
    """The same, row by row into `file`: yields what writes one; UsageError where it can't be
    written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        stream = file.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(
            say("{file} can't be written: {strerror}", file=file, strerror=error.strerror)
        ) from error
    with stream:
        stream.write(BOM)
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(columns)
        yield lambda row: writer.writerow(map(in_a_cell, row))


def in_a_cell(value: Cell) -> Cell:
    """Flags as 1 and 0, to be summed; what a feed calls a thing must not become a formula."""
    if isinstance(value, bool):
        return int(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def to_parquet(sheet: Sheet) -> bytes:
    """Parquet with typed columns; UsageError where the package for it is not installed."""
    try:
        arrow, parquet = (import_module(name) for name in ("pyarrow", "pyarrow.parquet"))
    except ImportError:
        raise UsageError(
            say(
                "Parquet needs the package pyarrow: "
                "install it with pip install 'payment-recovery[parquet]', or use --format csv"
            )
        ) from None
    types: dict[Kind, Any] = {
        Kind.TEXT: arrow.string(),
        Kind.COUNT: arrow.int64(),
        Kind.SHARE: arrow.float64(),
        Kind.FLAG: arrow.bool_(),
        Kind.MONEY: arrow.decimal128(38, _DECIMALS),
    }
    schema = arrow.schema([(name, types[kind]) for name, kind in sheet.columns.items()])
    table = arrow.Table.from_pylist([dict(row) for row in sheet.rows], schema=schema)
    out = BytesIO()
    parquet.write_table(table, out)
    return out.getvalue()


def stamp(at: datetime) -> str:
    """`2026-11-22T09:00:00Z`, as the JSON has it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def at_end_of(road: str, found: Any) -> Any:
    """The value at the end of a road such as `lift.ci95.0`; None where it breaks off."""
    for part in road.split("."):
        if found is None:
            return None
        found = found[int(part)] if part.isdigit() else found[part]
    return found
