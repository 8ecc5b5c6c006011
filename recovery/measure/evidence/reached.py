"""The hold-out's customers that were reached after all: under another account, at one address."""

from sqlalchemy import Connection, and_, exists, func, or_, select

from recovery.db import table
from recovery.measure.evidence.letters import SENT
from recovery.measure.evidence.units import Question, enrolments, orders
from recovery.models import Touch

touches = table(Touch)


def reached(connection: Connection, question: Question) -> dict[tuple[str, str], int]:
    """(Campaign, segment) → customers held out, whose e-mail address or phone number got a message
    of the same campaign while they were watched."""
    e, now = enrolments.c, question.now
    other, theirs = enrolments.alias("other"), orders.alias("theirs")
    same_person = or_(
        func.lower(theirs.c.email) == func.lower(orders.c.email),
        theirs.c.phone == orders.c.phone,
    )
    left = func.coalesce(touches.c.tried_at, touches.c.due_at)
    message = exists().where(
        theirs.c.customer_id != e.customer_id,
        same_person,
        other.c.order_id == theirs.c.id,
        other.c.campaign == e.campaign,
        touches.c.enrolment_id == other.c.id,
        touches.c.state.in_(SENT),
        left > e.enrolled_at,
        left <= e.window_ends_at,
        left <= now,
    )
    statement = (
        select(e.campaign, e.segment, func.count(func.distinct(e.customer_id)))
        .join_from(enrolments, orders, orders.c.id == e.order_id)
        .where(and_(e.holdout, e.layer.is_(None), e.enrolled_at <= now), message)
        .group_by(e.campaign, e.segment)
    )
    if question.campaign is not None:
        statement = statement.where(e.campaign == question.campaign)
    return {(campaign, segment): n for campaign, segment, n in connection.execute(statement)}
