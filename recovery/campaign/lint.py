"""Cross checks of a campaign file: names that must exist, shares that must add up, order.

They read plain data, not models, so that they speak up together with the mistakes of the
grammar; what has the wrong shape is skipped here, the grammar complains about it.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from pydantic_core import PydanticCustomError

from recovery.campaign.durations import parse_duration
from recovery.campaign.problems import Place, Road
from recovery.campaign.tree import Tree
from recovery.campaign.values import read_share
from recovery.campaign.vocabulary import guess

_WHOLE = 10_000


def lint(tree: Tree) -> None:
    """Add to `tree.problems` what does not fit together."""
    sequences, offers = block(tree.data, "sequences"), block(tree.data, "offers")
    segments = list(blocks(listed(tree.data, "segments")))
    _same_names(tree, ("segments",), segments, "segment")
    for number, segment in segments:
        _segment(tree, ("segments", number), segment, sequences)
    for name in sequences:
        steps = list(blocks(listed(sequences, name)))
        _same_names(tree, ("sequences", name), steps, "step")
        _order(tree, ("sequences", name), steps)
        _steps(tree, ("sequences", name), steps, offers)


def _segment(tree: Tree, road: Road, segment: dict[str, Any], sequences: dict[str, Any]) -> None:
    road = (*road, "sequence")
    chosen = segment.get("sequence")
    names = [chosen] if isinstance(chosen, str) else list(block(segment, "sequence"))
    for name in names:
        if name and name not in sequences:
            here, place = (road, tree.value(road)) if name is chosen else _key(tree, road, name)
            tree.report("CR041", place, here, given=name, guess=guess(name, sequences))
    if isinstance(chosen, dict) and chosen:
        _adds_up(tree, road, chosen.values())


def _key(tree: Tree, road: Road, name: str) -> tuple[Road, Place]:
    return (*road, name), tree.key((*road, name))


def _adds_up(tree: Tree, road: Road, shares: Iterable[Any]) -> None:
    try:
        total = sum(read_share(share) for share in shares)
    except (PydanticCustomError, TypeError):
        return
    if total != _WHOLE:
        tree.report(
            "CR045", tree.value(road), road, given=f"{(Decimal(total) / 100).normalize():f}%"
        )


def _same_names(
    tree: Tree, road: Road, blocks: list[tuple[int, dict[str, Any]]], kind: str
) -> None:
    first: dict[str, int] = {}
    for number, block in blocks:
        name, here = block.get(kind), (*road, number, kind)
        if not isinstance(name, str) or not name:
            continue
        if name in first:
            tree.report("CR046", tree.value(here), here, kind=kind, given=name, line=first[name])
        first.setdefault(name, tree.value(here).line)


def _order(tree: Tree, road: Road, steps: list[tuple[int, dict[str, Any]]]) -> None:
    latest, latest_name = None, ""
    for number, step in steps:
        try:
            after = parse_duration(str(step.get("after")))
        except ValueError:
            continue
        name, here = str(step.get("step", number + 1)), (*road, number, "after")
        if latest is not None and after < latest:
            tree.report("CR049", tree.value(here), here, given=name, other=latest_name)
        else:
            latest, latest_name = after, name


def _steps(
    tree: Tree, road: Road, steps: list[tuple[int, dict[str, Any]]], offers: dict[str, Any]
) -> None:
    names = [str(step["step"]) for _, step in steps if "step" in step]
    earlier: list[str] = []
    for number, step in steps:
        offer, here = step.get("offer"), (*road, number, "offer")
        if isinstance(offer, str) and offer and offer not in offers:
            tree.report("CR042", tree.value(here), here, given=offer, guess=guess(offer, offers))
        for key in ("clicked", "not_clicked"):
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
        tree.report("CR043", tree.value(road), road, given=asked, guess=guess(asked, names))
        return
    itself = asked == step.get("step")
    why = "is this step itself" if itself else "sends no message before this step"
    tree.report("CR044", tree.value(road), road, given=asked, problem=why)


def block(data: Any, key: Any) -> dict[str, Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, dict) else {}


def listed(data: Any, key: Any) -> list[Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, list) else []


def blocks(items: list[Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    return ((number, item) for number, item in enumerate(items) if isinstance(item, dict))
