"""How large a lift a hold-out can show, and when: the planning formulas, asked by arm sizes."""

from recovery.measure.stats import mde_rr, total_for


def smallest_lift(baseline: float, treated: float, control: float) -> float | None:
    """The smallest rise over `baseline` (a share) that arms of these sizes show.

    None when an arm is empty, or when even 100 % would not be far enough from `baseline`.
    """
    if treated <= 0 or control <= 0:
        return None
    total = treated + control
    return mde_rr(baseline, total, treated / total).mde_abs


def needed(baseline: float, lift: float, treated: float, control: float) -> float | None:
    """How many must enter in all to show `lift` (points as a share) over `baseline`.

    `treated` and `control` are the two arms' shares of those who enter; None when an arm gets
    nobody, or when `baseline` + `lift` is more than everybody.
    """
    reached, both = baseline + lift, treated + control
    if treated <= 0 or control <= 0 or not 0 < reached <= 1:
        return None
    return total_for(baseline, reached, treated / both) / both
