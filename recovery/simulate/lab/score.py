"""The score: points against two anchors. Sending nothing at all is 0, the reference answer is 80.

Points are those of the simulation: net incremental money, less what annoyed people and what broke a
rule, over the very same shoppers. So 100 is a quarter better than the reference, and less than 0 is
worse than silence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REFERENCE = 80
LOWEST, HIGHEST = -100, 120


@dataclass(frozen=True, slots=True)
class Score:
    """Points of the trainee, of the reference answer, and of a shipped campaign, if there is one
    to compare with. Silence has 0 points by definition."""

    points: float
    reference: float
    preset: float | None = None

    @property
    def value(self) -> int:
        """The score of the trainee."""
        return scaled(self.points, self.reference)

    @property
    def of_preset(self) -> int | None:
        """The score of the shipped campaign."""
        return None if self.preset is None else scaled(self.preset, self.reference)

    def payload(self) -> Mapping[str, Any]:
        """The score for programs."""
        return {
            "value": self.value,
            "points": round(self.points, 2),
            "empty": 0,
            "preset": self.of_preset,
            "reference": REFERENCE,
        }


def scaled(points: float, reference: float) -> int:
    """`points` on the scale; 0 where the reference itself brings nothing in this market."""
    if reference <= 0:
        return 0
    return max(LOWEST, min(HIGHEST, round(REFERENCE * points / reference)))
