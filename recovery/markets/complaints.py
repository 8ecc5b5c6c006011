"""What pydantic has against a merchant's own rules, as problems with a place and a cure."""

import re
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from recovery.campaign.problems import Fix, Road, written
from recovery.campaign.tree import Tree
from recovery.campaign.vocabulary import guess, meant, nearest
from recovery.i18n import Text, Value, say
from recovery.markets.data import facts
from recovery.markets.hours import HoursError, meant_hours, read_week

_ONE = (say("one value"), say("one value after the colon"))
_SHAPES: dict[str, tuple[Text, Text]] = {
    "model_type": (say("a block of keys"), say("its keys below it, one a line")),
    "list_type": (say("a list"), say("its members below it, each after '- '")),
    "string_type": _ONE,
    "int_type": _ONE,
}
_FOUND: dict[type, Text] = {dict: say("a block"), list: say("a list"), str: say("one value")}
_NUMBERS = {"int_parsing", "int_parsing_size", "greater_than_equal", "less_than_equal"}


def complain(error: ValidationError, tree: Tree, model: type[BaseModel]) -> None:
    """Add to `tree.problems` what `error` says, leaving out what only follows from another."""
    said = {one.road for one in tree.problems if one.code != "CR010"}
    details = error.errors(include_url=False)
    for detail in details:
        if detail["type"] == "extra_forbidden":
            *above, key = detail["loc"]
            if near := nearest(str(key), _keys(model, tuple(above))):
                said.add(written((*above, near)))  # it is not missing as well
    for detail in details:
        if detail["type"] == "extra_forbidden" or written(detail["loc"]) not in said:
            _report(detail, tree, model)


def complain_of_hours(tree: Tree) -> None:
    """Tell every span of `hours` that can't be read, whatever else is wrong beside it."""
    data = tree.data if isinstance(tree.data, dict) else {}
    hours = data.get("hours")
    for name, block in hours.items() if isinstance(hours, dict) else ():
        spans = block.get("open") if isinstance(block, dict) else None
        if spans and isinstance(spans, list) and all(isinstance(one, str) for one in spans):
            _hours(spans, ("hours", name, "open"), tree)


def _report(detail: ErrorDetails, tree: Tree, model: type[BaseModel]) -> None:
    kind, given, road = detail["type"], detail["input"], detail["loc"]
    key, place = _called(road), tree.value(road)
    if kind in ("literal_error", *_NUMBERS) and not isinstance(given, str):
        kind = "string_type"
    if kind in _SHAPES:
        wanted, example = _SHAPES[kind]
        found = _FOUND.get(type(given), say("something else"))
        tree.report("CR024", place, road, key=key, wanted=wanted, found=found, example=example)
    elif kind == "missing":
        tree.report("CR021", tree.key(road[:-1]), road, key=key)
    elif kind == "extra_forbidden":
        _unknown_key(road, tree, _keys(model, road[:-1]))
    elif kind == "literal_error":
        _not_among(tree, road, "CR022", given, re.findall(r"'([^']+)'", detail["ctx"]["expected"]))
    elif kind == "too_short":
        tree.report("CR026", tree.key(road), road, key=key)
    elif kind in _NUMBERS:
        tree.report("CR208", place, road, given=str(given), key=key, least=0, most=99)
    elif isinstance(detail.get("ctx", {}).get("error"), HoursError):
        if not given["open"]:  # else told span by span
            tree.report("CR026", tree.key((*road, "open")), (*road, "open"), key="open")
    elif road[:1] == ("payment",):
        _not_among(tree, road, "CR209", given, list(facts("methods")))
    else:
        tree.report("CR200", place, road, problem=detail["msg"], market=tree.data["market"])


def _not_among(tree: Tree, road: Road, code: str, given: str, choices: list[str]) -> None:
    what, place = meant(given, choices), tree.value(road)
    fix = tree.rewritten(place, given, what.fix, safe=what.safe) if what.fix else None
    tree.report(code, place, road, fix=fix, given=given, key=_called(road), guess=what.cure)


def _hours(spans: list[str], road: Road, tree: Tree) -> None:
    """Tell every span that can't be read; when all can, they contradict each other."""
    wrong = False
    for number, given in enumerate(spans):
        why = _fault([given])
        if why is not None:
            wrong, here = True, (*road, number)
            _no_hours(tree, here, given, why)
    if not wrong and (why := _fault(spans)) is not None:
        _no_hours(tree, road, ", ".join(spans), why)


def _fault(spans: list[str]) -> Text | None:
    try:
        read_week(spans)
    except HoursError as error:
        return error.problem
    return None


def _no_hours(tree: Tree, road: Road, given: str, why: Text) -> None:
    place, what = tree.value(road), meant_hours(given)
    fix: Fix | None = None
    if what is not None:
        fix = tree.rewritten(place, given, what[0], safe=what[1])
    example = what[0] if what else "mon-sat 09:00-20:00"
    tree.report("CR211", place, road, fix=fix, given=given, problem=why, example=example)


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


def _keys(model: type[BaseModel], road: Road) -> list[str]:
    """The keys that may stand at `road`."""
    for part in road:
        field = model.model_fields.get(str(part))
        inner = _models(field.annotation) if field else []
        if not inner:
            return []
        model = inner[0]
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [one for part in getattr(annotation, "__args__", ()) for one in _models(part)]
