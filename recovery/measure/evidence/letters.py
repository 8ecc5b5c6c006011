"""What was sent to the units: how far each step came, and what is paid for."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, func, literal, select

from recovery.db import table
from recovery.measure.evidence.gathering import People, Place
from recovery.measure.evidence.grouping import grouped
from recovery.measure.evidence.units import Arm
from recovery.message import Channel
from recovery.models import Click, Touch, TouchState

touches, clicks = table(Touch), table(Click)

_PLANNED, _SENT, _DELIVERED, _BOUNCED = range(4)  # how far a message came
_ONE = literal(1).label("n")
SENT = (TouchState.SENT, TouchState.DELIVERED, TouchState.BOUNCED)
_REACH = dict(zip(SENT, (_SENT, _DELIVERED, _BOUNCED), strict=True))


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


def letters(connection: Connection, people: People) -> Letters:
    """Every step of every arm, in two statements."""
    found = Letters()
    _count_touches(connection, people, found)
    _count_clicks(connection, people, found)
    return found


def _count_touches(connection: Connection, people: People, found: Letters) -> None:
    f, t = people.fates.c, touches.c
    left = func.coalesce(t.tried_at, t.due_at) <= people.question.now
    reach = case((left, case(_REACH, value=t.state, else_=_PLANNED)), else_=_PLANNED)
    parts = case((t.channel == Channel.SMS, func.coalesce(t.segments, 1)), else_=1)
    source = touches.join(people.fates, t.enrolment_id == f.id)
    keys = (t.channel, t.step, f.mature, f.unit, reach.label("reach"), f.place)
    for row in grouped(connection, source, keys, (_ONE, parts.label("parts"))):
        _add(found, row, people.places[row.place])


def _add(found: Letters, row: Any, place: Place) -> None:
    arm, n, parts = place.arm, int(row.n), int(row.parts)
    sent = row.reach != _PLANNED
    if sent:
        found.sent[arm][row.channel] += n
    if sent and row.mature:
        found.parts[arm][row.channel, place.country] += parts
    if row.mature and row.unit:
        stage = found.stages[arm, row.step]
        stage.channel = row.channel
        stage.planned += n
        stage.sent += n * sent
        stage.delivered += n * (row.reach == _DELIVERED)
        stage.bounced += n * (row.reach == _BOUNCED)
        if sent:
            bill = Bill(arm, place.version_id, place.currency, place.country, row.channel)
            found.paid_for[bill] += parts


def _count_clicks(connection: Connection, people: People, found: Letters) -> None:
    f, t = people.fates.c, touches.c
    followed = (
        select(clicks.c.touch_id)
        .where(~clicks.c.machine, clicks.c.at <= people.question.now)
        .distinct()
        .subquery("followed")
    )
    counted = (
        select(t.step, f.arm)
        .join_from(followed, touches, t.id == followed.c.touch_id)
        .join(people.fates, f.id == t.enrolment_id)
        .where(f.mature == 1, f.unit == 1)
        .subquery("counted")
    )
    for row in grouped(connection, counted, [*counted.c], (_ONE,)):
        arm, _ = people.arms[row.arm]
        found.stages[arm, row.step].clicked += int(row.n)
