"""Marks: what each trainee got, and why. Plain values, so that they can cross from a process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from recovery.i18n import Text, fill, words
from recovery.simulate.lab.handin import clean
from recovery.simulate.lab.teacher.classroom import Trainee, Weights

_LONGEST = 600  # characters of a reason


def shown(told: Text | str, lang: str) -> str:
    """What is told, in which words of a stranger may stand."""
    return clean(fill(told, words(lang)), _LONGEST)


@dataclass(frozen=True, slots=True)
class Reason:
    """One check that was looked at, and why it passed or failed, by language."""

    check: str
    passed: bool
    why: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mark:
    """One trainee's mark for one exercise, from 0 to 100. A `fault` is why nothing was marked."""

    exercise: int
    value: Decimal = Decimal("0.0")
    passed: float = 0.0
    score: int | None = None
    reasons: Sequence[Reason] = ()
    mistakes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notes: Sequence[Text] = ()
    fault: Text | None = None
    late: bool = False
    source: str = ""  # the file or folder that counted

    def told(self, lang: str) -> list[str]:
        """Everything that there is to say about the mark, each in a line."""
        fault = [self.fault] if self.fault is not None else []
        failed = [one.why[lang] for one in self.reasons if not one.passed]
        told: list[Text | str] = [*fault, *self.mistakes.get(lang, ()), *dict.fromkeys(failed)]
        told += self.notes
        return [shown(one, lang) for one in told]

    def payload(self, lang: str) -> Mapping[str, Any]:
        """The mark for programs."""
        return {
            "exercise": self.exercise,
            "mark": float(self.value),
            "checks": [
                {"check": one.check, "passed": one.passed, "why": shown(one.why[lang], lang)}
                for one in self.reasons
            ],
            "score": self.score,
            "late": self.late,
            "fault": None if self.fault is None else shown(self.fault, lang),
            "mistakes": [shown(one, lang) for one in self.mistakes.get(lang, ())],
            "notes": [shown(note, lang) for note in self.notes],
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One trainee in the list of the class."""

    rank: int
    trainee: Trainee
    total: Decimal
    marks: Sequence[Mark]

    def payload(self, lang: str) -> Mapping[str, Any]:
        """The line for programs."""
        return {
            "rank": self.rank,
            "id": self.trainee.id,
            "name": self.trainee.name,
            "mark": float(self.total),
            "exercises": [one.payload(lang) for one in self.marks],
        }


def value(passed: float, score: int | None, weights: Weights, off: float) -> Decimal:
    """A mark from 0 to 100 with one decimal: shares of the checks and of the score (which counts
    from 0 to 100), less what is taken `off` for being late."""
    points = weights.checks * passed * 100 + weights.score * max(0, min(100, score or 0))
    return rounded(Decimal(str(round(points * (1 - off), 6))))


def rounded(number: Decimal) -> Decimal:
    """To one decimal, halves up."""
    return number.quantize(Decimal("0.1"), ROUND_HALF_UP)


def ranked(marks: Sequence[tuple[Trainee, Sequence[Mark]]]) -> list[Line]:
    """Best first; equals share a rank and stand by id."""
    totals = [
        (rounded(sum((one.value for one in theirs), Decimal(0)) / len(theirs)), trainee, theirs)
        for trainee, theirs in marks
    ]
    totals.sort(key=lambda each: (-each[0], each[1].id))
    ranks = {total: 1 + sum(other > total for other, *_ in totals) for total, *_ in totals}
    return [Line(ranks[total], trainee, total, theirs) for total, trainee, theirs in totals]
