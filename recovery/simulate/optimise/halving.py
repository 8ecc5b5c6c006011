"""Successive halving with two aims: all candidates are tried a little, the better half of them
further (Jamieson & Talwalkar 2016). Better is who is beaten by fewer layers of others, then who has
more points. Pure.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TypeVar

FEWEST = 4  # go through to the end, where there are so many
T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Score:
    """What one simulation of a candidate came to, in points."""

    net: float
    annoyance: float  # with what broken rules take off
    over: bool = False  # beyond the budget

    @property
    def points(self) -> float:
        """What counts."""
        return self.net - self.annoyance


@dataclass(frozen=True, slots=True)
class Tried:
    """One candidate on some seeds; not empty."""

    scores: tuple[Score, ...]

    @property
    def net(self) -> float:
        """On the average."""
        return fmean(one.net for one in self.scores)

    @property
    def annoyance(self) -> float:
        """On the average."""
        return fmean(one.annoyance for one in self.scores)

    @property
    def points(self) -> float:
        """On the average."""
        return fmean(one.points for one in self.scores)

    @property
    def over(self) -> bool:
        """Beyond the budget on any seed."""
        return any(one.over for one in self.scores)

    def beats(self, other: "Tried") -> bool:
        """As good in both aims, and better in one."""
        mine, theirs = (self.net, -self.annoyance), (other.net, -other.annoyance)
        return mine != theirs and all(a >= b for a, b in zip(mine, theirs, strict=True))


def front(found: Mapping[T, Tried]) -> list[T]:
    """Those whom nobody beats; most money first."""
    best = [
        name for name, one in found.items() if not any(other.beats(one) for other in found.values())
    ]
    return sorted(best, key=lambda name: (-found[name].net, found[name].annoyance))


def ranked(found: Mapping[T, Tried]) -> list[T]:
    """All, layer by layer: the front, the front of the rest, and so on; in a layer by points."""
    left, order = dict(found), list[T]()
    while left:
        layer = sorted(front(left), key=lambda name: -left[name].points)
        order += layer
        left = {name: one for name, one in left.items() if name not in layer}
    return order


def rounds(seeds: int) -> list[int]:
    """On how many seeds, in all, candidates have been tried after each round: 1, 2, 4 … `seeds`."""
    found = [1]
    while found[-1] < seeds:
        found.append(min(seeds, found[-1] * 2))
    return found


def half(candidates: int) -> int:
    """How many of so many go on."""
    return max(FEWEST, (candidates + 1) // 2)


def plays(candidates: int, seeds: int) -> int:
    """How many simulations the search takes at most, with the one that is kept among the
    candidates, and the fresh ones left out."""
    total, before = 0, 0
    for upto in rounds(seeds):
        total += candidates * (upto - before)
        before, candidates = upto, min(candidates, half(candidates - 1) + 1)
    return total


def halve(
    candidates: Sequence[T],
    seeds: Sequence[int],
    play: Callable[[Sequence[tuple[T, int]]], Sequence[Score]],
    keep: T,
) -> tuple[dict[T, Tried], list[T]]:
    """Try candidates on more and more seeds; `keep` goes through whatever it comes to.

    Returns what is known of each, and who was tried on all seeds within the budget.
    """
    found: dict[T, Tried] = {}
    alive, before = list(candidates), 0
    for upto in rounds(len(seeds)):
        pairs = [(one, seed) for one in alive for seed in seeds[before:upto]]
        for (one, _), score in zip(pairs, play(pairs), strict=True):
            known = found[one].scores if one in found else ()
            found[one] = Tried((*known, score))
        before = upto
        within = {one: found[one] for one in alive if not found[one].over}
        if upto < len(seeds):
            rest = {name: one for name, one in within.items() if name != keep}
            best = ranked(rest)[: half(len(rest))]
            alive = [one for one in alive if one in best or one == keep]
    return found, [one for one in alive if one in within]
