"""What a check found: passed or not, and why, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recovery.i18n import Text, Value, fill, words
from recovery.simulate.lab.exercise import Check


@dataclass(frozen=True, slots=True)
class Finding:
    """One check of an exercise and what it found."""

    check: Check
    passed: bool
    found: Value = ""
    instead: Text | None = None  # why there was nothing to look at

    def said(self, lang: str) -> str:
        """Why it passed or failed."""
        if self.instead is not None:
            return fill(self.instead, words(lang))
        told = (self.check.good if self.passed else self.check.bad).in_(lang)
        return told.replace("{found}", fill(self.found, words(lang)))

    def look(self, lang: str) -> str:
        """What to look at, where it failed and there is something."""
        open_ = not self.passed and self.instead is None
        return self.check.look.in_(lang) if open_ and self.check.look is not None else ""

    def payload(self, lang: str) -> Mapping[str, Any]:
        """The finding for programs."""
        return {
            "check": self.check.check,
            "passed": self.passed,
            "weight": self.check.weight,
            "why": self.said(lang),
            "look": self.look(lang),
        }


def unjudged(check: Check, why: Text) -> Finding:
    """A check that had nothing to look at: it failed, whatever it asks."""
    return Finding(check, False, instead=why)
