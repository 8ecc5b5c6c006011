"""The hold-out's customers that were reached after all: under another account, at one address."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    distinct,
    func,
    select,
    union_all,
)

from recovery.db import table
from recovery.measure.evidence.letters import SENT
from recovery.measure.evidence.units import Question, enrolments, orders
from recovery.models import Touch

touches = table(Touch)


def reached(connection: Connection, question: Question) -> dict[tuple[str, str], int]:
    """(Campaign, segment) → customers held out, whose e-mail address or phone number got a message
    of the same campaign while they were watched."""
    held = _held(question)
    email = func.lower(orders.c.email) == held.c.email
    found = union_all(
        _messages(question, held, email), _messages(question, held, orders.c.phone == held.c.phone)
    ).subquery("found")
    arm = (found.c.campaign, found.c.segment)
    statement = select(*arm, func.count(distinct(found.c.customer_id))).group_by(*arm)
    return {(campaign, segment): n for campaign, segment, n in connection.execute(statement)}


def _held(question: Question) -> Subquery:
    """Who is held out, with the addresses of the order; worked out first, for they are few."""
    e = enrolments.c
    statement = (
        select(
            e.campaign,
            e.segment,
            e.customer_id,
            e.enrolled_at,
            e.window_ends_at,
            func.lower(orders.c.email).label("email"),
            orders.c.phone,
        )
        .join_from(enrolments, orders, orders.c.id == e.order_id)
        .where(e.holdout, e.layer.is_(None), e.enrolled_at <= question.now)
    )
    if question.campaign is not None:
        statement = statement.where(e.campaign == question.campaign)
    return statement.offset(0).subquery("held")


def _messages(question: Question, held: Subquery, address: ColumnElement[bool]) -> Select[Any]:
    """One row for each message that somebody else's order of the same address got."""
    e, h = enrolments.c, held.c
    left = func.coalesce(touches.c.tried_at, touches.c.due_at)
    return (
        select(h.campaign, h.segment, h.customer_id)
        .select_from(held)
        .join(orders, address)
        .join(enrolments, e.order_id == orders.c.id)
        .join(touches, touches.c.enrolment_id == e.id)
        .where(
            orders.c.customer_id != h.customer_id,
            e.campaign == h.campaign,
            touches.c.state.in_(SENT),
            left > h.enrolled_at,
            left <= h.window_ends_at,
            left <= question.now,
        )
    )
