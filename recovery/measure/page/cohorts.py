"""Picture: weeks against days since enrolment, as a map of shares. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from recovery.measure.evidence.cohorts import Cohort
from recovery.measure.page.views import SegmentView

MOST = 10  # columns that a telephone can show


@dataclass(frozen=True, slots=True)
class Cell:
    """A share, and how strongly it is painted, 0 to 100; `share` is None while too young."""

    day: int
    share: float | None
    strength: int


@dataclass(frozen=True, slots=True)
class Map:
    """Weeks by row."""

    days: tuple[int, ...]
    rows: tuple[tuple[Cohort, tuple[Cell, ...]], ...]


def cohort_map(view: SegmentView) -> Map | None:
    """The weeks of everybody who was drawn into a sequence of the segment."""
    window = next((row.window for row in view.rows if row.window), None)
    if window is None or not view.cohorts:
        return None
    days = _columns(max(1, -(-window // timedelta(days=1))))
    found = [(one, [one.share(day, view.now) for day in days]) for one in view.cohorts]
    most = max((share for _, shares in found for share in shares if share is not None), default=0.0)
    rows = (
        (cohort, tuple(_cell(day, s, most) for day, s in zip(days, shares, strict=True)))
        for cohort, shares in found
    )
    return Map(days, tuple(rows))


def _columns(last: int) -> tuple[int, ...]:
    """Every day, or every so many of them and the last."""
    every = -(-last // MOST)
    return tuple(sorted({*range(every, last + 1, every), last}))


def _cell(day: int, share: float | None, most: float) -> Cell:
    return Cell(day, share, round(share / most * 100) if share and most else 0)
