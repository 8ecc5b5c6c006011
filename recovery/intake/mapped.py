"""Another company's columns as ours: one row of theirs becomes one of ours. Pure.

A mapping says where each field of ours stands in their file, and what their words mean. Lines that
belong to one order, as shops write one a product, become one row.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from recovery.connectors.table_file.columns import did_you_mean
from recovery.connectors.table_file.open import Heading, RawRow
from recovery.connectors.table_file.row import RowError
from recovery.errors import Exit, RecoveryError
from recovery.i18n import here, say

Row = Mapping[str, Any]  # a row by their column, in small letters
UNIX = {"unix": 1, "unix_ms": 1000}
_OFFSET_APART = re.compile(r"(.*\d)\s+([+-]\d\d:?\d\d|Z)").fullmatch
_NO_DIGITS = re.compile(r"[^\d,.-]")
_WHOLE = re.compile(r"(-?\d+)\.0+").fullmatch
_SAME_ORDER = ("status", "placed_at", "amount")


class WrongMapping(RecoveryError):
    """Raised when a mapping can't be read, or does not fit the file that it is to be used on."""

    exit_code = Exit.DATA


@dataclass(frozen=True, slots=True)
class Rule:
    """Where one field of ours stands, and how it is written there."""

    field: str
    line: int  # of the mapping
    columns: tuple[str, ...] = ()  # in small letters; the first that holds something counts …
    join: str | None = None  # … or all of them, with this between them
    values: Mapping[str, str] = dataclasses.field(
        default_factory=dict
    )  # their word, in small letters → ours
    default: str | None = None
    formats: tuple[str, ...] = ()
    zone: ZoneInfo | None = None
    decimal: str | None = None  # the mark before the cents

    def cell(self, row: Row) -> str:
        """What `row` says, as they wrote it; empty when it says nothing."""
        cells = [text for name in self.columns if (text := _text(row, name))]
        return self.join.join(cells) if self.join is not None else next(iter(cells), "")

    def read(self, row: Row) -> str | None:
        """What `row` says, in our words; ValueError tells the cure."""
        text = self.cell(row)
        if (known := self.values.get(text.lower())) is not None:
            return known
        if not text:
            return self.default
        if self.formats or self.zone is not None:
            return _moment(text, self.formats, self.zone).isoformat()
        if self.decimal is not None:
            return _amount(text, self.decimal)
        return _apart(text) if self.field.endswith("_at") else text


@dataclass(frozen=True, slots=True)
class ItemRule:
    """Where the products of an order stand: one in each of its lines."""

    name: Rule
    quantity: Rule | None
    price: Rule

    def rules(self) -> Iterator[Rule]:
        """Its parts."""
        yield from filter(None, (self.name, self.quantity, self.price))

    def read(self, row: Row) -> dict[str, str | None] | None:
        """One product, or None where the line has none."""
        name = self.name.read(row)
        if name is None:
            return None
        count = (self.quantity.read(row) if self.quantity else None) or "1"
        return {"name": name, "quantity": count, "price": self.price.read(row) or "0"}


class Mapped(Heading):
    """A whole mapping. `file` is its name, for those who have to mend it."""

    def __init__(self, file: str, rules: Sequence[Rule], items: ItemRule | None) -> None:
        self.file = file
        self._rules = {rule.field: rule for rule in rules}
        self._items = items
        parts = [*rules, *(items.rules() if items else ())]
        self.known = frozenset(name for rule in parts for name in rule.columns)
        self._lines = {name: rule.line for rule in reversed(parts) for name in rule.columns}

    def heeds(self, name: str) -> bool:
        """A column that no field of ours stands in may be there as often as it likes."""
        return name in self.known

    def judge(self, header: Sequence[str], file: str, line: int) -> None:
        """WrongMapping for columns that the header does not have; names the nearest."""
        missing = sorted(self.known.difference(header), key=lambda name: self._lines[name])
        if missing:
            raise WrongMapping(say("{mistakes}", mistakes="\n".join(
                here(
                    "{mapping}:{line}: {file} has no column {name}{hint}",
                    mapping=self.file,
                    line=self._lines[name],
                    file=file,
                    name=f"{name!r}",
                    hint=did_you_mean(name, filter(None, header)),
                )
                for name in missing
            )))  # fmt: skip

    def rows(self, raws: Iterable[RawRow]) -> Iterator[tuple[RawRow, list[Row]]]:
        """Each order's first row, and all its lines."""
        first: RawRow | None = None
        lines: list[Row] = []
        for raw in raws:
            row = {name.strip().lower(): value for name, value in raw.values.items()}
            if first is not None and raw.problem is None and self._goes_on(lines[0], row):
                lines.append(row)
                continue
            if first is not None:
                yield first, lines
            first, lines = raw, [row]
            if raw.problem is not None:
                yield raw, lines
                first = None
        if first is not None:
            yield first, lines

    def translate(self, lines: Sequence[Row], line: int) -> tuple[dict[str, Any], list[RowError]]:
        """One order in our fields, and what its cells do not say rightly."""
        told: dict[str, Any] = {}
        errors = []
        for rule in self._rules.values():
            try:
                told[rule.field] = rule.read(lines[0])
            except ValueError as error:
                errors.append(RowError(line, rule.field, str(error)))
        try:
            if self._items is not None:
                found = filter(None, map(self._items.read, lines))
                told["items"] = list(found) or None
        except ValueError as error:
            errors.append(RowError(line, "items", str(error)))
        return told, errors

    def where(self, name: str | None) -> str:
        """` (column 'x')`: where a field of ours is in their file."""
        rule = self._rules.get(name or "")
        if rule is None or not rule.columns:
            return ""
        return here(" (column {names})", names=", ".join(f"'{one}'" for one in rule.columns))

    def _goes_on(self, first: Row, row: Row) -> bool:
        """Whether `row` is another line of the order of `first`: it repeats what that said, or
        leaves it out."""
        number = self._rules["order_id"].cell(row)
        if not number or number != self._rules["order_id"].cell(first):
            return False
        rules = (self._rules[name] for name in _SAME_ORDER)
        return all(rule.cell(row) in ("", rule.cell(first)) for rule in rules)


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    if value is None and "." in name:
        return _nested(row, name)
    if isinstance(value, bool):
        return str(value).lower()
    return value.strip() if isinstance(value, str) else str(value) if type(value) is int else ""


def _nested(row: Row, road: str) -> str:
    """`customer.email` in JSON."""
    head, _, rest = road.partition(".")
    inner = row.get(head)
    if not isinstance(inner, dict):
        return ""
    return _text({str(key).lower(): value for key, value in inner.items()}, rest)


def _apart(text: str) -> str:
    """`2026-11-22 09:00:00 +0100` as ISO 8601 has it."""
    found = _OFFSET_APART(text)
    return found[1] + found[2] if found else text


def _moment(text: str, formats: Sequence[str], zone: ZoneInfo | None) -> datetime:
    at = _parsed(text, formats)
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    if zone is None:
        raise ValueError(
            here(
                "{text} has no offset from UTC; say in the mapping which zone it is in, e.g. zone: "
                "Asia/Shanghai",
                text=f"{text!r}",
            )
        )
    return at.replace(tzinfo=zone).astimezone(UTC)


def _parsed(text: str, formats: Sequence[str]) -> datetime:
    for form in formats:
        try:
            if form in UNIX:
                return datetime.fromtimestamp(float(text) / UNIX[form], UTC)
            return datetime.strptime(text, form)
        except (ValueError, OverflowError, OSError):
            continue
    if not formats:
        try:
            return datetime.fromisoformat(_apart(text))
        except ValueError:
            pass
    raise ValueError(
        here(
            "{text} is not written as {form}; correct the cell, or format: in the mapping",
            text=f"{text!r}",
            form=" / ".join(formats) or "2026-11-22 09:00",
        )
    )


def _amount(text: str, decimal: str) -> str:
    """Plain digits: without signs of currencies and marks between thousands."""
    digits = _NO_DIGITS.sub("", text)
    digits = digits.replace("." if decimal == "," else ",", "").replace(",", ".")
    whole = _WHOLE(digits)
    return whole[1] if whole else digits or text
