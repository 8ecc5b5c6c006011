"""What may be said about a sequence: the gates before a lift is believed, and the verdict. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from recovery.campaign.experiments import Rule
from recovery.measure import stats
from recovery.measure.lift import Lift
from recovery.measure.stats import Proportion
from recovery.measure.stats.balance import SRM_ALPHA
from recovery.measure.stats.tails import chi2_p

# A harm stop looks at every converter from the first one on, beside the interval that decides:
# with this share of the chances, both together stay below 5 % of false alarms.
HARM_ALPHA = 0.01
EXPECTED = 5  # in each cell: below, χ² cries wolf
CONTAMINATED = 0.01  # of the hold-out's customers that were reached after all


class Verdict(StrEnum):
    """What may be said about a sequence today."""

    UNKNOWN = "unknown"  # no hold-out: what would have been paid anyway is not known
    UNDRAWN = "undrawn"  # there is a hold-out, and nobody has been drawn into it yet
    SRM_FAIL = "srm_fail"  # the arms are not as large as they were drawn: something drops people
    CONTAMINATED = "contaminated"  # too many of the hold-out got messages after all
    COLLECTING = "collecting"  # too few customers for a word
    INCONCLUSIVE = "inconclusive"  # the interval holds zero: not settled
    LIFT = "lift"
    HARM = "harm"
    FINAL = "final"  # looked at once, as declared, or the campaign and all its windows are over


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a segment's comparison may be trusted at all. p is None while too few can tell."""

    srm_p: float | None = None  # do the arms' sizes fit the draw?
    early_p: float | None = None  # do the arms pay alike before the first message is due?
    contaminated: int = 0  # of the held out: whose address got messages under another account
    held_out: int = 0
    void: int = 0  # enrolments whose order turned out to have been paid before

    @property
    def mismatched(self) -> bool:
        """The arms' sizes do not fit the draw."""
        return self.srm_p is not None and self.srm_p < SRM_ALPHA

    @property
    def uneven(self) -> bool:
        """The arms differ before anything differed between them: the built-in A/A check."""
        return self.early_p is not None and self.early_p < SRM_ALPHA

    @property
    def is_contaminated(self) -> bool:
        """Too many of the hold-out were reached."""
        return self.contaminated > CONTAMINATED * self.held_out


def judge(lift: Lift | None, health: Health, *, draws: bool, over: bool) -> Verdict:
    """The verdict. `draws`: the campaign holds out a share; `over`: it has ended, and every window
    with it."""
    if lift is None:
        return Verdict.UNDRAWN if draws else Verdict.UNKNOWN
    if health.mismatched:
        return Verdict.SRM_FAIL
    if health.is_contaminated:
        return Verdict.CONTAMINATED
    if lift.rule is Rule.FIXED:
        return Verdict.FINAL if lift.enough_data else Verdict.COLLECTING
    if lift.harm_p is not None and lift.harm_p < HARM_ALPHA:
        return Verdict.HARM
    if not lift.enough_data:
        return Verdict.COLLECTING
    return Verdict.FINAL if over else outcome(lift)


def outcome(lift: Lift) -> Verdict:
    """On which side of zero the interval lies."""
    if lift.interval is None or 0.0 in lift.interval:
        return Verdict.INCONCLUSIVE
    return Verdict.LIFT if lift.interval.low > 0 else Verdict.HARM


def balance(counts: Sequence[int], expected: Sequence[float]) -> float | None:
    """p of the arms' sizes under the draw; None while too few are expected in one of them."""
    if len(counts) < 2 or min(expected) < EXPECTED:
        return None
    return stats.srm(counts, expected).p


def alike(groups: Sequence[Proportion]) -> float | None:
    """p (χ²) of all groups having one rate; None while too few of a kind are expected."""
    total = sum(one.total for one in groups)
    rate = sum(one.count for one in groups) / total if total else 0.0
    cells = [
        (count, one.total * part)
        for one in groups
        for count, part in ((one.count, rate), (one.total - one.count, 1 - rate))
    ]
    if len(groups) < 2 or min(due for _, due in cells) < EXPECTED:
        return None
    return chi2_p(sum((count - due) ** 2 / due for count, due in cells), len(groups) - 1)
