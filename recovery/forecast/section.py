"""A chapter of the plan: a table with a sentence above and below, and the sizes of a picture."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter: a table, largest first, with a sentence above it and one below.

    `numbers`: columns that are written to the right. `bars`: for each row the sizes, by kind, that
    a picture beside the table shows.
    """

    key: str
    title: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    numbers: frozenset[int] = frozenset()
    lead: str = ""
    note: str = ""
    bars: Sequence[dict[str, float]] = field(default_factory=list)
