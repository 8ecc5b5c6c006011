"""What was sent to the units: how far each step came, and what is paid for."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, case, distinct, func, literal, select

from recovery.db import table
from recovery.measure.evidence.grouping import grouped
from recovery.measure.evidence.units import Arm, Question, everybody, members, of_arm, orders
from recovery.message import Channel
from recovery.models import Click, Touch, TouchState

touches, clicks = table(Touch), table(Click)

SENT = (TouchState.SENT, TouchState.DELIVERED, TouchState.BOUNCED)


class Bill(NamedTuple):
    """What a provider is paid for: e-mails, or segments of SMS, of mature units of one currency."""

    arm: Arm
    version: int
    currency: str
    country: str
    channel: str


@dataclass(slots=True)
class Stage:
    """How many of a step's planned touches came how far; of mature units."""

    planned: int = 0
    sent: int = 0
    delivered: int = 0  # as far as the provider tells
    bounced: int = 0
    clicked: int = 0  # people, not scanners
    channel: str = ""


@dataclass(slots=True)
class Letters:
    """All messages: of mature units by step, and of everyone enrolled."""

    paid_for: Counter[Bill] = field(default_factory=Counter)
    stages: dict[tuple[Arm, str], Stage] = field(default_factory=lambda: defaultdict(Stage))
    sent: defaultdict[Arm, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    # mails and SMS segments by channel and country, of all mature enrolments
    parts: defaultdict[Arm, Counter[tuple[str, str]]] = field(
        default_factory=lambda: defaultdict(Counter)
    )


def letters(connection: Connection, question: Question) -> Letters:
    """Every step of every arm, in two statements."""
    found = Letters()
    _count_touches(connection, question, found)
    _count_clicks(connection, question, found)
    return found


def _count_touches(connection: Connection, question: Question, found: Letters) -> None:
    counted = everybody(question, (orders.c.country,))
    u, t = counted.c, touches.c
    left = and_(t.state.in_(SENT), func.coalesce(t.tried_at, t.due_at) <= question.now)
    parts = case((t.channel == Channel.SMS, func.coalesce(t.segments, 1)), else_=1)
    columns = (*of_arm(counted), u.version_id, u.currency, u.country, u.mature, u.unit, t.step)
    conditions = {
        "sent": (left, 1),
        "parts": (left, parts),
        "delivered": (and_(left, t.state == TouchState.DELIVERED), 1),
        "bounced": (and_(left, t.state == TouchState.BOUNCED), 1),
    }
    sums = [
        literal(1).label("planned"),
        *(case(one, else_=0).label(name) for name, one in conditions.items()),
    ]
    source = counted.join(touches, t.enrolment_id == u.id)
    for row in grouped(connection, source, (*columns, t.channel), sums):
        _add(found, row, *map(int, row[11:]))


def _add(
    found: Letters, row: Any, planned: int, sent: int, parts: int, delivered: int, bounced: int
) -> None:
    arm = Arm(*row[:4])
    if sent:
        found.sent[arm][row.channel] += sent
    if sent and row.mature:
        found.parts[arm][row.channel, row.country] += parts
    if row.mature and row.unit:
        stage = found.stages[arm, row.step]
        stage.channel = row.channel
        stage.planned += planned
        stage.sent += sent
        stage.delivered += delivered
        stage.bounced += bounced
        if sent:
            bill = Bill(arm, row.version_id, row.currency, row.country, row.channel)
            found.paid_for[bill] += parts


def _count_clicks(connection: Connection, question: Question, found: Letters) -> None:
    counted = members(question)
    u, t = counted.c, touches.c
    clicked = and_(clicks.c.touch_id == t.id, ~clicks.c.machine, clicks.c.at <= question.now)
    columns = (*of_arm(counted), t.step)
    statement = (
        select(*columns, func.count(distinct(u.id)))
        .select_from(counted)
        .join(touches, t.enrolment_id == u.id)
        .join(clicks, clicked)
        .where(u.mature == 1)
        .group_by(*columns)
    )
    for *group, step, count in connection.execute(statement):
        found.stages[Arm(*group), step].clicked = count
