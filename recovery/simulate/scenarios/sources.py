"""Where each number of a scenario is from: the file that said it last says so, or nobody does."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from recovery.simulate.scenarios.evidence import ASSUMED
from recovery.simulate.scenarios.schema import Scenario

Road = tuple[str, ...]
Data = Mapping[str, Any]
# How the story is told, which claims nothing about people.
_FRAME = {"start", "runs", "incidents", "sources"}


def numbers(scenario: Scenario, layers: Sequence[Data]) -> dict[Road, int]:
    """Every number that some file says, by its road, and which of `layers` said it last."""
    said: dict[Road, tuple[int, str]] = {}
    for depth, layer in enumerate(layers):
        for road in _lists(layer):
            said = {one: at for one, at in said.items() if one[: len(road)] != road}
        for road, text in _leaves(layer):
            if road not in said or said[road][1] != text:
                said[road] = depth, text
    found = {road: depth for road, (depth, _) in said.items() if road[0] not in _FRAME}
    return {road: at for road, at in found.items() if _is_number(value(scenario, road))}


def sources(scenario: Scenario, layers: Sequence[Data]) -> tuple[dict[Road, str], list[Road]]:
    """The source of each number by its road; and those that have none.

    What a file changes is from where that file says, and otherwise assumed; what it leaves as it is
    in the file that it is like keeps its source. Only the lowest file has to say it of all.
    """
    found: dict[Road, str] = {}
    bare: list[Road] = []
    for road, depth in numbers(scenario, layers).items():
        named = source_of(road, layers[depth].get("sources", {}))
        if named is None and depth == 0:
            bare.append(road)
        found[road] = named or ASSUMED
    return found, bare


def source_of(road: Road, named: Mapping[str, str]) -> str | None:
    """The entry that leads furthest towards `road`; `*` stands for any name on the way."""
    fits = [entry for entry in named if leads(entry, road)]
    best = max(fits, key=lambda entry: (entry.count("."), -entry.count("*")), default=None)
    return None if best is None else named[best]


def leads(entry: str, road: Road) -> bool:
    """Whether `entry`, such as `markets.*.causes`, is the beginning of a road, or all of it."""
    steps = entry.split(".")
    return len(steps) <= len(road) and all(
        step in ("*", one) for step, one in zip(steps, road, strict=False)
    )


def value(scenario: Scenario, road: Road) -> Any:
    """What stands at `road`."""
    found: Any = scenario
    for step in road:
        if isinstance(found, BaseModel):
            found = getattr(found, step)
        else:
            found = found[step] if isinstance(found, Mapping) else found[int(step)]
    return found


def _is_number(given: Any) -> bool:
    return isinstance(given, int | float | Decimal | timedelta) and not isinstance(given, bool)


def _leaves(data: Any, road: Road = ()) -> Iterator[tuple[Road, str]]:
    if isinstance(data, Mapping):
        for key, inner in data.items():
            yield from _leaves(inner, (*road, key))
    elif isinstance(data, list):
        for place, inner in enumerate(data):
            yield from _leaves(inner, (*road, str(place)))
    else:
        yield road, data


def _lists(data: Data, road: Road = ()) -> Iterator[Road]:
    """A list takes the place of the one below it as a whole."""
    for key, inner in data.items():
        if isinstance(inner, Mapping):
            yield from _lists(inner, (*road, key))
        elif isinstance(inner, list):
            yield (*road, key)
