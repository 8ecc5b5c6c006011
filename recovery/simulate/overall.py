"""Many seeds of one campaign together: how often the report's interval held the truth, how the true
lift spreads, and the points. Seeds are other people, so they are independent of each other.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev
from typing import Any

from recovery.simulate.gist import Gist

Name = tuple[str, str, str]  # campaign, segment, sequence
_SHORT = ("placed", "unpaid", "enrolled", "messages", "opt_outs", "complaints", "after_payment")


@dataclass(frozen=True, slots=True)
class Spread:
    """Some numbers, each of another seed; not empty."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Their average."""
        return fmean(self.values)

    @property
    def deviation(self) -> float:
        """Their standard deviation; 0 of a single one."""
        return stdev(self.values) if len(self.values) > 1 else 0.0

    def payload(self, digits: int) -> dict[str, float]:
        """As JSON, rounded."""
        low, high = min(self.values), max(self.values)
        told = {"mean": self.mean, "sd": self.deviation, "least": low, "most": high}
        return {name: round(value, digits) + 0.0 for name, value in told.items()}


@dataclass(slots=True)
class Repeated:
    """One sequence over all seeds. `judged` are seeds in which its report showed an interval."""

    seeds: int = 0
    judged: int = 0
    caught: int = 0
    found: int = 0  # called a lift, or harm
    lifts: list[float] = field(default_factory=list)

    def add(self, row: Mapping[str, Any]) -> None:
        """One more seed."""
        lift, truth = row["lift"], row["truth"]
        self.seeds += 1
        if truth is None or truth["lift"] is None:
            return
        self.lifts.append(truth["lift"])
        if lift is not None and lift["enough_data"] and truth["caught"] is not None:
            self.judged += 1
            self.caught += truth["caught"]
            self.found += lift["verdict"] in ("lift", "harm")

    @property
    def spread(self) -> Spread | None:
        """Of the true lift; None where no window was ever over."""
        return Spread(tuple(self.lifts)) if self.lifts else None


def by_sequence(gists: Sequence[Gist]) -> Mapping[Name, Repeated]:
    """Every sequence that sends something; of a hidden scenario nothing."""
    found: defaultdict[Name, Repeated] = defaultdict(Repeated)
    for gist in gists:
        for row in gist.payload["sequences"]:
            if "truth" in row and not row["holdout"]:
                found[row["campaign"], row["segment"], row["sequence"]].add(row)
    return dict(sorted(found.items()))


def points(gists: Sequence[Gist]) -> Spread:
    """The scores."""
    return Spread(tuple(gist.points for gist in gists))


def payload(gists: Sequence[Gist]) -> dict[str, Any]:
    """The JSON of `recovery simulate --seeds A-B`: each seed in short, then all together."""
    first = gists[0].payload
    return {
        **{name: first[name] for name in ("scenario", "orders", "days", "from", "to", "campaigns")},
        "seeds": [gist.place.seed for gist in gists],
        "runs": [_short(gist) for gist in gists],
        "overall": {
            "points": None if gists[0].hidden else points(gists).payload(2),
            "sequences": list(_told(gists)),
        },
    }


def _short(gist: Gist) -> dict[str, Any]:
    told = gist.payload
    rows = ("campaign", "segment", "sequence", "holdout", "enrolled", "mature", "recovered")
    return {
        "seed": gist.place.seed,
        **{name: told[name] for name in _SHORT},
        "breaches": told["breaches"],
        "score": told["score"],
        "sequences": [
            {name: row[name] for name in (*rows, "recovery_rate", "lift", "truth") if name in row}
            for row in told["sequences"]
        ],
    }


def _told(gists: Sequence[Gist]) -> Iterator[dict[str, Any]]:
    for (campaign, segment, sequence), one in by_sequence(gists).items():
        yield {
            "campaign": campaign,
            "segment": segment,
            "sequence": sequence,
            "seeds": one.seeds,
            "judged": one.judged,
            "caught": one.caught,
            "found": one.found,
            "true_lift": one.spread.payload(4) if one.spread else None,
        }
