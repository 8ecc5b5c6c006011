"""Numbers that others computed, and how an estimator's answer is held against them.

`tests/data/stat_vectors.json`: by name of the estimator, where the numbers come from and cases of
what is given, what it gives, and within what.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from math import isclose
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).parents[1] / "data" / "stat_vectors.json"


class Case(NamedTuple):
    """One call and its answer."""

    name: str
    given: dict[str, Any]
    gives: dict[str, Any]
    within: float


def cases(name: str | None = None) -> list[Case]:
    """Every case of our file, or those of one estimator."""
    read = json.loads(FILE.read_text(encoding="utf-8"))
    return [
        Case(known, one["given"], one["gives"], one["within"])
        for known, group in read.items()
        for one in group["cases"]
        if name in (None, known)
    ]


def differences(expected: Any, found: Any, within: float, road: str = "") -> Iterator[str]:
    """Where `found` differs from `expected`, at any depth; more keys than expected are fine."""
    if isinstance(expected, Mapping):
        for key, value in expected.items():
            yield from differences(value, found[key], within, f"{road}.{key}")
    elif isinstance(expected, list):
        if len(expected) != len(found):
            yield f"{road}: {len(found)} of {len(expected)}"
        for place, (one, other) in enumerate(zip(expected, found, strict=False)):
            yield from differences(one, other, within, f"{road}[{place}]")
    elif not _same(expected, found, within):
        yield f"{road}: {found!r}, not {expected!r}"


def _same(expected: Any, found: Any, within: float) -> bool:
    if expected == "Infinity":
        expected = float("inf")
    if expected is None or isinstance(expected, bool | str):
        return expected is found or (isinstance(expected, str) and expected == found)
    return found is not None and isclose(expected, found, rel_tol=0, abs_tol=within)


def wrong(case: Case, estimator: Callable[..., Any]) -> list[str]:
    """What `estimator` answers otherwise than `case`; an exception counts as one difference."""
    try:
        found = estimator(**case.given)
        return list(differences(case.gives, found, case.within))
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        return [repr(error)]
