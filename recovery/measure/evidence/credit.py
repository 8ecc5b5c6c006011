"""Which message is credited with a recovered order: a convention, never a cause.

A candidate left for the same enrolment before the payment, within its channel's window: 5 days for
an e-mail, 24 hours for an SMS. A bounced message reached nobody; handing over to a
colleague is none.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, and_, case, func, select

from recovery.db import table
from recovery.measure.evidence.spans import microseconds
from recovery.measure.evidence.units import NOT, Arm, Question, of_arm, orders, units
from recovery.message import Channel
from recovery.models import Click, Touch, TouchState

touches, clicks = table(Touch), table(Click)

WINDOWS = {Channel.EMAIL: timedelta(days=5), Channel.SMS: timedelta(hours=24)}
_ARRIVED = (TouchState.SENT, TouchState.DELIVERED)


class Rule(StrEnum):
    """Whose credit it is; of two at one instant the later step's."""

    LAST_TOUCH = "last_touch"
    LAST_CLICK = "last_click"
    FIRST_TOUCH = "first_touch"


Credits = dict[Arm, Counter[str]]  # recovered orders by step


def credits(connection: Connection, question: Question, rule: Rule) -> Credits:
    """Recovered orders of mature units by the step that is credited; the rest is organic."""
    counted = units(question)
    candidates = _candidates(counted, rule).subquery("candidates")
    arm = [candidates.c[column.name] for column in of_arm(counted)]
    chosen = select(*arm, candidates.c.step, func.count()).where(candidates.c.place == 1)
    found: Credits = defaultdict(Counter)
    for *group, step, count in connection.execute(chosen.group_by(*arm, candidates.c.step)):
        found[Arm(*group)][step] = count
    return dict(found)


def _candidates(counted: CTE, rule: Rule) -> Any:
    by_click = rule is Rule.LAST_CLICK
    at = clicks.c.at if by_click else func.coalesce(touches.c.tried_at, touches.c.due_at)
    order = (at, touches.c.id) if rule is Rule.FIRST_TOUCH else (at.desc(), touches.c.id.desc())
    place = func.row_number().over(partition_by=counted.c.id, order_by=order)
    joined = (
        select(*of_arm(counted), touches.c.step, place.label("place"))
        .select_from(counted)
        .join(orders, orders.c.id == counted.c.order_id)
        .join(touches, touches.c.enrolment_id == counted.c.id)
        .where(counted.c.mature == 1, counted.c.own != NOT, touches.c.state.in_(_ARRIVED))
    )
    if by_click:
        joined = joined.join(clicks, and_(clicks.c.touch_id == touches.c.id, ~clicks.c.machine))
    return joined.where(*_in_time(at))


def _in_time(at: ColumnElement[Any]) -> Iterable[ColumnElement[bool]]:
    paid_at, channel = orders.c.paid_at, touches.c.channel
    spans = ((channel == name, span // timedelta(microseconds=1)) for name, span in WINDOWS.items())
    return at < paid_at, microseconds(paid_at, at) <= case(*spans, else_=-1)
