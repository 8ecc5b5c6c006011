"""What one made-up order would get, against what an exercise asks for."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from recovery.campaign.schema import Campaign
from recovery.i18n import Value, say
from recovery.message import Channel
from recovery.simulate.lab.exercise import Gets, Gift, Probe
from recovery.simulate.lab.sight import Path, described, paths


def judge_paths(campaigns: Sequence[Campaign], order: Probe, gets: Gets) -> tuple[bool, Value]:
    """Whether every path of `order` is as it has to be, and the first that is not (else the first
    of all) in words."""
    found = paths(campaigns, order)
    if gets.nothing:
        return not any(found), described(next(filter(None, found), ()))
    if not any(found):
        return False, say("nothing")
    if gets.drawn is not None and not gets.drawn.holds(len(found)):
        return False, str(len(found))
    wrong = next((path for path in found if not _fits(path, gets)), None)
    return wrong is None, described(found[0] if wrong is None else wrong)


def _fits(path: Path, gets: Gets) -> bool:
    return all(question(path, gets) for question in _QUESTIONS)


def _written(path: Path) -> list[timedelta]:
    """When e-mails and SMS go out."""
    return [one.after for one in path if one.channel is not Channel.TASK]


def _first(path: Path, gets: Gets) -> bool:
    return gets.first is None or gets.first.holds(min(_written(path), default=None))


def _last(path: Path, gets: Gets) -> bool:
    return gets.last is None or gets.last.holds(max(_written(path), default=None))


def _messages(path: Path, gets: Gets) -> bool:
    return gets.messages is None or gets.messages.holds(len(_written(path)))


def _only(path: Path, gets: Gets) -> bool:
    return gets.only is None or all(one.channel in gets.only for one in path)


def _some(path: Path, gets: Gets) -> bool:
    return gets.some is None or any(one.channel is gets.some for one in path)


def _call(path: Path, gets: Gets) -> bool:
    calls = [one.after for one in path if one.channel is Channel.TASK]
    return gets.call is None or gets.call.holds(min(calls, default=None))


def _offer(path: Path, gets: Gets) -> bool:
    if gets.offer is None:
        return True
    given = [one.offer is not None for one in path]
    return not any(given) if gets.offer is Gift.NEVER else any(given) and not given[0]


_QUESTIONS: tuple[Callable[[Path, Gets], bool], ...] = (
    *(_first, _last, _messages),
    *(_only, _some, _call, _offer),
)
