"""What pydantic has against a scenario, as problems with a place and a cure."""

import re
import types
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from recovery.campaign.problems import Road, written
from recovery.campaign.tree import Tree
from recovery.campaign.vocabulary import Meant, did_you_mean, guess, meant, nearest
from recovery.i18n import Text, Value, say
from recovery.problems.codes import CODES

_ONE = (say("one value"), say("one value after the colon"))
_BLOCK = (say("a block of keys"), say("its keys below it, one a line"))
_LIST = (say("a list"), say("its members below it, each after '- '"))
_SHAPES: dict[str, tuple[Text, Text]] = {
    **dict.fromkeys(("model_type", "dict_type", "mapping_type"), _BLOCK),
    **dict.fromkeys(("list_type", "tuple_type"), _LIST),
    "string_type": _ONE,
}
_FOUND: dict[type, Text] = {dict: say("a block"), list: say("a list"), str: say("one value")}
_NUMBERS = ("int_parsing", "decimal_parsing", "bool_parsing", "int_type", "decimal_type")


def complain(error: ValidationError, tree: Tree, model: type[BaseModel]) -> None:
    """Add to `tree.problems` what `error` says, leaving out what only follows from another."""
    said = {one.road for one in tree.problems}
    details = error.errors(include_url=False)
    for detail in details:
        if detail["type"] == "extra_forbidden":
            *above, key = detail["loc"]
            if near := nearest(str(key), known_keys(model, above)):
                said.add(written((*above, near)))  # it is not missing as well
    nameless = [detail["loc"][:-1] for detail in details if detail["loc"][-1:] == ("[key]",)]
    for detail in details:
        road = detail["loc"]
        below = road[-1:] != ("[key]",) and any(road[: len(one)] == one for one in nameless)
        known = detail["type"] == "extra_forbidden" or written(road) not in said
        if known and not below:
            _report(detail, tree, model)


def known_keys(model: Any, road: Sequence[str | int]) -> list[str]:
    """The keys that may stand at `road`: of a block, or the few words that a mapping knows."""
    for step in road:
        model = _inner(_bare(model), step)
    model = _bare(model)
    if isinstance(model, type) and issubclass(model, BaseModel):
        return list(model.model_fields)
    keys = _bare(get_args(model)[0]) if get_args(model) else None
    few = isinstance(keys, type) and issubclass(keys, StrEnum)
    return [one.value for one in keys] if few else []  # type: ignore[union-attr]


def not_among(
    tree: Tree,
    road: Road,
    given: str,
    choices: Sequence[str],
    code: str,
    known_as: str | None = None,
) -> None:
    """Report the value, or the key, at `road` as none of `choices`; `known_as`: the one of them
    that is another name for it."""
    what = meant(given, choices)
    if known_as is not None and known_as in choices:
        what = Meant(did_you_mean(known_as), known_as)
    is_value = tree.values.get(road) and tree.sheet.read(tree.values[road]) == given
    place = tree.value(road) if is_value else tree.key(road)
    fix = tree.rewritten(place, given, what.fix, safe=what.safe) if what.fix else None
    if "{key}" in CODES[code].message:
        key = _called(road)
        tree.report(code, place, road, fix=fix, given=given, key=key, guess=what.cure)
    else:
        tree.report(code, place, road, fix=fix, given=given, guess=what.cure)


def _report(detail: ErrorDetails, tree: Tree, model: type[BaseModel]) -> None:
    kind, given = detail["type"], detail["input"]
    road = tuple(step for step in detail["loc"] if step != "[key]")
    context = dict(detail.get("ctx", {}))
    if kind in _NUMBERS and isinstance(given, str):
        tree.report("CR306", tree.value(road), road, given=given)
    elif kind in _SHAPES or (not isinstance(given, str) and kind not in ("missing", *_EXTRA)):
        wanted, example = _SHAPES.get(kind, _ONE)
        found = _FOUND.get(type(given), say("something else"))
        key = _called(road)
        tree.report(
            "CR024", tree.value(road), road, key=key, wanted=wanted, found=found, example=example
        )
    elif kind == "missing":
        tree.report("CR021", tree.key(road[:-1]), road, key=_called(road))
    elif kind == "extra_forbidden":
        _unknown_key(road, tree, known_keys(model, road[:-1]))
    elif "options" in context:
        not_among(tree, road, str(given), context["options"], kind)
    elif kind == "enum":
        not_among(tree, road, str(given), re.findall(r"'([^']+)'", context["expected"]), "CR022")
    elif kind in CODES:
        tree.report(kind, tree.value(road), road, **context)
    elif kind == "too_short":
        tree.report("CR026", tree.key(road), road, key=_called(road))
    else:  # a number that no number can be, such as nan
        tree.report("CR306", tree.value(road), road, given=str(given))


_EXTRA = ("extra_forbidden", "too_short")


def _unknown_key(road: Road, tree: Tree, choices: list[str]) -> None:
    key = str(road[-1])
    empty = ("CR023", written(road))  # what is under an unknown key is nobody's business
    tree.problems[:] = [one for one in tree.problems if (one.code, one.road) != empty]
    place, near = tree.key(road), nearest(key, choices)
    renamed = tree.rewritten(place, key, near) if near else None
    tree.report("CR020", place, road, fix=renamed, key=key, guess=guess(key, choices))


def _called(road: Road) -> Value:
    last = road[-1] if road else say("the file")
    if isinstance(last, int):
        return say("item {number} of {key}", number=last + 1, key=str(road[-2]))
    return last


def _bare(annotation: Any) -> Any:
    """A type without what stands around it: validators, and `| None`."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, types.UnionType):
            annotation = next(one for one in get_args(annotation) if one is not type(None))
        else:
            return annotation


def _inner(annotation: Any, step: str | int) -> Any:
    """The type of what stands at `step` in a value of this type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(str(step))
        return field.annotation if field else None
    arguments = get_args(annotation)
    if not arguments:
        return None
    return arguments[1] if get_origin(annotation) in (dict, Mapping) else arguments[0]
