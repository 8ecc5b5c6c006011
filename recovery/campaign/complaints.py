"""What pydantic found, in a marketer's words: its errors become problems with a place."""

import re
import unicodedata
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from recovery.campaign import schema
from recovery.campaign.experiments import Decision
from recovery.campaign.problems import Fix, Place, Road, written
from recovery.campaign.tree import MOST, Tree
from recovery.campaign.vocabulary import Meant, did_you_mean, guess, meant, nearest
from recovery.i18n import Text, Value, say
from recovery.problems.codes import CODES

_BLOCKS: tuple[tuple[tuple[type | str, ...], type[BaseModel]], ...] = (
    (("trigger",), schema.Trigger),
    (("goal",), schema.Goal),
    (("limits",), schema.Limits),
    (("decision",), Decision),
    (("segments", int), schema.Segment),
    (("sequences", str, int), schema.Step),
    (("offers", str), schema.Offer),
    (("segments", int, "amount"), schema.AmountRange),
    (("sequences", str, int, "if"), schema.Condition),
    (("sequences", str, int, "if", "amount"), schema.AmountRange),
)
_ONE = (say("one value"), say("one value after the colon"))
_SHAPES = {
    "model_type": (say("a block of keys"), say("its keys below it, one a line")),
    "dict_type": (say("a block of names"), say("the names below it, one a line")),
    "list_type": (say("a list"), say("its members below it, each after '- '")),
    "string_type": _ONE,
    "CR024": _ONE,
}
_FOUND: dict[type, Text] = {dict: say("a block"), list: say("a list"), str: say("one value")}
# What other tools call our keys; and in Chinese.
_OTHER_WORDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("name", "id", "title"), ("campaign", "segment", "step")),
    **dict.fromkeys(("delay", "wait"), ("after",)),
    **dict.fromkeys(("country", "countries", "markets", "region"), ("market",)),
    **dict.fromkeys(("mail", "e-mail", "template"), ("email",)),
    **dict.fromkeys(("text", "message"), ("sms",)),
    **dict.fromkeys(("type",), ("kind",)),
    **dict.fromkeys(("min", "minimum", "at_least"), ("from", "min_order")),
    **dict.fromkeys(("max", "maximum", "to", "until"), ("below",)),
    **dict.fromkeys(("condition", "when", "only_if"), ("if",)),
    **dict.fromkeys(("expires", "validity", "valid_for"), ("valid",)),
    **dict.fromkeys(("quiet_hours",), ("quiet",)),
    **dict.fromkeys(("control", "control_group"), ("holdout",)),
    **dict.fromkeys(("ab", "ab_test", "split", "变体"), ("variants",)),
    **{"活动": ("campaign",), "描述": ("description",), "状态": ("status",)},
    **{"市场": ("market",), "客群": ("segment", "segments"), "序列": ("sequence", "sequences")},
    **{"步骤": ("step",), "优惠": ("offer", "offers"), "限制": ("limits",), "目标": ("goal",)},
}
_WORTH = frozenset({"value", "discount", "amount_off", "percent_off", "percentage"})
_LACKING = {"missing", "too_short", "CR047", "CR048"}
_OURS = {"at", "fix", "safe", "code"}  # of a refusal's context: for us, not for its words


def complain(error: ValidationError, tree: Tree, model: type[BaseModel]) -> None:
    """Add to `tree.problems` what `error` says, leaving out what only follows from another."""
    # A key that is written twice says nothing about the value of the first.
    said = {problem.road for problem in tree.problems if problem.code != "CR010"}
    details = error.errors(include_url=False)[: 2 * MOST]
    for detail in details:
        said.update(_meant(detail, model))
    for detail in details:
        road = _road(detail)
        if detail["type"] in _LACKING and not tree.merged.isdisjoint((road, road[:-1])):
            continue  # the block wanted to have it from another
        if detail["type"] == "extra_forbidden" or written(road) not in said:
            _report(detail, road, tree, model)


def _meant(detail: ErrorDetails, model: type[BaseModel]) -> set[str]:
    """Return the key a misspelt one stands for: it is not missing as well."""
    *above, key = detail["loc"] or ("",)
    if detail["type"] != "extra_forbidden":
        return set()
    near = meant_key(str(key).partition(":")[0], known_keys(tuple(above), model))
    return {written((*above, near))} if near else set()


def meant_key(key: str, choices: list[str]) -> str | None:
    """Return the key of `choices` that was probably meant, also by the words of other tools."""
    key = unicodedata.normalize("NFKC", key)
    same = [one for one in _OTHER_WORDS.get(key.casefold(), ()) if one in choices]
    return same[0] if same else nearest(key, choices)


def meant_word(detail: ErrorDetails) -> Meant:
    """Return which word of a few was meant by one that is none of them."""
    return meant(str(detail["input"]), re.findall(r"'([^']+)'", detail["ctx"]["expected"]))


def _road(detail: ErrorDetails) -> Road:
    road = tuple(step for step in detail["loc"] if step != "[key]")
    at = detail.get("ctx", {}).get("at")
    return road if at is None else (*road, at)


def _report(detail: ErrorDetails, road: Road, tree: Tree, model: type[BaseModel]) -> None:
    kind, given = detail["type"], detail["input"]
    key, is_key = _called(road), detail["loc"][-1:] == ("[key]",)
    place = tree.key(road) if is_key else tree.value(road)
    if kind == "enum" and not isinstance(given, str):
        kind = "CR024"
    if kind in _SHAPES:
        wanted, example = _SHAPES[kind]
        found = _FOUND.get(type(given), say("something else"))
        tree.report("CR024", place, road, key=key, wanted=wanted, found=found, example=example)
    elif kind in CODES:
        fix = _fix(detail, road, tree)
        place = _part(tree, place, detail)
        tree.report(kind, place, road, fix=fix, **{"key": key} | _parameters(detail))
    elif kind == "missing":
        tree.report("CR021", tree.key(road[:-1]), road, key=key)
    elif kind == "extra_forbidden":
        _unknown_key(road, tree, known_keys(road[:-1], model))
    elif kind == "enum":
        what = meant_word(detail)
        fix = tree.rewritten(place, given, what.fix, safe=what.safe) if what.fix else None
        tree.report("CR022", place, road, fix=fix, given=given, key=key, guess=what.cure)
    elif kind == "too_short":
        tree.report("CR026", tree.key(road), road, key=key)
    else:
        tree.report("CR029", place, road, key=key, problem=detail["msg"])


def _parameters(detail: ErrorDetails) -> dict[str, Any]:
    return {name: value for name, value in detail.get("ctx", {}).items() if name not in _OURS}


def _part(tree: Tree, place: Place, detail: ErrorDetails) -> Place:
    """The place of the part of a value that is wrong: a currency stands behind its number."""
    given, whole = detail.get("ctx", {}).get("given"), tree.sheet.read(place)
    if detail["type"] != "CR032" or not isinstance(given, str) or given not in whole:
        return place
    start = place.column + whole.rindex(given)
    return Place(place.line, start, start + len(given))


def _fix(detail: ErrorDetails, road: Road, tree: Tree) -> Fix | None:
    """What the reader of the value thinks was meant, as an edit of the file."""
    context = detail.get("ctx", {})
    meant_text, is_key = context.get("fix"), detail["loc"][-1:] == ("[key]",)
    if not meant_text:
        return None
    place = tree.key(road) if is_key else tree.value(road)
    given = detail["input"] if isinstance(detail["input"], str) else ""
    return tree.rewritten(place, given, meant_text, safe=context.get("safe", False))


def _unknown_key(road: Road, tree: Tree, choices: list[str]) -> None:
    key, colon, rest = str(road[-1]).partition(":")
    place = tree.key(road)
    if colon and key in choices:  # {step: a, after:0m} is one long key to YAML
        shown = f"{key}: {rest}"
        fix = tree.rewritten(place, str(road[-1]), shown, safe=True)
        tree.report("CR003", place, road, fix=fix, sign=":", shown=shown)
        return
    empty = ("CR023", written(road))  # what is under an unknown key is nobody's business
    tree.problems[:] = [one for one in tree.problems if (one.code, one.road) != empty]
    near = meant_key(key, choices)
    if example := _worth_of(key, road, tree):
        fix = Fix(example, tree.rewritten(place, key, example.partition(":")[0]).edits)
        form = say("write '{shown}'", shown=example)
        tree.report("CR020", place, road, fix=fix, key=key, guess=form)
        return
    renamed = tree.rewritten(place, key, near) if near else None
    cure: Value = did_you_mean(near) if near else guess(key, choices)
    tree.report("CR020", place, road, fix=renamed, key=key, guess=cure)


def _worth_of(key: str, road: Road, tree: Tree) -> str | None:
    """What the value of an offer is called here: `percent: 10%`, `amount: 10 USD`."""
    offer = tree.data.get("offers", {}).get(road[1]) if road[:1] == ("offers",) else None
    if key not in _WORTH or not isinstance(offer, dict):
        return None
    given, kind = str(offer.get(key, "")), str(offer.get("kind", ""))
    percent = kind.startswith("percent") or given.rstrip().endswith(("%", "％"))
    number = re.match(r"[\d.]+", given)
    if percent and "percent" not in offer:
        return f"percent: {number[0] if number else 10}%"
    if kind.startswith(("fix", "amount")) and "amount" not in offer:
        named = re.search("[A-Z]{3}", given)
        return f"amount: {given if named else f'{number[0] if number else 10} USD'}"
    return None


def _called(road: Road) -> Value:
    """The key as the marketer wrote it: of an item that of its list."""
    return next((step for step in reversed(road) if isinstance(step, str)), say("the file"))


def known_keys(road: Road, model: type[BaseModel]) -> list[str]:
    """Return the keys that are known in the block at `road`."""
    block = model if not road else next((m for shape, m in _BLOCKS if _fits(road, shape)), None)
    fields: dict[str, Any] = block.model_fields if block else {}
    return [field.alias or name for name, field in fields.items()]


def _fits(road: Road, shape: tuple[type | str, ...]) -> bool:
    return len(road) == len(shape) and all(
        step == want or (isinstance(want, type) and isinstance(step, want))
        for step, want in zip(road, shape, strict=True)
    )
