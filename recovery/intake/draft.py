"""A first draft of a mapping, guessed from the header of a file and its first rows, to be edited.

Columns are found by what shops call them, in English and Chinese.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import IO, Any

import yaml
from babel import Locale

from recovery.connectors.table_file.columns import REQUIRED
from recovery.connectors.table_file.open import Heading, RawRow, label, read_rows
from recovery.i18n import here

SAMPLE = 500  # rows that are looked at for words and ways of writing
_WORDS_FILE = Path(__file__).with_name("their_words.yaml")
_ORDER = (*REQUIRED, "updated_at", "email", "phone", "name", "customer_id", "payment_method")
_EUROPEAN = re.compile(r"-?[^\d-]*\d{1,3}(\.\d{3})*,\d{2}\D*").fullmatch
_DRESSED = re.compile(r".*[^\d.-].*").fullmatch
_FORMATS = (
    (re.compile(r"\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d\d:\d\d").fullmatch, "%Y/%m/%d %H:%M:%S"),
    (re.compile(r"\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d\d").fullmatch, "%Y/%m/%d %H:%M"),
    (re.compile(r"\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d\d").fullmatch, "%d.%m.%Y %H:%M"),
    (re.compile(r"\d{4}年\d{1,2}月\d{1,2}日 \d{1,2}:\d\d").fullmatch, "%Y年%m月%d日 %H:%M"),
    (re.compile(r"\d{9,10}").fullmatch, "unix"),
    (re.compile(r"\d{12,13}").fullmatch, "unix_ms"),
)
_BARE = re.compile(r"[^\W\d][\w /]*", re.U).fullmatch
_HAS_OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$").search


class _Any(Heading):
    """Any header will do; of its columns, all those that we know the names of tell the mark."""

    def __init__(self) -> None:
        self.known = frozenset(name for names in _theirs()["columns"].values() for name in names)

    def heeds(self, name: str) -> bool:
        return False

    def judge(self, header: Sequence[str], file: str, line: int) -> None:
        """Every header is welcome."""


@cache
def _theirs() -> dict[str, dict[str, Any]]:
    """What shops call columns and states."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(_WORDS_FILE.read_text("utf-8"))
    return found


def draft(file: str | Path | IO[bytes]) -> str:
    """A mapping for `file` as YAML: what was recognised, and what has to be filled in."""
    rows = list(islice(read_rows(file, _Any()), SAMPLE))
    good = [row for row in rows if row.problem is None]
    header = list(dict.fromkeys(name for row in good for name in row.values if name))
    found = _guess(header)
    return "\n".join(_lines(label(file), header, found, good)) + "\n"


def _guess(header: Sequence[str]) -> dict[str, list[str]]:
    """Field → columns; each column once, the surest name first."""
    plain = {name: _plain(name) for name in header}
    found: dict[str, list[str]] = {}
    taken: set[str] = set()
    for field, names in _theirs()["columns"].items():
        for wanted in map(_plain, names):
            column = next((one for one, as_is in plain.items() if as_is == wanted), None)
            if column is not None and column not in taken:
                found[field] = [column]
                taken.add(column)
                break
    changes = [one for word in _theirs()["changes"] for one in plain if plain[one] == word]
    if "updated_at" not in found and changes:
        found["updated_at"] = changes
    return found


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-:：()（）]+", " ", name.strip().lower()).strip()


def _lines(
    file: str, header: Sequence[str], found: Mapping[str, list[str]], rows: Sequence[RawRow]
) -> Iterator[str]:
    yield "# " + here("A draft for {file}: look at every line, then import with --map.", file=file)
    parts = [name for name in _theirs()["columns"] if name not in _ORDER]
    fields = [*_ORDER, *(name for name in parts if not name.startswith("item_"))]
    for field in fields:
        if field in found:
            yield from _rule(field, found[field], rows)
        elif field in REQUIRED:
            yield f"{field}: {{default: }}  # " + here("not found: name the column, or a default")
    if "item_name" in found and "item_price" in found:
        yield "items:"
        for part in ("name", "quantity", "price"):
            for column in found.get(f"item_{part}", ()):
                yield f"  {part}: {_quoted(column)}"
    used = {name for columns in found.values() for name in columns}
    left = [name for name in header if name not in used]
    if left:
        yield "# " + here("Not used: {names}", names=", ".join(left))


def _rule(field: str, columns: Sequence[str], rows: Sequence[RawRow]) -> Iterator[str]:
    more = list(_more(field, _cells(columns, rows)))
    named = [_quoted(column) for column in columns]
    told = f"[{', '.join(named)}]" if len(named) > 1 else named[0]
    if not more and len(named) == 1:
        yield f"{field}: {told}"
        return
    yield f"{field}:"
    yield f"  column: {told}"
    yield from (f"  {line}" for line in more)


def _more(field: str, cells: Sequence[str]) -> Iterator[str]:
    if field.endswith("_at"):
        yield from _time(cells)
    elif field in ("amount", "shipping_amount"):
        if any(map(_EUROPEAN, cells)):
            yield "decimal: comma"
        elif any(map(_DRESSED, cells)):
            yield "decimal: point"
    elif field == "country":
        yield from _countries(cells)
    elif field in _theirs()["values"]:
        yield from _values(_theirs()["values"][field], cells)


def _time(cells: Sequence[str]) -> Iterator[str]:
    form = next((form for fits, form in _FORMATS if cells and all(map(fits, cells))), None)
    if form is not None:
        yield f'format: "{form}"'
    if form not in ("unix", "unix_ms") and not (cells and all(map(_HAS_OFFSET, cells))):
        yield "zone: UTC  # " + here("the zone that these times are in, e.g. Asia/Shanghai")


def _values(known: Mapping[str, Sequence[str]], cells: Sequence[str]) -> Iterator[str]:
    """Every word that occurs; what nobody knows has to be translated."""
    ours = {word: meaning for meaning, words in known.items() for word in words}
    if not cells or set(map(str.lower, cells)) <= set(known):
        return
    yield "values:"
    for word in sorted(set(cells)):
        meaning = ours.get(word.lower(), word.lower() if word.lower() in known else "")
        told = "" if meaning else "  # " + here("one of {known}", known=", ".join(known))
        yield f"  {_quoted(word)}: {meaning}{told}"


def _countries(cells: Sequence[str]) -> Iterator[str]:
    """Countries that are written as names; codes may stay as they are."""
    names = sorted({cell for cell in cells if not re.fullmatch("[A-Za-z]{2}", cell)})
    if names:
        yield "values:"
    for name in names:
        code = _codes().get(name.lower(), "")
        told = "" if code else "  # " + here("a country code, such as DE")
        yield f"  {_quoted(name)}: {code}{told}"


@cache
def _codes() -> dict[str, str]:
    """Codes by the names of countries, in the languages of messages (Unicode's CLDR)."""
    return {
        name.lower(): code
        for language in ("en", "zh", "de", "es", "fr", "ja", "pt")
        for code, name in Locale(language).territories.items()
        if re.fullmatch("[A-Z]{2}", code)
    }


def _cells(columns: Sequence[str], rows: Iterable[RawRow]) -> list[str]:
    found = (row.values.get(column) for row in rows for column in columns)
    return [str(cell).strip() for cell in found if cell is not None and str(cell).strip()]


def _quoted(text: str) -> str:
    """`text` as YAML reads it back, also within a list."""
    if _BARE(text) and text not in ("yes", "no", "on", "off", "true", "false", "null"):
        return text
    return json.dumps(text, ensure_ascii=False)
