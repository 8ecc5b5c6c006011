"""Who comes back keeps the group of the first time, whatever the shares are by now.

The draw of an enrolment is used once: a group that changed with the shares would get messages in
the middle of its own hold-out. Only a group that has no share any more lets its customers go.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Table,
    and_,
    case,
    func,
    or_,
    select,
    update,
)

from recovery.campaign.schema import Campaign, Segment
from recovery.db import table
from recovery.draws import quarter_begins
from recovery.models import Enrolment

enrolments = table(Enrolment)
earlier = enrolments.alias("earlier")


def keep(connection: Connection, picks: Table, campaign: Campaign, now: datetime) -> None:
    """Overwrite the draw in `picks` for customers who were drawn before.

    The first enrolment in the same segment of the campaign tells sequence and hold-out; the first
    one of the quarter, in any campaign, whether the customer is held out of everything.
    """
    e = enrolments.c
    sequence = case((_has_a_share(campaign.segments), e.sequence), else_=picks.c.sequence)
    drawn = {"sequence": sequence} | ({"holdout": e.holdout} if campaign.holdout else {})
    here = earlier.c.campaign == campaign.campaign, earlier.c.segment == picks.c.segment
    before = _first(picks, *here, earlier.c.layer.is_(None))
    same = e.customer_id == picks.c.customer_id
    connection.execute(update(picks).values(drawn).where(same, e.id == before))
    if campaign.global_holdout:
        lately = _first(picks, earlier.c.enrolled_at >= quarter_begins(now))
        connection.execute(update(picks).values(layer=e.layer).where(same, e.id == lately))


def _first(picks: Table, *which: ColumnElement[bool]) -> ScalarSelect[int]:
    """The oldest enrolment of each customer in `picks`, of those that fit `which`: looked up one by
    one by the customer, for most have none."""
    theirs = earlier.c.customer_id == picks.c.customer_id
    return select(func.min(earlier.c.id)).where(theirs, *which).correlate(picks).scalar_subquery()


def _has_a_share(segments: Sequence[Segment]) -> ColumnElement[bool]:
    """The enrolment's sequence still takes orders of its segment."""
    e = enrolments.c
    return or_(
        *(and_(e.segment == one.segment, e.sequence.in_(sorted(one.sequence))) for one in segments)
    )
