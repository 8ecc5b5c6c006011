"""Which message is credited with a recovered order: a convention, never a cause.

A candidate left for the same enrolment before the payment, within its channel's window: 5 days for
an e-mail, 24 hours for an SMS. A bounced message reached nobody; handing over to a
colleague is none.
"""

from collections import Counter, defaultdict
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    case,
    func,
    literal,
    select,
    union_all,
)

from recovery.db import table
from recovery.measure.evidence.spans import microseconds
from recovery.measure.evidence.units import Arm, Question, members, of_arm, orders
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


def credits(connection: Connection, question: Question) -> dict[Rule, Credits]:
    """Recovered orders of mature units by the step that is credited; the rest is organic."""
    found: dict[Rule, Credits] = {rule: defaultdict(Counter) for rule in Rule}
    for statement in (_by_touch(question), _by_click(question)):
        for *arm, step, rule, count in connection.execute(statement):
            found[Rule(rule)][Arm(*arm)][step] += count
    return found


def _by_touch(question: Question) -> CompoundSelect[Any]:
    """The last and the first message before the payment, found in one pass."""
    at = func.coalesce(touches.c.tried_at, touches.c.due_at)
    joined, unit = _candidates(question, at)
    last = func.row_number().over(partition_by=unit, order_by=(at.desc(), touches.c.id.desc()))
    first = func.row_number().over(partition_by=unit, order_by=(at, touches.c.id))
    ranked = joined.add_columns(last.label("last"), first.label("first")).cte("ranked")
    return union_all(
        _counted(ranked, ranked.c.last, Rule.LAST_TOUCH),
        _counted(ranked, ranked.c.first, Rule.FIRST_TOUCH),
    )


def _by_click(question: Question) -> Select[Any]:
    joined, unit = _candidates(question, clicks.c.at)
    followed = and_(clicks.c.touch_id == touches.c.id, ~clicks.c.machine)
    order = (clicks.c.at.desc(), touches.c.id.desc())
    last = func.row_number().over(partition_by=unit, order_by=order).label("last")
    ranked = joined.join(clicks, followed).add_columns(last).cte("clicked")
    return _counted(ranked, ranked.c.last, Rule.LAST_CLICK)


def _candidates(
    question: Question, at: ColumnElement[Any]
) -> tuple[Select[Any], ColumnElement[int]]:
    """Messages of units whose enrolled order was paid in the window, in time before the payment."""
    recovered = members(question, (orders.c.paid_at,))
    u, channel = recovered.c, touches.c.channel
    spans = ((channel == name, span // timedelta(microseconds=1)) for name, span in WINDOWS.items())
    joined = (
        select(*of_arm(recovered), touches.c.step)
        .select_from(recovered)
        .join(touches, touches.c.enrolment_id == u.id)
        .where(
            u.mature == 1,
            u.paid_at <= u.window_ends_at,  # after it began: else the unit is void
            touches.c.state.in_(_ARRIVED),
            at < u.paid_at,
            microseconds(u.paid_at, at) <= case(*spans, else_=-1),
        )
    )
    return joined, u.id


def _counted(ranked: CTE, place: ColumnElement[int], rule: Rule) -> Select[Any]:
    columns = (*of_arm(ranked), ranked.c.step)
    which = literal(rule.value).label("rule")
    return select(*columns, which, func.count()).where(place == 1).group_by(*columns)
