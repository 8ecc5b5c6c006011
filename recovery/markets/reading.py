"""A rule file as typed values, or every mistake in it with its line. Every scalar is text."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from recovery.errors import Exit, RecoveryError

Road = tuple[str | int, ...]  # to a value: ("hours", "call", "open", 0)
Places = Mapping[Road, tuple[int, int]]  # line and column, both from 1
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong in a file; `line` and `column` count from 1."""

    file: str
    line: int
    column: int
    road: Road
    message: str

    def __str__(self) -> str:
        road = "".join(f"{part}: " for part in self.road)
        return f"{self.file}:{self.line}:{self.column}: {road}{self.message}"


class MarketError(RecoveryError):
    """Raised when a file of market rules is wrong; `mistakes` has all of them."""

    exit_code = Exit.DATA

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def read_rules(model: type[Model], text: str, file: str) -> Model:
    """Read the YAML `text` of `file` as `model`; MarketError names every mistake."""
    data, places = _read(text, file)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = [_mistake(each, model, places, file) for each in error.errors()]
        raise MarketError(sorted(found, key=lambda each: (each.line, each.column))) from None


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


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _mistake(error: ErrorDetails, model: type[BaseModel], places: Places, file: str) -> Mistake:
    """Where pydantic's complaint stands in the file, and what a person should read."""
    road = error["loc"]
    while road not in places:
        road = road[:-1]
    line, column = places[road]
    missing = [str(part) for part in error["loc"][len(road) :]]
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "missing":
        message = f"{missing[-1]} is missing"
    elif error["type"] == "extra_forbidden":
        message = f"means nothing here{_near(str(road[-1]), _names(model, road[:-1]))}"
    return Mistake(file, line, column, road, message)


def _near(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, 1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}"


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
