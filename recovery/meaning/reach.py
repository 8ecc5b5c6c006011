"""Whom a step can reach: the segments that lead to its sequence, narrowed by its own `if`."""

from dataclasses import dataclass

from recovery.campaign.schema import Campaign, Segment, Step
from recovery.markets.book import with_rules
from recovery.meaning.earlier import Earlier


@dataclass(frozen=True, slots=True)
class Reach:
    """The markets of a step. `named`: somebody wrote them down; else they are those with rules."""

    markets: frozenset[str]
    named: bool


def meet(one: Step, other: Step) -> bool:
    """Whether two steps can both go to one order, as far as their markets tell."""
    mine, theirs = (step.if_.market if step.if_ else None for step in (one, other))
    return mine is None or theirs is None or not set(mine).isdisjoint(theirs)


def sure(step: Step, country: str) -> bool:
    """Whether a step goes to every order of a market, whatever happens before it."""
    if step.if_ is None:
        return True
    asked = step.if_.model_dump(exclude_none=True)
    return list(asked) in (["market"], []) and country in (step.if_.market or [country])


class Paths:
    """The segments of a campaign and what earlier ones leave them, worked out once."""

    def __init__(self, campaign: Campaign) -> None:
        self._segments = campaign.segments
        self._markets = _left_to_each(campaign)

    def segments(self, sequence: str) -> list[Segment]:
        """The segments some of whose orders get `sequence`."""
        return [one for one in self._segments if sequence in one.sequence]

    def reach(self, sequence: str, step: Step) -> Reach:
        """The markets whose customers can come to a step."""
        wide = [
            (segment, markets)
            for segment, markets in zip(self._segments, self._markets, strict=True)
            if sequence in segment.sequence
        ]
        found = frozenset(country for _, markets in wide for country in markets)
        named = bool(wide) and all(segment.market is not None for segment, _ in wide)
        if step.if_ is None or step.if_.market is None:
            return Reach(found, named)
        only = frozenset(step.if_.market)
        return Reach(found & only if named else only, named=True)


def _left_to_each(campaign: Campaign) -> list[frozenset[str]]:
    """The markets of each segment, without those whose orders earlier segments take."""
    earlier, found = Earlier(), []
    for number, segment in enumerate(campaign.segments):
        mine = segment.market or with_rules()
        left = (one for one in mine if earlier.takes(segment, one, number) is None)
        found.append(frozenset(left))
        earlier.add(segment, number)
    return found
