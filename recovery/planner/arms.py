"""Which arm a customer is in: a pure function of campaign and customer, the same everywhere.

The hash is GrowthBook's version 2 (FNV-1a 32 bit, applied twice), documented in its SDK
specification; version 1 is biased across salts. Salts end with a delimiter, so that no campaign
name runs into a customer key. Two draws are made, so that changing the size of the hold-out moves
nobody between sequences:

    hold-out   holdout:<campaign>:v1:<customer key>      below the hold-out's share → held out
    sequence   seq:<campaign>:v1:<customer key>          cumulated shares in the file's order
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

SHARES = 10_000  # the draw has 10,000 slots: 0.01 % each

_OFFSET = 0x811C9DC5
_PRIME = 0x01000193
_MASK = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Arm:
    """Where a customer was drawn. A hold-out keeps the sequence it would have had."""

    sequence: str
    holdout: bool


def fnv1a32(text: str, state: int = _OFFSET) -> int:
    """FNV-1a, 32 bit, over the ASCII bytes of `text`; `state` continues an earlier hash."""
    for byte in text.encode("ascii"):
        state = ((state ^ byte) * _PRIME) & _MASK
    return state


def slot(salt: str, customer: str) -> int:
    """Draw `customer` (ASCII) under `salt`: a number from 0 to 9,999, evenly spread."""
    return fnv1a32(str(fnv1a32(customer, _after(salt)))) % SHARES


def draw(campaign: str, customer: str, holdout: int, shares: Mapping[str, int]) -> Arm:
    """Draw one customer; `holdout` and `shares` in basis points, the shares summing to 10,000."""
    return drawer(campaign, holdout, [shares])(customer, 0)


def drawer(
    campaign: str, holdout: int, segments: Sequence[Mapping[str, int]]
) -> Callable[[str, int], Arm]:
    """A fast `draw` for many customers of one campaign: call it with (customer, segment index)."""
    holdout_salt, sequence_salt = f"holdout:{campaign}:v1:", f"seq:{campaign}:v1:"
    ladders = [_ladder(shares) for shares in segments]
    arms = {
        (name, held): Arm(name, held)
        for shares in segments
        for name in shares
        for held in (True, False)
    }

    def one(customer: str, segment: int) -> Arm:
        held = holdout > 0 and slot(holdout_salt, customer) < holdout
        ladder = ladders[segment]
        if len(ladder) == 1:
            return arms[ladder[0][1], held]
        drawn = slot(sequence_salt, customer)
        return arms[next(name for bound, name in ladder if drawn < bound), held]

    return one


def _ladder(shares: Mapping[str, int]) -> list[tuple[int, str]]:
    """Upper bounds in order. The last is the whole, so no slot falls through."""
    bounds, total = [], 0
    for name, share in shares.items():
        total += share
        bounds.append((total, name))
    if total != SHARES:
        raise ValueError(f"shares sum to {total / 100:g} %, not to 100 %")
    return bounds


@cache
def _after(salt: str) -> int:
    """The hash state after the salt: most of a naive draw's work is hashing the salt again."""
    return fnv1a32(salt)
