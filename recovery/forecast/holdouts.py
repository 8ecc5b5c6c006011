"""What the hold-outs can show, and when: their size now, at the pace of the last four weeks."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import Connection, func, select

from recovery.campaign.schema import Campaign, Segment
from recovery.db import table
from recovery.draws import SLOTS
from recovery.forecast.power import needed, smallest_lift
from recovery.measure.counts import Counts
from recovery.measure.evidence.units import Arm
from recovery.measure.stats import BURN_IN
from recovery.models import Enrolment

ASSUMED = 0.12  # paid without any message, where nobody knows yet
TARGET = 0.02  # points of lift that are worth finding
PACE = timedelta(weeks=4)
WEEKS = (4, 8, 12)

enrolments = table(Enrolment)


@dataclass(frozen=True, slots=True)
class Promise:
    """What one sequence's comparison with its hold-out can show. Shares are fractions of 1.

    `baseline_from`: "holdout" (of this segment), "campaign" (its hold-outs together), or "assumed".
    `smallest` is None where nobody enters, or nothing can be shown.
    """

    campaign: str
    segment: str
    sequence: str
    holdout_share: float
    sequence_share: float  # of all who enter the segment
    entering: int
    holdout_now: int
    weekly: float  # orders that enter, a week
    baseline: float
    baseline_from: str
    smallest: Mapping[int, float | None]  # weeks → points as a share
    weeks_for_target: int | None

    @property
    def holdout_weekly(self) -> float:
        """Orders held out, a week."""
        return self.weekly * self.holdout_share


def weekly_entries(connection: Connection, now: datetime) -> dict[tuple[str, str], float]:
    """(Campaign, segment) → orders a week, over the last four weeks or since the first of them."""
    e = enrolments.c
    counted = (
        select(e.campaign, e.segment, func.count(), func.min(e.enrolled_at))
        .where(e.enrolled_at > now - PACE, e.enrolled_at < now, e.layer.is_(None))
        .group_by(e.campaign, e.segment)
    )
    return {
        (campaign, segment): count / max((now - first) / timedelta(weeks=1), 1.0)
        for campaign, segment, count, first in connection.execute(counted)
    }


def promises(
    campaigns: Sequence[Campaign],
    entering: Mapping[tuple[str, str], tuple[int, int]],
    weekly: Mapping[tuple[str, str], float],
    measured: Mapping[Arm, Counts],
) -> list[Promise]:
    """One row for each sequence of each segment. `entering`: orders and, of these, held out."""
    known = _baselines(measured)
    return [
        _promise(campaign, segment, name, share / SLOTS, entering, weekly, known)
        for campaign in campaigns
        for segment in campaign.segments
        for name, share in segment.sequence.items()
        if share
    ]


def _promise(
    campaign: Campaign,
    segment: Segment,
    sequence: str,
    share: float,
    entering: Mapping[tuple[str, str], tuple[int, int]],
    weekly: Mapping[tuple[str, str], float],
    known: Mapping[tuple[str, str | None], float],
) -> Promise:
    place = campaign.campaign, segment.segment
    held, (now, held_now) = campaign.holdout / SLOTS, entering.get(place, (0, 0))
    pace, treated = weekly.get(place, 0.0), (1 - held) * share
    baseline, origin = _baseline(known, *place)
    enough = needed(baseline, TARGET, treated, held)
    return Promise(
        campaign=campaign.campaign,
        segment=segment.segment,
        sequence=sequence,
        holdout_share=held,
        sequence_share=treated,
        entering=now,
        holdout_now=held_now,
        weekly=pace,
        baseline=baseline,
        baseline_from=origin,
        smallest={
            weeks: smallest_lift(
                baseline, treated * (now + weeks * pace), held * (now + weeks * pace)
            )
            for weeks in WEEKS
        },
        weeks_for_target=_weeks(enough, now, pace),
    )


def _weeks(enough: float | None, now: int, pace: float) -> int | None:
    if enough is None:
        return None
    if enough <= now:
        return 0
    return ceil((enough - now) / pace) if pace else None


def _baselines(measured: Mapping[Arm, Counts]) -> dict[tuple[str, str | None], float]:
    """Rates of hold-outs with enough in them, by segment; and of each campaign as a whole."""
    seen: defaultdict[tuple[str, str | None], list[int]] = defaultdict(lambda: [0, 0])
    for arm, counts in measured.items():
        if arm.holdout:
            for place in ((arm.campaign, arm.segment), (arm.campaign, None)):
                seen[place][0] += counts.recovered
                seen[place][1] += counts.mature
    return {
        place: paid / all_
        for place, (paid, all_) in seen.items()
        if min(paid, all_ - paid) >= BURN_IN
    }


def _baseline(
    known: Mapping[tuple[str, str | None], float], campaign: str, segment: str
) -> tuple[float, str]:
    if (campaign, segment) in known:
        return known[campaign, segment], "holdout"
    if (campaign, None) in known:
        return known[campaign, None], "campaign"
    return ASSUMED, "assumed"
