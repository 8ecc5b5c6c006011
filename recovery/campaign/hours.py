"""Quiet hours that were turned around: they say when to be silent, not when to write."""

from datetime import time

from pydantic_core import PydanticCustomError

from recovery.campaign.tree import Tree
from recovery.campaign.values import Quiet, read_quiet

_ROAD = ("limits", "quiet")
_A_DAY = 24 * 60
_LONG = 8 * 60  # minutes; a siesta is shorter
_NOON, _NIGHT = time(12), time(3)


def check_hours(tree: Tree) -> None:
    """Report quiet hours that silence the day and leave the night; others are a shop's own."""
    limits = tree.data.get("limits") if isinstance(tree.data, dict) else None
    given = limits.get("quiet") if isinstance(limits, dict) else None
    try:
        quiet = read_quiet(given) if isinstance(given, str) else None
    except PydanticCustomError:
        return  # told as no quiet hours at all
    if quiet is not None and _is_turned(quiet):
        wanted = f"{quiet.end:%H:%M}-{quiet.start:%H:%M}"
        place = tree.value(_ROAD)
        fix = tree.rewritten(place, str(given), wanted)
        tree.report("CR074", place, _ROAD, fix=fix, given=str(given), wanted=wanted)


def _is_turned(quiet: Quiet) -> bool:
    return _covers(quiet, _NOON) and not _covers(quiet, _NIGHT) and _span(quiet) >= _LONG


def _covers(quiet: Quiet, at: time) -> bool:
    if quiet.start < quiet.end:
        return quiet.start <= at < quiet.end
    return at >= quiet.start or at < quiet.end


def _span(quiet: Quiet) -> int:
    return (_minutes(quiet.end) - _minutes(quiet.start)) % _A_DAY


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
