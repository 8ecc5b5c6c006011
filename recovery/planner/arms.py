"""Which arm a customer is in: a pure function of campaign and customer, the same everywhere.

The hash is GrowthBook's version 2 (FNV-1a 32 bit, applied twice), documented in its SDK
specification; version 1 is biased across salts. Salts end with a delimiter, so that no campaign
name runs into a customer key. Two draws are made, so that changing the size of the hold-out moves
nobody between sequences:

    hold-out   holdout:<campaign>:v1:<customer key>      below the hold-out's share → held out
    sequence   seq:<campaign>:v1:<customer key>          cumulated shares in the file's order

A million customers are drawn side by side, each in a lane of one large integer: Python's own
multiplication then does the work of a vector unit, seven times as fast as one by one.
"""

import struct
from bisect import bisect_right
from collections import defaultdict
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


def slots(salt: str, customers: Sequence[str]) -> list[int]:
    """`slot` of many customers."""
    hashes = _side_by_side([customer.encode("ascii") for customer in customers], _after(salt))
    return [again % SHARES for again in _side_by_side([b"%d" % one for one in hashes], _OFFSET)]


def draw(campaign: str, customer: str, holdout: int, shares: Mapping[str, int]) -> Arm:
    """Draw one customer; `holdout` and `shares` in basis points, the shares summing to 10,000."""
    held = holdout > 0 and slot(_holdout_salt(campaign), customer) < holdout
    drawn = slot(_sequence_salt(campaign), customer)
    return Arm(next(name for bound, name in _ladder(shares) if drawn < bound), held)


def drawer(
    campaign: str, holdout: int, segments: Sequence[Mapping[str, int]]
) -> Callable[[Sequence[str], Sequence[int]], list[Arm]]:
    """`draw` for many customers of one campaign: call it with their keys and, for each, the index
    of its segment."""
    ladders = [_ladder(shares) for shares in segments]
    bounds = [[bound for bound, _ in ladder] for ladder in ladders]
    arms = [
        [[Arm(name, held) for _, name in ladder] for held in (False, True)] for ladder in ladders
    ]

    def many(customers: Sequence[str], places: Sequence[int]) -> list[Arm]:
        held = slots(_holdout_salt(campaign), customers) if holdout else [SHARES] * len(customers)
        drawn = slots(_sequence_salt(campaign), customers)
        return [
            arms[place][low < holdout][bisect_right(bounds[place], slot)]
            for place, slot, low in zip(places, drawn, held, strict=True)
        ]

    return many


def _holdout_salt(campaign: str) -> str:
    return f"holdout:{campaign}:v1:"


def _sequence_salt(campaign: str) -> str:
    return f"seq:{campaign}:v1:"


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


def _side_by_side(words: Sequence[bytes], state: int) -> list[int]:
    """FNV-1a, 32 bit, of each word, going on from `state`; words of one length go together."""
    by_length = defaultdict(list)
    for place, word in enumerate(words):
        by_length[len(word)].append(place)
    hashes = [state] * len(words)
    for length, places in by_length.items():
        together = b"".join([words[place] for place in places])
        columns = [together[n::length] for n in range(length)]
        for place, hashed in zip(places, _lanes(columns, len(places), state), strict=True):
            hashes[place] = hashed
    return hashes


def _lanes(columns: Sequence[bytes], count: int, state: int) -> list[int]:
    """Hash `count` words given by their first bytes, their second bytes, and so on.

    A lane has 64 bits: 32 of state times 25 of prime never reach the next one.
    """
    ones = int.from_bytes(b"\1\0\0\0\0\0\0\0" * count, "little")
    states, mask = ones * state, ones * _MASK
    for column in columns:
        lanes = bytearray(8 * count)
        lanes[::8] = column
        states = ((states ^ int.from_bytes(lanes, "little")) * _PRIME) & mask
    return list(struct.unpack(f"<{count}Q", states.to_bytes(8 * count, "little")))
