"""Cross checks of a campaign file: names that must exist, shares that must add up, order.

They read plain data, not models, so that they speak up together with the mistakes of the
grammar; what has the wrong shape is skipped here, the grammar complains about it.
"""

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import Any

from pydantic_core import PydanticCustomError

from recovery.campaign.durations import parse_duration
from recovery.campaign.hours import check_hours
from recovery.campaign.problems import Edit, Fix, Place, Related, Road
from recovery.campaign.schema import SHARED, Campaign
from recovery.campaign.tree import Tree
from recovery.campaign.values import read_share
from recovery.campaign.vocabulary import meant, nearest
from recovery.i18n import say

_WHOLE = 10_000
_SHOWN = 50  # members of a list that is written out in a message
Steps = list[tuple[int, dict[str, Any]]]


def lint(tree: Tree) -> None:
    """Add to `tree.problems` what does not fit together.

    Where a whole block is missing or misspelt, its names are not missed one by one.
    """
    sequences, offers = _names(tree.data, "sequences"), _names(tree.data, "offers")
    segments = list(blocks(listed(tree.data, "segments")))
    _shared(tree)
    check_hours(tree)
    _same_names(tree, ("segments",), segments, "segment")
    for number, segment in segments:
        _told_twice(tree, ("segments", number), segment)
        _segment(tree, ("segments", number, "sequence"), segment.get("sequence"), sequences)
    for name in block(tree.data, "sequences"):
        steps = list(blocks(listed(tree.data["sequences"], name)))
        _same_names(tree, ("sequences", name), steps, "step")
        _order(tree, ("sequences", name), steps)
        _steps(tree, ("sequences", name), steps, offers)


def lint_defaults(tree: Tree) -> None:
    """Add to `tree.problems` what the defaults of a folder say and can hardly mean."""
    check_hours(tree)
    for key in SHARED:
        try:
            share = read_share(tree.data[key]) if isinstance(tree.data, dict) else 0
        except (KeyError, PydanticCustomError, TypeError):
            continue
        if share > _WHOLE // 2:
            tree.report("CR073", tree.value((key,)), (key,), key=key, given=tree.data[key])


def _told_twice(tree: Tree, road: Road, audience: Any) -> None:
    """Report what stands in one list of an audience more than once."""
    for key in ("market", "customer", "failure"):
        seen: dict[str, Place] = {}
        items = listed(audience, key)
        for number, item in enumerate(items):
            place = tree.value((*road, key, number))
            if isinstance(item, str) and item and item in seen:
                first = (Related(seen[item], say("first written here")),)
                before = tree.value((*road, key, number - 1))
                fix = _without(tree, before, place, items, number)
                here = (*road, key, number)
                tree.report("CR095", place, here, fix=fix, related=first, given=item, key=key)
            elif isinstance(item, str):
                seen[item] = place


def _without(tree: Tree, before: Place, place: Place, items: list[Any], number: int) -> Fix | None:
    """The list without an item, where both stand in one line between brackets."""
    between = tree.sheet.read(Place(before.line, before.end, place.column))
    if len(items) > _SHOWN or before.line != place.line or between.strip() != ",":
        return None
    rest = ", ".join(map(str, items[:number] + items[number + 1 :]))
    return Fix(f"[{rest}]", (Edit(Place(place.line, before.end, place.end), ""),))


def missing(tree: Tree, code: str, road: Road, given: str, known: Collection[str]) -> None:
    """Report that nothing is called `given`, with the nearest of those that are known."""
    is_key = road in tree.keys and road[-1] == given
    place = tree.key(road) if is_key else tree.value(road)
    what = meant(given, known)
    fix = tree.rewritten(place, given, what.fix) if what.fix else None
    tree.report(code, place, road, fix=fix, given=given, guess=what.cure)


def _names(data: Any, key: str) -> Collection[str] | None:
    """The names below `key`; None when nobody can tell: it is misspelt, or no block of names."""
    if not isinstance(data, dict):
        return None
    if key in data:
        return data[key] if isinstance(data[key], dict) else None
    keys = [field.alias or name for name, field in Campaign.model_fields.items()]
    misspelt = any(nearest(str(other), keys) == key for other in data if other not in keys)
    return None if misspelt or key == "sequences" else ()


def _shared(tree: Tree) -> None:
    """What holds for all campaigns together can't stand in one of them."""
    for key in SHARED:
        if isinstance(tree.data, dict) and key in tree.data:
            problem = say("it holds for all campaigns together")
            cure = say("write it in campaigns/defaults.yaml")
            tree.report("CR052", tree.key((key,)), (key,), key=key, problem=problem, cure=cure)


def _segment(tree: Tree, road: Road, chosen: Any, sequences: Collection[str] | None) -> None:
    names = (
        [chosen] if isinstance(chosen, str) else list(chosen if isinstance(chosen, dict) else ())
    )
    for name in names:
        if name and sequences is not None and name not in sequences:
            here = road if isinstance(chosen, str) else (*road, name)
            missing(tree, "CR041", here, name, sequences)
    if isinstance(chosen, dict) and chosen:
        _adds_up(tree, road, chosen.values())


def _adds_up(tree: Tree, road: Road, shares: Iterable[Any]) -> None:
    try:
        total = sum(read_share(share) for share in shares)
    except (PydanticCustomError, TypeError):
        return
    if total != _WHOLE:
        given = f"{(Decimal(total) / 100).normalize():f}%"
        tree.report("CR045", tree.value(road), road, given=given)


def _same_names(tree: Tree, road: Road, named: Steps, kind: str) -> None:
    first: dict[str, Place] = {}
    for number, one in named:
        name, here = one.get(kind), (*road, number, kind)
        if not isinstance(name, str) or not name:
            continue
        place = tree.value(here)
        if name in first:
            seen = (Related(first[name], say("first written here")),)
            line = first[name].line
            tree.report("CR046", place, here, related=seen, kind=kind, given=name, line=line)
        first.setdefault(name, place)


def _order(tree: Tree, road: Road, steps: Steps) -> None:
    latest, latest_name, place = None, "", Place(1, 1, 1)
    for number, step in steps:
        try:
            after = parse_duration(str(step.get("after")))
        except ValueError:
            continue
        name, here = str(step.get("step", number + 1)), (*road, number, "after")
        if latest is not None and after < latest:
            due = (Related(place, say("this is due later")),)
            where = tree.value(here)
            tree.report("CR049", where, here, related=due, given=name, other=latest_name)
        else:
            latest, latest_name, place = after, name, tree.value(here)


def _steps(tree: Tree, road: Road, steps: Steps, offers: Collection[str] | None) -> None:
    names = [str(step["step"]) for _, step in steps if "step" in step]
    told = len(names) == len(steps)  # else a name may be the one that is asked for
    earlier: list[str] = []
    for number, step in steps:
        _told_twice(tree, (*road, number, "if"), block(step, "if"))
        offer = step.get("offer")
        if isinstance(offer, str) and offer and offers is not None and offer not in offers:
            missing(tree, "CR042", (*road, number, "offer"), offer, offers)
        if len(variants := block(step, "variants")) > 1:
            _adds_up(tree, (*road, number, "variants"), variants.values())
        for key in ("clicked", "not_clicked") if told else ():
            _answer(tree, (*road, number, "if", key), step, names, earlier)
        if isinstance(step.get("step"), str) and "task" not in step:
            earlier.append(step["step"])


def _answer(
    tree: Tree, road: Road, step: dict[str, Any], names: list[str], earlier: list[str]
) -> None:
    asked = block(step, "if").get(str(road[-1]))
    if not isinstance(asked, str) or not asked or asked in earlier:
        return
    if asked not in names:
        missing(tree, "CR043", road, asked, earlier)
        return
    itself = asked == step.get("step")
    why = say("is this step itself") if itself else say("sends no message before this step")
    tree.report("CR044", tree.value(road), road, given=asked, problem=why)


def block(data: Any, key: Any) -> dict[str, Any]:
    """The block of keys under `key`; empty when there is none."""
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, dict) else {}


def listed(data: Any, key: Any) -> list[Any]:
    """The list under `key`; empty when there is none."""
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, list) else []


def blocks(items: list[Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The members of a list that are blocks, each with its number."""
    return ((number, item) for number, item in enumerate(items) if isinstance(item, dict))
