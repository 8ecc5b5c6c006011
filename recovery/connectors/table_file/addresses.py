"""A list of people's addresses: one a line, or a CSV file whose header names its columns.

Who is on such a list asked for silence, so nothing in it is passed over: a row gives what stands
in every fitting column, or is named as giving nothing.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from recovery.connectors.table_file import words
from recovery.connectors.table_file.open import Lines, label, opened
from recovery.i18n import here
from recovery.message import Channel

COMMENT = "#"
MARKS = (",", ";", "\t")
_EMAIL = ["email", "mail", "emailaddress", "emailadresse"]
_PHONE = ["phone", "phonenumber", "mobile", "mobilenumber", "mobilephone", "cell", "cellphone"]
_PHONE += ["telephone", "telephonenumber", "tel", "sms", "msisdn"]
_NAMES = frozenset((*_EMAIL, *_PHONE))
_VAGUE = frozenset({"address", "number"})  # a postal one, perhaps: taken when nothing fits better
_LONGEST_RECORD = 20  # lines; a quote that is still open then was never meant to open
_NAMED = re.compile(r"[^<>@]*<\s*([^<>\s]+@[^<>\s]+)\s*>").fullmatch
_LIKE_ONE = re.compile(r"@|^\s*(\+|00|tel:)").search


@dataclass(frozen=True, slots=True)
class Listed:
    """One row: its first line, the texts that should be addresses, or why there are none."""

    line: int
    texts: Sequence[str]
    problem: str | None = None


def read_addresses(file: str | Path | IO[bytes]) -> Iterator[Listed]:
    """Yield the rows of `file` (a path, `-`, or a binary stream); blank and # lines are none.

    Without a header, every cell that looks like an address counts. Raises UnreadableFile (no
    UTF-8, a broken gzip) and UsageError (no such file), as reading orders does.
    """
    name = label(file)
    with opened(file, name) as stream:
        lines = Lines(stream, name)
        lines.look_ahead()
        records = _records(_spoken(lines))
        first = next(records, None)
        if first is None:
            return
        places, mark = _header(first[1])
        if not places:
            yield _row(*first, places, mark)
        for number, text in records:
            yield _row(number, text, places, mark)


def address(text: str) -> tuple[Channel, str]:
    """Channel and address that `text` means: `Kim <kim@example.com>`, `0049 30 901820` …

    E-mail in lower case, phones in E.164. ValueError says what is wrong with it.
    """
    text = text.strip()
    if "@" in text:
        named = _NAMED(text)
        try:
            return Channel.EMAIL, words.email(named[1] if named else text).lower()
        except ValueError as error:
            raise ValueError(str(error).partition("; mend or")[0]) from None
    number = "+" + text[2:] if text.startswith("00") else text  # 00 dials abroad, never at home
    try:
        return Channel.SMS, words.phone(number, None)
    except ValueError:
        raise ValueError(
            here(
                "{text} is neither an e-mail address nor a phone number with its country code; "
                "write e.g. kim@example.com or +49 30 901820",
                text=f"{text!r}",
            )
        ) from None


def _spoken(lines: Lines) -> Iterator[tuple[int, str]]:
    for text in lines:
        if text.strip() and not text.lstrip().startswith(COMMENT):
            yield lines.number, text


def _records(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Lines, joined where a quote is open; a quote that never closes costs its own line only."""
    ahead: list[tuple[int, str]] = []
    while ahead or (ahead := list(islice(lines, 1))):
        taken = 1
        while _is_open(ahead[:taken]) and taken < _LONGEST_RECORD:
            if taken == len(ahead):
                ahead += islice(lines, 1)
            if taken == len(ahead):
                break
            taken += 1
        whole = 1 if _is_open(ahead[:taken]) or not _is_csv(ahead[:taken]) else taken
        yield ahead[0][0], "".join(text for _, text in ahead[:whole])
        del ahead[:whole]


def _is_open(lines: Sequence[tuple[int, str]]) -> bool:
    return sum(text.count('"') for _, text in lines) % 2 == 1


def _is_csv(lines: Sequence[tuple[int, str]]) -> bool:
    """Whether these lines are one record in some dialect."""
    return any(_is_record([text for _, text in lines], mark) for mark in MARKS)


def _is_record(lines: Sequence[str], mark: str) -> bool:
    try:
        return len(list(csv.reader(lines, delimiter=mark, strict=True))) == 1
    except csv.Error:
        return False


def _cells(text: str, mark: str) -> list[str]:
    lines = csv.reader(text.splitlines(keepends=True), delimiter=mark)
    return [cell.strip() for cell in next(lines, [])]


def _header(text: str) -> tuple[list[int], str]:
    """The places of the fitting columns and the mark between columns; no place: no header."""
    found: list[tuple[list[int], str]] = []
    for known in (_NAMES, _VAGUE):
        for mark in MARKS:
            heads = [re.sub(r"[\s_-]", "", cell.lower()) for cell in _cells(text, mark)]
            found.append(([n for n, head in enumerate(heads) if head in known], mark))
    sure, vague = found[: len(MARKS)], found[len(MARKS) :]
    best = max(sure, key=_size)
    return best if best[0] else max(vague, key=_size)


def _size(places: tuple[list[int], Any]) -> int:
    return len(places[0])


def _row(line: int, text: str, places: Sequence[int], mark: str) -> Listed:
    if text.count('"') % 2:
        return Listed(line, (), here("opens a quote that is never closed; close it, or double it"))
    if places:
        cells = _cells(text, mark)
        texts = [cells[place] for place in places if place < len(cells) and cells[place]]
        if not texts and any(cells):
            return Listed(line, (), here("has no address in its column; nothing was taken from it"))
        return Listed(line, texts)
    mark = next((mark for mark in (";", "\t", ",") if mark in text), ",")
    cells = [cell for cell in _cells(text, mark) if cell]
    return Listed(line, [cell for cell in cells if _LIKE_ONE(cell)] or cells[:1])
