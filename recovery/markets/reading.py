"""A rule file as typed values, or every mistake in it with its line. Every scalar is text."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from gettext import NullTranslations
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from recovery.errors import Exit, RecoveryError
from recovery.i18n import ENGLISH, Text, fill, say

Road = tuple[str | int, ...]  # to a value: ("hours", "call", "open", 0)
_WIDE = "\N{FULLWIDTH COLON}"
Places = Mapping[Road, tuple[int, int]]  # line and column, both from 1
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong in a file; `line` and `column` count from 1."""

    file: str
    line: int
    column: int
    road: Road
    message: str | Text

    def __str__(self) -> str:
        """In English."""
        return self.line_in(ENGLISH)

    def line_in(self, language: NullTranslations) -> str:
        """`markets/DE.yaml:4:1: what is wrong`, in the words of a catalogue."""
        road = "".join(f"{part}: " for part in self.road)
        return f"{self.file}:{self.line}:{self.column}: {road}{fill(self.message, language)}"


class MarketError(RecoveryError):
    """Raised when a file of market rules is wrong; `mistakes` has all of them."""

    exit_code = Exit.DATA

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def read_rules(model: type[Model], text: str, file: str) -> Model:
    """Read the YAML `text` of `file` as `model`; MarketError names every mistake."""
    return read_over({}, model, text, file)


def read_keys(text: str, file: str) -> dict[str, Any]:
    """The YAML `text` of `file` as it is written, every scalar as text; MarketError: no mapping."""
    data, _ = _read(text, file)
    if not isinstance(data, dict):
        raise MarketError([_no_mapping(text, file)])
    return data


def read_over(below: Mapping[str, Any], model: type[Model], text: str, file: str) -> Model:
    """The same, where `text` says only what differs from `below`, which has no mistakes."""
    data, places = _read(text, file)
    if not isinstance(data, dict):
        raise MarketError([_no_mapping(text, file)])
    try:
        return model.model_validate(laid_over(below, data))
    except ValidationError as error:
        found = [_mistake(each, model, places, file) for each in error.errors()]
        raise MarketError(sorted(found, key=lambda each: (each.line, each.column))) from None


def laid_over(below: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """`own` over `below`, key by key; a list, or a value, replaces the one below it."""
    merged = dict(below)
    for key, value in own.items():
        under = merged.get(key)
        both = isinstance(under, Mapping) and isinstance(value, Mapping)
        merged[key] = laid_over(under, value) if both else value  # type: ignore[arg-type]
    return merged


def _read(text: str, file: str) -> tuple[Any, Places]:
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        node = yaml.compose(text, loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        why = error.problem or "this is no YAML"
        raise MarketError([Mistake(file, line, column, (), why)]) from None
    places: dict[Road, tuple[int, int]] = {(): (1, 1)}
    return (_data(node, (), places, file) if node else {}), places


def _data(node: yaml.Node, road: Road, places: dict[Road, tuple[int, int]], file: str) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            places[*road, number] = _place(item)
        return [_data(item, (*road, n), places, file) for n, item in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key, value in node.value:
        here = (*road, str(key.value))
        if here in places:
            raise MarketError([Mistake(file, *_place(key), here, "this stands here twice")])
        places[here] = _place(key)
        found[str(key.value)] = _data(value, here, places, file)
    return found


def _no_mapping(text: str, file: str) -> Mistake:
    """Words without `key: value`; most often the colon is the wide one of a Chinese keyboard."""
    for number, line in enumerate(text.splitlines(), 1):
        if (column := line.find(_WIDE)) >= 0:
            key = line[:column].strip()
            cure = say(
                "'{given}' is a full-width colon; write '{key}: ' with ':' and a space",
                given=_WIDE,
                key=key,
            )
            return Mistake(file, number, column + 1, (), cure)
    return Mistake(file, 1, 1, (), say("a file of rules has lines such as 'market: DE'"))


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _mistake(error: ErrorDetails, model: type[BaseModel], places: Places, file: str) -> Mistake:
    """Where pydantic's complaint stands in the file, and what a person should read."""
    road = error["loc"]
    while road not in places:
        road = road[:-1]
    line, column = places[road]
    missing = [str(part) for part in error["loc"][len(road) :]]
    message: str | Text = error["msg"].removeprefix("Value error, ")
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, ValueError) and cause.args and isinstance(cause.args[0], Text):
        message = cause.args[0]
    if error["type"] == "missing":
        message = say("{key} is missing", key=missing[-1])
    elif error["type"] == "extra_forbidden":
        key = str(road[-1])
        guess = _near(key, _names(model, road[:-1]))
        message = say("'{key}' means nothing here; {guess}", key=key, guess=guess)
    return Mistake(file, line, column, road, message)


def _near(word: str, known: list[str]) -> Text:
    near = get_close_matches(word, known, 1, cutoff=0.5)
    if near:
        return say("did you mean '{near}'?", near=near[0])
    return say("known are {options}", options=", ".join(known))


def _names(model: type[BaseModel], road: Road) -> list[str]:
    """The keys that may stand at `road`."""
    for part in road:
        field = next((f for n, f in model.model_fields.items() if part in (n, f.alias)), None)
        if field is None:  # an item of a list, or a name that the file chose
            continue
        inner = _models(field.annotation)
        if not inner:
            return []
        model = inner[0]
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [one for part in getattr(annotation, "__args__", ()) for one in _models(part)]
