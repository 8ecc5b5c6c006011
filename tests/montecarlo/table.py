"""Every check, and the table of them in docs/measurement.md."""

import re
from collections.abc import Iterable, Iterator
from math import inf
from pathlib import Path

from tests.montecarlo import clusters, looks, lots, market, money, once, stories, waiting
from tests.montecarlo.check import Check, Seen

PAGE = Path(__file__).parents[2] / "docs" / "measurement.md"
BEGIN, END = "<!-- make montecarlo writes this table -->", "<!-- end of the table -->"
_ROOMS = (lots, once, looks, waiting, clusters, money, stories, market)


def _place(check: Check) -> tuple[float, str]:
    """By number; what has none comes last."""
    number = re.search(r"\d+", check.name)
    return (int(number[0]) if number else inf), check.name


CHECKS = sorted((one for room in _ROOMS for one in room.CHECKS), key=_place)


def passes(check: Check, seen: Seen, times: int) -> bool:
    """Whether what came out is within the bound."""
    low, high = check.bound(times)
    return low <= seen.value <= high


def table(results: Iterable[tuple[Check, Seen]]) -> Iterator[str]:
    """Lines of Markdown."""
    yield "| check | world | lives | seen | must be | a popular way sees |"
    yield "|---|---|---|---|---|---|"
    for check, seen in results:
        popular = "" if seen.popular is None else f"{seen.popular:.4g} ({check.popular})"
        cells = (check.name, check.scene, check.long, f"{seen.value:.4g}", asked(check), popular)
        yield f"| {' | '.join(map(str, cells))} |"


def asked(check: Check) -> str:
    """The bound of the long form, in words."""
    low, high = check.bound(check.long)
    if low == high:
        return f"{low:g}"
    if high == inf or (high == 1 and low > 0):
        return f"≥ {low:.4g}"
    return f"≤ {high:.4g}" if low == 0 else f"{low:.4g} to {high:.4g}"


def written(lines: Iterable[str]) -> None:
    """Put the table into its page."""
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text("\n".join((f"{before}{BEGIN}", *lines, f"{END}{after}")), "utf-8")
