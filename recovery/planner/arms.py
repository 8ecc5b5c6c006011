"""Which arm a customer is in: a pure function of campaign and customer, the same everywhere.

Two draws are made (`recovery.draws`), so that changing the size of the hold-out moves nobody
between sequences:

    hold-out   holdout:<campaign>:v1:<customer key>      below the hold-out's share → held out
    sequence   seq:<campaign>:v1:<customer key>          cumulated shares in the file's order
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from recovery.draws import SLOTS, ladder, pick, slot, slots


@dataclass(frozen=True, slots=True)
class Arm:
    """Where a customer was drawn. A hold-out keeps the sequence it would have had."""

    sequence: str
    holdout: bool


def draw(campaign: str, customer: str, holdout: int, shares: Mapping[str, int]) -> Arm:
    """Draw one customer; `holdout` and `shares` in basis points, the shares summing to 10,000."""
    held = holdout > 0 and slot(_holdout_salt(campaign), customer) < holdout
    return Arm(pick(shares, slot(_sequence_salt(campaign), customer)), held)


def drawer(
    campaign: str, holdout: int, segments: Sequence[Mapping[str, int]]
) -> Callable[[Sequence[str], Sequence[int]], list[Arm]]:
    """`draw` for many customers of one campaign: call it with their keys and, for each, the index
    of its segment."""
    ladders = [ladder(shares) for shares in segments]
    bounds = [[bound for bound, _ in rungs] for rungs in ladders]
    arms = [[[Arm(name, held) for _, name in rungs] for held in (False, True)] for rungs in ladders]

    def many(customers: Sequence[str], places: Sequence[int]) -> list[Arm]:
        held = slots(_holdout_salt(campaign), customers) if holdout else [SLOTS] * len(customers)
        drawn = slots(_sequence_salt(campaign), customers)
        return [
            arms[place][low < holdout][bisect_right(bounds[place], at)]
            for place, at, low in zip(places, drawn, held, strict=True)
        ]

    return many


def _holdout_salt(campaign: str) -> str:
    return f"holdout:{campaign}:v1:"


def _sequence_salt(campaign: str) -> str:
    return f"seq:{campaign}:v1:"
