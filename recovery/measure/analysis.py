"""The whole judgement from counts alone: for simulations, and for counts that another system made.

Nothing is asked of a database. A report does the same with the counts that it asks for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recovery.campaign.experiments import Decision
from recovery.measure.judging import Health, Verdict, balance, judge
from recovery.measure.lift import Lift, Stratum, lifts
from recovery.measure.stats import Proportion

NOBODY = Proportion(0, 0)

Arm = str | None  # a sequence, or the hold-out


@dataclass(frozen=True, slots=True)
class Drawn:
    """Customers drawn by the same shares: of each arm how many converted of how many mature.

    `shares` sum to 1; the hold-out's key is None.
    """

    shares: Mapping[Arm, float]
    seen: Mapping[Arm, Proportion]

    def expected(self) -> dict[Arm, float]:
        """How many customers each arm should have."""
        everybody = sum(one.total for one in self.seen.values())
        return {arm: share * everybody for arm, share in self.shares.items()}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one sequence, and what may be said about it."""

    lift: Lift
    verdict: Verdict


def analyze(
    drawn: Sequence[Drawn], decision: Decision | None = None, *, over: bool = False
) -> dict[str, Finding]:
    """Every sequence against the hold-out. One of `drawn` for each version with other shares, the
    oldest first; `over`: nobody will be added any more."""
    names = [arm for arm in drawn[-1].shares if arm is not None]
    strata = {
        name: [
            Stratum(one.seen.get(name, NOBODY), one.seen.get(None, NOBODY))
            for one in drawn
            if name in one.shares
        ]
        for name in names
    }
    pairs = {name: _part(drawn[-1].shares, name) for name in names}
    found = lifts(strata, decision or Decision(), pairs)
    health = Health(srm_p=_sizes(drawn))
    return {
        name: Finding(lift, judge(lift, health, draws=True, over=over))
        for name, lift in found.items()
    }


def _part(shares: Mapping[Arm, float], name: str) -> float:
    """The treated's part of the pair."""
    return shares[name] / (shares[name] + shares[None])


def _sizes(drawn: Sequence[Drawn]) -> float | None:
    arms = list(dict.fromkeys(arm for one in drawn for arm in one.shares))
    counted = [sum(one.seen.get(arm, NOBODY).total for one in drawn) for arm in arms]
    due = [sum(one.expected().get(arm, 0.0) for one in drawn) for arm in arms]
    return balance(counted, due)
