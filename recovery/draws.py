"""Drawing by lot: a pure function of salt and customer, the same today and on every machine.

The hash is GrowthBook's version 2 (FNV-1a 32 bit, applied twice), documented in its SDK
specification; version 1 is biased across salts and here only to be compared with. Salts end with
a delimiter, so that no name runs into a customer key; names are of any script:

    global hold-out   holdout:global:<quarter>:v1:<customer key>   gets nothing from any campaign
    no incentive      holdout:no_incentive:v1:<customer key>       never gets an offer

and each campaign adds its own (`recovery.planner.arms`). A million customers are drawn side by
side, each in a lane of one large integer: Python's own multiplication then does the work of a
vector unit, seven times as fast as one by one.
"""

import struct
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache

SLOTS = 10_000  # a draw has 10,000 slots: 0.01 % each
NO_INCENTIVE = "holdout:no_incentive:v1:"

_OFFSET = 0x811C9DC5
_PRIME = 0x01000193
_MASK = 0xFFFFFFFF

Range = tuple[float, float]


def quarter(at: datetime) -> str:
    """The quarter of `at` (aware) in UTC: `2026Q4`."""
    day = at.astimezone(UTC)
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarter_begins(at: datetime) -> datetime:
    """The first instant of the quarter of `at`, in UTC."""
    day = at.astimezone(UTC)
    return datetime(day.year, (day.month - 1) // 3 * 3 + 1, 1, tzinfo=UTC)


def quarter_ends(at: datetime) -> datetime:
    """The first instant after the quarter of `at`, in UTC."""
    day = at.astimezone(UTC)
    years, month = divmod((day.month + 2) // 3 * 3, 12)
    return datetime(day.year + years, month + 1, 1, tzinfo=UTC)


def global_salt(at: datetime) -> str:
    """The salt of the global hold-out, which is redrawn each quarter."""
    return f"holdout:global:{quarter(at)}:v1:"


def fnv1a32(text: str, state: int = _OFFSET) -> int:
    """FNV-1a, 32 bit, over the UTF-8 bytes of `text`; `state` continues an earlier hash."""
    for byte in text.encode():
        state = ((state ^ byte) * _PRIME) & _MASK
    return state


def slot(salt: str, customer: str) -> int:
    """Draw `customer` (ASCII) under `salt`: a number from 0 to 9,999, evenly spread."""
    return fnv1a32(str(fnv1a32(customer, _after(salt)))) % SLOTS


def slots(salt: str, customers: Sequence[str]) -> list[int]:
    """`slot` of many customers."""
    hashes = _side_by_side([customer.encode("ascii") for customer in customers], _after(salt))
    return [again % SLOTS for again in _side_by_side([b"%d" % one for one in hashes], _OFFSET)]


def ladder(shares: Mapping[str, int]) -> list[tuple[int, str]]:
    """Upper bounds, in the order of `shares` (basis points, 10,000 in all).

    The last bound is the whole, so that no slot falls through; ValueError for any other sum.
    """
    bounds, total = [], 0
    for name, share in shares.items():
        total += share
        bounds.append((total, name))
    if total != SLOTS:
        raise ValueError(f"shares sum to {total / 100:g} %, not to 100 %")
    return bounds


def pick(shares: Mapping[str, int], drawn: int) -> str:
    """The name whose part of `shares` (see `ladder`) has the slot `drawn`."""
    rungs = ladder(shares)
    return rungs[bisect_right(rungs, drawn, key=lambda rung: rung[0])][1]


def bucket(seed: str, value: str, version: int = 2) -> float | None:
    """GrowthBook's `hash`: a number from 0 to below 1, or None for a version that is unknown."""
    if version == 2:
        return slot(seed, value) / SLOTS
    return fnv1a32(value + seed) % 1000 / 1000 if version == 1 else None


def bucket_ranges(
    count: int, coverage: float = 1.0, weights: Sequence[float] | None = None
) -> list[Range]:
    """GrowthBook's `getBucketRanges`: for each of `count` variations, from and below.

    Weights (fractions of 1) that are not `count` many, or miss 1 by over 0.01, count as equal.
    """
    covered = min(max(coverage, 0.0), 1.0)
    if weights is None or len(weights) != count or not 0.99 <= sum(weights) <= 1.01:
        weights = [1 / count for _ in range(count)]
    ranges, start = [], 0.0
    for weight in weights:
        ranges.append((start, start + covered * weight))
        start += weight
    return ranges


def choose_variation(number: float, ranges: Sequence[Range]) -> int:
    """GrowthBook's `chooseVariation`: the first of `ranges` that has `number`, or -1."""
    found = (place for place, (low, high) in enumerate(ranges) if low <= number < high)
    return next(found, -1)


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
