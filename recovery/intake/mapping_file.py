"""A mapping read from its YAML file, with the line of every mistake, all of them at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from recovery.connectors.table_file import words
from recovery.connectors.table_file.columns import FIELDS, REQUIRED, did_you_mean
from recovery.i18n import here, say
from recovery.intake.mapped import ItemRule, Mapped, Rule, WrongMapping

KEYS = ("column", "join", "values", "default", "format", "zone", "decimal")
ITEM_KEYS = ("name", "quantity", "price", "decimal")
TIMES = frozenset({"placed_at", "updated_at", "expires_at"})
AMOUNTS = frozenset({"amount", "shipping_amount"})
MARKS = {",": ",", "comma": ",", ".": ".", "point": "."}
# What a word of theirs may be translated to.
_WORDS: Mapping[str, Callable[[str], Any]] = {
    "status": words.status,
    "email_consent": words.consent,
    "sms_consent": words.consent,
    "customer_type": words.customer_type,
    "country": words.country,
    "currency": words.currency,
    "locale": words.locale,
    "timezone": words.timezone,
}


def read_mapping(file: Path) -> Mapped:
    """Read `file`; WrongMapping tells everything that is wrong with it."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else here("it is no UTF-8 text")
        raise WrongMapping(say("{file} can't be read: {why}", file=file, why=why)) from None
    return _Reader(file.name).read(text)


class _Reader:
    """One reading; everything that is wrong is collected."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._mistakes: list[tuple[int, str]] = []

    def read(self, text: str) -> Mapped:
        rules, items = [], None
        root = self._root(text)
        for name, node in () if root is None else self._pairs(root, FIELDS):
            if name == "items" and isinstance(node, yaml.MappingNode):
                items = self._items(node)
            elif (rule := self._rule(name, node)) is not None:
                rules.append(rule)
        if root is not None:
            self._expect({rule.field for rule in rules})
        if self._mistakes:
            told = (f"{self._file}:{line}: {error}" for line, error in sorted(self._mistakes))
            raise WrongMapping(say("{mistakes}", mistakes="\n".join(told)))
        return Mapped(self._file, rules, items)

    def _expect(self, named: set[str]) -> None:
        for name in (one for one in REQUIRED if one not in named):
            self._wrong(1, here("{name} is missing: name its column, or a default", name=name))
        if not named & {"email", "phone"}:
            self._wrong(1, here("neither email nor phone is there; a customer needs at least one"))

    def _root(self, text: str) -> yaml.MappingNode | None:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            why = getattr(error, "problem", None) or str(error)
            self._wrong(mark.line + 1 if mark else 1, here("this is no YAML: {why}", why=why))
            return None
        if isinstance(root, yaml.MappingNode):
            return root
        self._wrong(1, here("write one field a line, such as order_id: Order number"))
        return None

    def _pairs(self, node: yaml.MappingNode, known: Iterable[str]) -> Iterator[tuple[str, Any]]:
        known, seen = list(known), set()
        for key, value in node.value:
            name = str(key.value)
            if name not in known:
                hint = did_you_mean(name, known)
                self._wrong(_line(key), here("{name} is not known{hint}", name=name, hint=hint))
            elif name in seen:
                self._wrong(_line(key), here("{name} is there twice; keep one", name=name))
            else:
                yield name, value
            seen.add(name)

    def _rule(self, name: str, node: yaml.Node) -> Rule | None:
        if isinstance(node, yaml.ScalarNode):
            return Rule(name, _line(node), columns=tuple(self._names(node)))
        if not isinstance(node, yaml.MappingNode):
            self._wrong(_line(node), here("{name}: name a column, or column: and more", name=name))
            return None
        told = dict(self._pairs(node, KEYS))
        self._unfit(name, told)
        if "column" not in told and "default" not in told:
            self._wrong(_line(node), here("{name}: name its column, or a default", name=name))
        return Rule(
            name,
            _line(node),
            columns=tuple(self._names(told["column"])) if "column" in told else (),
            join=self._text(told, "join"),
            values=self._values(name, told.get("values")),
            default=self._ours(name, told["default"]) if "default" in told else None,
            formats=tuple(self._texts(told["format"])) if "format" in told else (),
            zone=self._zone(told.get("zone")),
            decimal=self._decimal(told.get("decimal")),
        )

    def _items(self, node: yaml.MappingNode) -> ItemRule | None:
        told = dict(self._pairs(node, ITEM_KEYS))
        decimal = self._decimal(told.pop("decimal", None))
        parts = {
            part: Rule(part, _line(value), tuple(self._names(value)), decimal=decimal)
            if part == "price"
            else Rule(part, _line(value), tuple(self._names(value)))
            for part, value in told.items()
        }
        if "name" not in parts or "price" not in parts:
            self._wrong(_line(node), here("items needs the columns of name and price"))
            return None
        return ItemRule(parts["name"], parts.get("quantity"), parts["price"])

    def _unfit(self, name: str, told: Mapping[str, yaml.Node]) -> None:
        """Ways of writing that only times, or only amounts, have."""
        for key, fields in {"format": TIMES, "zone": TIMES, "decimal": AMOUNTS}.items():
            if key in told and name not in fields:
                self._wrong(
                    _line(told[key]),
                    here("{key} is for {fields}", key=key, fields=", ".join(sorted(fields))),
                )

    def _names(self, node: yaml.Node) -> list[str]:
        found = [text.strip().lower() for text in self._texts(node)]
        if not all(found) or not found:
            self._wrong(_line(node), here("no column is named; name one, or delete the line"))
        return found

    def _texts(self, node: yaml.Node) -> list[str]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        if all(isinstance(one, yaml.ScalarNode) for one in nodes):
            return [str(one.value) for one in nodes]
        self._wrong(_line(node), here("write a text here, or a list of texts"))
        return [""]

    def _text(self, told: Mapping[str, yaml.Node], key: str) -> str | None:
        return self._texts(told[key])[0] if key in told else None

    def _values(self, name: str, node: yaml.Node | None) -> dict[str, str]:
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            self._wrong(
                _line(node),
                here("values: write one word of theirs a line, such as voided: cancelled"),
            )
            return {}
        return {str(key.value).strip().lower(): self._ours(name, one) for key, one in node.value}

    def _ours(self, name: str, node: yaml.Node) -> str:
        """A word of ours, judged as a cell of an order file would be."""
        text = self._texts(node)[0].strip()
        if name in _WORDS:
            try:
                _WORDS[name](text)
            except ValueError as error:
                self._wrong(_line(node), f"{name}: {error}")
        return text

    def _zone(self, node: yaml.Node | None) -> ZoneInfo | None:
        if node is None:
            return None
        try:
            return ZoneInfo(words.timezone(self._texts(node)[0]))
        except ValueError as error:
            self._wrong(_line(node), str(error))
            return None

    def _decimal(self, node: yaml.Node | None) -> str | None:
        if node is None:
            return None
        mark = MARKS.get(self._texts(node)[0])
        if mark is None:
            self._wrong(_line(node), here("decimal is comma or point"))
        return mark

    def _wrong(self, line: int, error: str) -> None:
        self._mistakes.append((line, error))


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
