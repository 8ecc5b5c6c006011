"""Opening a table file: CSV with a header or JSON Lines, plain or gzip, streamed row by row.

Only UTF-8 comes in. Anything else is refused with the name of what it probably is, because a
wrong guess would greet customers by names they do not have.
"""

import codecs
import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any, NoReturn

from recovery.connectors.table_file.columns import FIELDS
from recovery.connectors.table_file.encoding import (
    SAMPLE_BYTES,
    UTF_16,
    Encoding,
    is_utf_16,
    not_a_table,
    probable,
)
from recovery.errors import UnreadableFile, UsageError
from recovery.i18n import here, say

STDIN = "-"
LONGEST_LINE = 4 * 1024 * 1024  # bytes; a row is some hundreds
_GZIP = b"\x1f\x8b"
_BROKEN_GZIP = (EOFError, gzip.BadGzipFile, zlib.error)


class Heading:
    """The columns that a file is expected to have; here, those of the contract."""

    known = FIELDS

    def heeds(self, name: str) -> bool:
        """Whether it matters what stands in the column `name`."""
        return bool(name)

    def judge(self, header: Sequence[str], file: str, line: int) -> None:
        """UnreadableFile for a first row that is no header of ours."""
        if "order_id" in header:
            return
        raise UnreadableFile(
            say(
                "{name} line {number} is no header with a column order_id; found: {header}. "
                "Nothing of this file was imported.",
                name=file,
                number=line,
                header=str(", ".join(header)[:200]),
            ),
            file=file,
            line=line,
        )


OURS = Heading()


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as written: its first line, its fields, or why it is no row at all."""

    line: int
    values: Mapping[str, Any]
    problem: str | None = None


def label(file: str | Path | IO[bytes]) -> str:
    """How messages name `file`: its path, or `-` for standard input and nameless streams."""
    if isinstance(file, str | Path):
        return str(file)
    name = getattr(file, "name", STDIN)
    return name if isinstance(name, str) else STDIN


def read_rows(file: str | Path | IO[bytes], heading: Heading = OURS) -> Iterator[RawRow]:
    """Yield the rows of `file` (a path, `-`, or a binary stream) in order; blank lines are none.
    `heading` knows the columns.

    Raises UnreadableFile when the rest can't be read: its encoding, a broken gzip, no header.
    What is wrong in the first 64 kB is raised before the first row. UsageError: no such file.
    """
    name = label(file)
    with opened(file, name) as stream:
        lines = Lines(stream, name)
        lines.look_ahead()
        first = lines.first_character()
        if first == "{":
            yield from _json_rows(lines)
        elif first == "[":
            raise UnreadableFile(
                say(
                    "{name} is one JSON list; write one object a line: jq -c '.[]' {name}",
                    name=name,
                ),
                file=name,
                line=1,
            )
        else:
            yield from _csv_rows(lines, heading)


@contextmanager
def opened(file: str | Path | IO[bytes], name: str) -> Iterator[io.BufferedReader]:
    """The bytes of `file`, unpacked; UsageError when it can't be opened."""
    ours = isinstance(file, str | Path) and str(file) != STDIN
    try:
        raw = Path(str(file)).open("rb") if ours else _given(file)  # noqa: SIM115 - see finally
    except OSError as error:
        raise UsageError(
            say("{name} can't be opened: {strerror}", name=name, strerror=error.strerror)
        ) from error
    stream = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(raw)
    try:
        if name.endswith(".gz") or stream.peek(2)[:2] == _GZIP:
            yield io.BufferedReader(gzip.GzipFile(fileobj=stream), SAMPLE_BYTES)
        else:
            yield stream
    finally:
        if ours:
            stream.close()
        elif stream is not raw:
            stream.detach()  # whoever gave it closes it


def _given(file: Any) -> Any:
    return sys.stdin.buffer if isinstance(file, str | Path) else file


class Lines:
    """The lines of a stream as text, and the number of the last one given out."""

    def __init__(self, stream: io.BufferedReader, name: str) -> None:
        self.name = name
        self.number = 0
        self._stream = stream
        self._ahead: list[bytes] = []

    def look_ahead(self) -> None:
        """Read and judge the first 64 kB, so that a wrong file is refused before its first row."""
        size = 0
        while size < SAMPLE_BYTES and (line := self._readline()):
            self._ahead.append(line)
            size += len(line)
        head = b"".join(self._ahead)
        if (trouble := not_a_table(head)) is not None:
            raise UnreadableFile(f"{self.name} {trouble}", file=self.name, line=1)
        if is_utf_16(head):
            self._refuse(UTF_16, 1)
        if self._ahead:
            self._ahead[0] = self._ahead[0].removeprefix(codecs.BOM_UTF8)
        for number, line in enumerate(self._ahead, 1):
            if not _is_utf_8(line):
                self._refuse(probable(head), number)

    def first_character(self) -> str:
        """The first character that is no blank; empty for an empty file."""
        return b"".join(self._ahead).lstrip()[:1].decode("utf-8", errors="replace")

    def __iter__(self) -> Iterator[str]:
        for line in chain(self._ahead, iter(self._readline, b"")):
            self.number += 1
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError:
                self._refuse(probable(line + self._stream.peek()), self.number)
            yield text

    def _readline(self) -> bytes:
        try:
            line = self._stream.readline(LONGEST_LINE)
        except _BROKEN_GZIP as error:
            raise UnreadableFile(
                say(
                    "{name} breaks off after line {number}: its gzip is damaged ({error}); make "
                    "the file again. {kept}",
                    name=self.name,
                    number=self.number,
                    error=error,
                    kept=str(self._kept()),
                ),
                file=self.name,
                line=self.number + 1,
            ) from error
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            raise UnreadableFile(
                say(
                    "{name} line {value} is longer than 4 MB; write one order a line. {kept}",
                    name=self.name,
                    value=str(self.number + 1),
                    kept=str(self._kept()),
                ),
                file=self.name,
                line=self.number + 1,
            )
        return line

    def _refuse(self, encoding: Encoding, line: int) -> NoReturn:
        raise UnreadableFile(
            say(
                "{name} line {line} is not UTF-8; it looks like {name2}. Save the file as UTF-8, "
                "for example: iconv -f {iconv} -t UTF-8 {name} > utf8.txt. {kept}",
                name=self.name,
                line=line,
                name2=encoding.name,
                iconv=encoding.iconv,
                kept=str(self._kept()),
            ),
            file=self.name,
            line=line,
        )

    def _kept(self) -> str:
        if self.number == 0:
            return here("Nothing of this file was imported.")
        return here("The rows before that line were kept; importing them again changes nothing.")


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


# Numbers stay as written: 19.99 must not become 19.989999.
_DECODER = json.JSONDecoder(parse_float=str, parse_constant=str)


def _json_rows(lines: Lines) -> Iterator[RawRow]:
    decode = _DECODER.decode
    for line in lines:
        text = line.strip()
        if not text:
            continue
        try:
            values = decode(text)
        except (ValueError, RecursionError) as error:
            yield RawRow(lines.number, {"_raw": text}, _no_json(error))
            continue
        if isinstance(values, dict):
            yield RawRow(lines.number, values)
        else:
            trouble = 'is no JSON object; write one order a line: {"order_id": …}'
            yield RawRow(lines.number, {"_raw": text}, trouble)


def _no_json(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return here(
            "is no JSON: {msg} (character {value}); write one object a line",
            msg=error.msg,
            value=error.pos + 1,
        )
    return here("is no JSON that can be read: too deep, or a number too long")


def _csv_rows(lines: Lines, heading: Heading) -> Iterator[RawRow]:
    taken: list[str] = []

    def remembered() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    source = remembered()
    opening = next((line for line in source if line.strip()), None)
    if opening is None:
        return
    delimiter, header = _header(opening, lines, heading)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    taken.clear()
    while True:
        start = lines.number + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield RawRow(start, {"_raw": "".join(taken)}, _no_csv(error, start))
            taken.clear()
            continue
        taken.clear()
        if cells is None:
            return
        if not any(cells):
            continue
        if any(cells[len(header) :]):
            trouble = _too_many(len(cells), len(header), delimiter)
            yield RawRow(start, {"_raw": delimiter.join(cells)}, trouble)
        else:
            yield RawRow(start, dict(zip(header, cells, strict=False)))


def _header(opening: str, lines: Lines, heading: Heading) -> tuple[str, list[str]]:
    """The delimiter that makes most known column names, and the names."""
    splits = {mark: _names(opening, mark) for mark in (",", ";", "\t")}
    delimiter = max(splits, key=lambda mark: len(heading.known.intersection(splits[mark])))
    header = splits[delimiter]
    heading.judge(header, lines.name, lines.number)
    twice = sorted({name for name in header if heading.heeds(name) and header.count(name) > 1})
    if twice:
        raise UnreadableFile(
            say(
                "{name} has the column {twice} twice; keep one. Nothing of this file was imported.",
                name=lines.name,
                twice=", ".join(twice),
            ),
            file=lines.name,
            line=lines.number,
        )
    return delimiter, header


def _names(opening: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([opening], delimiter=delimiter))
    except csv.Error:
        return []
    return [cell.strip().lower() for cell in cells]


def _no_csv(error: Exception, start: int) -> str:
    if "unexpected end" in str(error) or "field larger" in str(error):
        return here(
            "opens a quote that is never closed (from line {start} on); close or double it",
            start=start,
        )
    return here(
        'is no CSV: {error}; put "…" around a cell and double the quotes inside it', error=error
    )


def _too_many(cells: int, names: int, delimiter: str) -> str:
    return here(
        'has {cells} cells, but the header has {names}; put "…" around a cell that holds a '
        "{delimiter}",
        cells=cells,
        names=names,
        delimiter=f"{delimiter!r}",
    )
