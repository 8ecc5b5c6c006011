"""The true effect of each sequence, and of its hold-out: every customer beside what they would have
done, at the enrolment by which the report counts them.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from recovery.db import table
from recovery.measure.evidence.units import Arm
from recovery.models import Enrolment, Order
from recovery.simulate.truth import Truth

enrolments, orders = table(Enrolment), table(Order)


@dataclass(slots=True)
class Effect:
    """Customers of one arm whose window is over."""

    mature: int = 0
    caused: int = 0  # converted, and would not have
    harmed: int = 0  # did not, and would have
    anyway: int = 0  # converted, and would have in any case

    @property
    def lift(self) -> float | None:
        """What the sequence did to the conversion rate of those who got it; exact."""
        return (self.caused - self.harmed) / self.mature if self.mature else None


Effects = Mapping[Arm, Effect]


def effects(connection: Connection, truth: Truth, now: datetime) -> Effects:
    """Of every arm, as of `now`. Who is held out of everything was drawn in no campaign."""
    found: defaultdict[Arm, Effect] = defaultdict(Effect)
    seen: set[tuple[int, str, str]] = set()
    for row in connection.execute(_enrolled(now)):
        fate, unit = truth.fates[row.external_id], (row.customer_id, row.campaign, row.segment)
        void = fate.paid_at is not None and fate.paid_at <= row.enrolled_at
        if void or unit in seen:
            continue
        seen.add(unit)
        if row.window_ends_at > now:
            continue
        paid, would = truth.converted(fate.person, row.enrolled_at, row.window_ends_at)
        sequence = None if row.holdout else row.sequence
        effect = found[Arm(row.campaign, row.segment, sequence, row.holdout)]
        effect.mature += 1
        effect.caused += paid and not would
        effect.harmed += would and not paid
        effect.anyway += paid and would
    return dict(found)


def _enrolled(now: datetime) -> Select[Any]:
    e = enrolments.c
    return (
        select(
            e.campaign,
            e.segment,
            e.sequence,
            e.holdout,
            e.customer_id,
            e.enrolled_at,
            e.window_ends_at,
            orders.c.external_id,
        )
        .join_from(enrolments, orders, orders.c.id == e.order_id)
        .where(e.layer.is_(None), e.enrolled_at <= now)
        .order_by(e.id)
    )
