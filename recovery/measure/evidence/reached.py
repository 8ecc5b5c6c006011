"""The hold-out's customers that were reached after all: under another account, at one address."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, exists, func, select, union

from recovery.db import table
from recovery.measure.evidence.letters import SENT
from recovery.measure.evidence.scratch import kept
from recovery.measure.evidence.units import Question, enrolments, orders
from recovery.models import Touch

touches = table(Touch)


def reached(connection: Connection, question: Question) -> dict[tuple[str, str], int]:
    """(Campaign, segment) → customers held out, whose e-mail address or phone number got a message
    of the same campaign while they were watched."""
    with kept(connection, "held", _held(question)) as held:
        same = (func.lower(orders.c.email) == held.c.email, orders.c.phone == held.c.phone)
        found = union(*(_reached(question, held, way) for way in same)).subquery("found").c
        segment = (found.campaign, found.segment)
        statement = select(*segment, func.count()).group_by(*segment)
        return {(campaign, name): n for campaign, name, n in connection.execute(statement)}


def _held(question: Question) -> Select[Any]:
    """Who is held out, with the addresses of the order; worked out first, for they are few."""
    e = enrolments.c
    statement = (
        select(
            e.id,
            e.campaign,
            e.segment,
            e.customer_id,
            e.enrolled_at,
            e.window_ends_at,
            func.lower(orders.c.email, type_=orders.c.email.type).label("email"),
            orders.c.phone,
        )
        .join_from(enrolments, orders, orders.c.id == e.order_id)
        .where(e.holdout, e.layer.is_(None), e.enrolled_at <= question.now)
    )
    if question.campaign is not None:
        statement = statement.where(e.campaign == question.campaign)
    return statement


def _reached(question: Question, held: Table, same: ColumnElement[bool]) -> Select[Any]:
    """Those at whose address an order of somebody else got a message. Such orders are few, and
    sought first."""
    e, h = enrolments.c, held.c
    people = (h.campaign, h.segment, h.customer_id, h.enrolled_at, h.window_ends_at)
    strangers = (
        select(*people, orders.c.id.label("order_id"))
        .join_from(held, orders, same)
        .where(orders.c.customer_id != h.customer_id)
        .offset(0)
        .subquery("strangers")
    )
    s, left = strangers.c, func.coalesce(touches.c.tried_at, touches.c.due_at)
    got_one = exists().where(
        e.order_id == s.order_id,
        e.campaign == s.campaign,
        touches.c.enrolment_id == e.id,
        touches.c.state.in_(SENT),
        left > s.enrolled_at,
        left <= s.window_ends_at,
        left <= question.now,
    )
    return select(s.campaign, s.segment, s.customer_id).where(got_one)
