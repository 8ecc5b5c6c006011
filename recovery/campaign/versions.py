"""What a change of a campaign file means for those who are already in it. Pure.

Content and timing follow the live file: a customer reads the better words, and nobody is woken by a
quiet hour that was mended yesterday. Structure, conditions, offers, weights and the draw stay as
they were when the customer entered: what was promised is kept, and the experiment stays whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel

from recovery.campaign.durations import format_duration
from recovery.campaign.schema import SHARED, Campaign, Step
from recovery.campaign.values import Budget, Cap, Period, Quiet
from recovery.money import Money

_Model = TypeVar("_Model", bound=BaseModel)
_Road = tuple[str, ...]
_FOLLOWS = ("email", "sms", "task", "to", "after")  # of a step; all else of it is structure
_SHARES = ("holdout", "percent", "smallest_lift", *SHARED)  # whole numbers of basis points
_SHARED = frozenset({"sequence", "variants"})  # and all that stands below these


class Reach(StrEnum):
    """Whom a change concerns."""

    EVERYBODY = "everybody"  # also those who are in flight
    NEWCOMERS = "newcomers"
    NOBODY = "nobody"  # words for colleagues
    EXPERIMENT = "experiment"  # the next one: what held when somebody first entered is kept


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions; `before` or `after` is None where there is none.

    `road` leads to it as in the file, with names for numbers: `sequences.plain.nudge.after`.
    """

    road: str
    before: str | None
    after: str | None
    reach: Reach
    step: tuple[str, str] | None = None  # sequence and step whose touches it concerns


def followed(entered: Campaign, live: Campaign | None) -> Campaign:
    """The campaign as somebody in it lives it: `entered` with the content and timing of `live`.

    A step follows the live step of its name and channel in the sequence of its name; without one
    it stays as it was. None: the file is gone, everything stays.
    """
    if live is None or live == entered:
        return entered
    sequences = {
        name: [_followed(step, _namesake(live, name, step)) for step in steps]
        for name, steps in entered.sequences.items()
    }
    return _altered(entered, sequences=sequences, limits=live.limits, status=live.status)


def changes(before: Campaign, after: Campaign) -> Iterator[Change]:
    """Every difference from `before` to `after`; the order of the grammar, what is new last.

    A segment, step or offer that only one of the two has is one difference, told in one line.
    """
    old, new = dict(_leaves(before)), dict(_leaves(after))
    come, gone = _members(new) - _members(old), _members(old) - _members(new)
    told = set()
    for road in [*old, *(road for road in new if road not in old)]:
        member = next((road[:n] for n in (2, 3) if road[:n] in come | gone), None)
        if member is None and old.get(road) != new.get(road):
            was, becomes = (_written(leaves.get(road), road) for leaves in (old, new))
            yield _change(road, was, becomes, before, after)
        elif member is not None and member not in told:
            told.add(member)
            yield Change(".".join(member), _line(old, member), _line(new, member), Reach.NEWCOMERS)


def _namesake(live: Campaign, sequence: str, step: Step) -> Step | None:
    same = (one for one in live.sequences.get(sequence, ()) if one.step == step.step)
    found = next(same, None)
    return found if found is not None and found.channel == step.channel else None


def _followed(step: Step, live: Step | None) -> Step:
    if live is None:
        return step
    return _altered(step, **{name: getattr(live, name) for name in _FOLLOWS})


def _altered(model: _Model, **changed: Any) -> _Model:
    """A copy with `changed` fields; made anew, so that nothing that was derived stays behind."""
    kept = {name: getattr(model, name) for name in model.model_fields_set}
    return type(model).model_validate(kept | changed, by_name=True)


def _change(
    road: _Road, old: str | None, new: str | None, before: Campaign, after: Campaign
) -> Change:
    reach, step = Reach.NEWCOMERS, None
    if road[0] in ("description", "owner"):
        reach = Reach.NOBODY
    elif road[0] == "decision":
        reach = Reach.EXPERIMENT
    elif road[0] in ("limits", "status"):
        reach = Reach.EVERYBODY
    elif road[0] == "sequences" and road[-1] in _FOLLOWS and len(road) == 4:
        there = _step(before, road[1], road[2])
        if there is not None and _namesake(after, road[1], there) is not None:
            reach, step = Reach.EVERYBODY, (road[1], road[2])
    return Change(".".join(road), old, new, reach, step)


def _step(campaign: Campaign, sequence: str, step: str) -> Step | None:
    return next((one for one in campaign.sequences.get(sequence, ()) if one.step == step), None)


def _members(leaves: Mapping[_Road, Any]) -> set[_Road]:
    """The roads of all segments, steps and offers."""
    depth = {"segments": 2, "offers": 2, "sequences": 3}
    return {
        road[: depth[road[0]]] for road in leaves if road[0] in depth and len(road) > depth[road[0]]
    }


def _line(leaves: Mapping[_Road, Any], member: _Road) -> str | None:
    """One member in one line: `after 20h, sms payment-failed`."""
    own = {road: value for road, value in leaves.items() if _below(road, member)}
    said = [
        f"{'.'.join(road[len(member) :])} {_written(value, road)}"
        for road, value in own.items()
        if value != member[-1]
    ]
    return ", ".join(said) or None


def _below(road: _Road, member: _Road) -> bool:
    return road[: len(member)] == member and len(road) > len(member)


def _leaves(value: Any, road: _Road = ()) -> Iterator[tuple[_Road, Any]]:
    """Every value that is written somewhere below `value`."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _leaves(getattr(value, name), (*road, field.alias or name))
    elif isinstance(value, dict):
        for name, below in value.items():
            yield from _leaves(below, (*road, name))
    elif isinstance(value, list) and value and isinstance(value[0], BaseModel):
        names = [str(getattr(one, "step", None) or getattr(one, "segment", "")) for one in value]
        yield road, ", ".join(names)  # their order says which of two takes an order
        for name, below in zip(names, value, strict=True):
            yield from _leaves(below, (*road, name))
    elif value is not None:
        yield road, value


def _written(value: Any, road: _Road) -> str | None:
    """As a marketer writes it; None for what is not there."""
    match value:
        case None:
            return None
        case timedelta():
            return format_duration(value)
        case Money():
            return f"{value} {value.currency}"
        case Budget():
            per = "" if value.per is Period.EVER else f" per {value.per}"
            return f"{value.amount} {value.amount.currency}{per}"
        case Cap():
            return f"{value.count} per {format_duration(value.per)}"
        case Quiet():
            return f"{value.start:%H:%M}-{value.end:%H:%M}"
        case list():
            return ", ".join(map(str, value))
        case int() if road[-1] in _SHARES or _SHARED.intersection(road[-2:-1]):
            return f"{(Decimal(value) / 100).normalize():f}%"
    return str(value)
