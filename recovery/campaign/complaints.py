"""What pydantic found, in a marketer's words: its errors become problems with a place."""

import re
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from recovery.campaign import schema
from recovery.campaign.problems import Road, written
from recovery.campaign.tree import Tree
from recovery.campaign.vocabulary import guess, nearest
from recovery.problems.codes import CODES

_BLOCKS: tuple[tuple[tuple[type | str, ...], type[BaseModel]], ...] = (
    (("trigger",), schema.Trigger),
    (("goal",), schema.Goal),
    (("limits",), schema.Limits),
    (("segments", int), schema.Segment),
    (("sequences", str, int), schema.Step),
    (("offers", str), schema.Offer),
    (("segments", int, "amount"), schema.AmountRange),
    (("sequences", str, int, "if"), schema.Condition),
    (("sequences", str, int, "if", "amount"), schema.AmountRange),
)
_SHAPES = {
    "model_type": ("a block of keys", "its keys below it, one a line"),
    "dict_type": ("a block of names", "the names below it, one a line"),
    "list_type": ("a list", "its members below it, each after '- '"),
    "string_type": ("one value", "one value after the colon"),
    "CR024": ("one value", "one value after the colon"),
}
_FOUND: dict[type, str] = {dict: "a block", list: "a list", str: "one value"}


def complain(error: ValidationError, tree: Tree, model: type[BaseModel]) -> None:
    """Add to `tree.problems` what `error` says, leaving out what only follows from another."""
    said = {problem.road for problem in tree.problems}
    details = error.errors(include_url=False)
    for detail in details:
        said.update(_meant(detail, model))
    for detail in details:
        road = _road(detail)
        if detail["type"] == "extra_forbidden" or written(road) not in said:
            _report(detail, road, tree, model)


def _meant(detail: ErrorDetails, model: type[BaseModel]) -> set[str]:
    """Return the key a misspelt one stands for: it is not missing as well."""
    *above, key = detail["loc"] or ("",)
    if detail["type"] != "extra_forbidden":
        return set()
    near = nearest(str(key).partition(":")[0], _keys(tuple(above), model))
    return {written((*above, near))} if near else set()


def _road(detail: ErrorDetails) -> Road:
    road = tuple(step for step in detail["loc"] if step != "[key]")
    at = detail.get("ctx", {}).get("at")
    return road if at is None else (*road, at)


def _report(detail: ErrorDetails, road: Road, tree: Tree, model: type[BaseModel]) -> None:
    kind, given = detail["type"], detail["input"]
    key = _called(road)
    place = tree.key(road) if detail["loc"][-1:] == ("[key]",) else tree.value(road)
    if kind == "enum" and not isinstance(given, str):
        kind = "CR024"
    if kind in _SHAPES:
        wanted, example = _SHAPES[kind]
        found = _FOUND.get(type(given), "something else")
        tree.report("CR024", place, road, key=key, wanted=wanted, found=found, example=example)
    elif kind in CODES:
        tree.report(kind, place, road, **{"key": key} | _parameters(detail))
    elif kind == "missing":
        tree.report("CR021", tree.key(road[:-1]), road, key=key)
    elif kind == "extra_forbidden":
        _unknown_key(road, tree, _keys(road[:-1], model))
    elif kind == "enum":
        choices = re.findall(r"'([^']+)'", detail["ctx"]["expected"])
        tree.report("CR022", place, road, given=str(given), key=key, guess=guess(given, choices))
    elif kind == "too_short":
        tree.report("CR026", tree.key(road), road, key=key)
    else:
        tree.report("CR029", place, road, key=key, problem=detail["msg"])


def _unknown_key(road: Road, tree: Tree, choices: list[str]) -> None:
    key, colon, rest = str(road[-1]).partition(":")
    if colon and key in choices:  # {step: a, after:0m} is one long key to YAML
        tree.report("CR003", tree.key(road), road, sign=":", shown=f"{key}: {rest}")
        return
    tree.report("CR020", tree.key(road), road, key=key, guess=guess(key, choices))


def _parameters(detail: ErrorDetails) -> dict[str, Any]:
    ours = {"at", "fix", "safe", "code"}
    return {name: value for name, value in detail.get("ctx", {}).items() if name not in ours}


def _called(road: Road) -> str:
    last = road[-1] if road else "the file"
    return f"item {last + 1} of {road[-2]}" if isinstance(last, int) else last


def _keys(road: Road, model: type[BaseModel]) -> list[str]:
    """Return the keys that are known in the block at `road`."""
    block = model if not road else next((m for shape, m in _BLOCKS if _fits(road, shape)), None)
    fields: dict[str, Any] = block.model_fields if block else {}
    return [field.alias or name for name, field in fields.items()]


def _fits(road: Road, shape: tuple[type | str, ...]) -> bool:
    return len(road) == len(shape) and all(
        step == want or (isinstance(want, type) and isinstance(step, want))
        for step, want in zip(road, shape, strict=True)
    )
