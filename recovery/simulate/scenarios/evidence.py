"""Evidence: what is known from outside about the numbers of a scenario, and how sure that is."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from recovery.campaign.durations import parse_duration
from recovery.markets.reading import read_keys
from recovery.simulate.scenarios.values import Odds, Strict, Words, read_share

ASSUMED = "assumed"  # in place of a row's name: our choice, from nowhere
_FILE = Path(__file__).with_name("evidence.yaml")
_JUST_SO = 1e-9  # what adding shares may leave over
Number = float | timedelta


def _number(given: Any) -> Number:
    try:
        return parse_duration(str(given))
    except ValueError:
        return read_share(given)


class Grade(StrEnum):
    """How much a row is worth."""

    RANDOMISED = "A"  # or measured by us from raw data
    DEFINED = "B"  # a platform's numbers with a definition; not causal
    CLAIMED = "C"  # by a vendor, or our own range around weak sources
    USELESS = "D"  # never to be named


class Evidence(Strict):
    """One row of `evidence.yaml`."""

    grade: Grade
    says: Words
    source: str
    url: str | None = None  # none of our own judgement
    range: tuple[str, str] | None = None  # as a scenario would write them
    mix: Mapping[str, Odds] | None = None
    vary: Odds = 0.0
    together: tuple[Odds, Odds] = (0.0, 1.0)

    def admits(self, value: Number) -> bool:
        """Whether a number may name this row; rows without a range admit all."""
        if self.range is None:
            return True
        low, high = map(_number, self.range)
        alike = isinstance(value, timedelta) == isinstance(low, timedelta)
        return alike and low <= value <= high  # type: ignore[operator]

    def odd(self, shares: Mapping[str, float]) -> str | None:
        """The first of these shares that is unlike the mix; "" when only their sum is."""
        if self.mix is None or not shares:
            return None
        whole, (low, high) = sum(shares.values()), self.together
        for name, share in shares.items():
            usual = self.mix.get(name)
            part = share / whole if whole else 0.0
            if usual is None or abs(part / usual - 1) > self.vary + _JUST_SO:
                return name
        return None if low - _JUST_SO <= whole <= high + _JUST_SO else ""


@cache
def evidence() -> Mapping[str, Evidence]:
    """Every row by its name."""
    rows = read_keys(_FILE.read_text("utf-8"), _FILE.name)
    return TypeAdapter(dict[str, Evidence]).validate_python(rows)
