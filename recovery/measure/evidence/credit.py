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
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    select,
)

from recovery.db import table
from recovery.measure.evidence.gathering import People
from recovery.measure.evidence.grouping import grouped
from recovery.measure.evidence.spans import microseconds
from recovery.measure.evidence.units import NOT, Arm, enrolments, orders
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


def credits(connection: Connection, people: People) -> dict[Rule, Credits]:
    """Recovered orders of mature units by the step that is credited; the rest is organic."""
    found: dict[Rule, Credits] = {rule: defaultdict(Counter) for rule in Rule}
    credited = _credited(_recovered(people))
    for row in grouped(connection, credited, [*credited.c], (literal(1).label("n"),)):
        arm, _ = people.arms[row.arm]
        for rule in Rule:
            if (step := getattr(row, rule.value)) is not None:
                found[rule][arm][step] += int(row.n)
    return found


def _recovered(people: People) -> Subquery:
    """Units whose enrolled order was paid in the window."""
    f, e = people.fates.c, enrolments.c
    return (
        select(f.id, f.arm, orders.c.paid_at)
        .join_from(people.fates, enrolments, e.id == f.id)
        .join(orders, orders.c.id == e.order_id)
        .where(f.unit == 1, f.mature == 1, f.own != NOT)
        .subquery("recovered")
    )


def _credited(recovered: Subquery) -> Subquery:
    """For each of them the step that each rule credits, or none."""
    sent, number = func.coalesce(touches.c.tried_at, touches.c.due_at), touches.c.id
    followed = and_(clicks.c.touch_id == touches.c.id, ~clicks.c.machine)
    clicked = touches.join(clicks, followed)
    steps = {
        Rule.LAST_TOUCH: _candidates(recovered, sent, touches).order_by(sent.desc(), number.desc()),
        Rule.FIRST_TOUCH: _candidates(recovered, sent, touches).order_by(sent, number),
        Rule.LAST_CLICK: _candidates(recovered, clicks.c.at, clicked).order_by(
            clicks.c.at.desc(), number.desc()
        ),
    }
    columns = [one.limit(1).scalar_subquery().label(rule.value) for rule, one in steps.items()]
    return select(recovered.c.arm, *columns).offset(0).subquery("credited")


def _candidates(recovered: Subquery, at: ColumnElement[Any], source: FromClause) -> Select[Any]:
    """Messages in time before the payment."""
    u, channel = recovered.c, touches.c.channel
    spans = ((channel == name, span // timedelta(microseconds=1)) for name, span in WINDOWS.items())
    return (
        select(touches.c.step)
        .select_from(source)
        .where(
            touches.c.enrolment_id == u.id,
            touches.c.state.in_(_ARRIVED),
            at < u.paid_at,
            microseconds(u.paid_at, at) <= case(*spans, else_=-1),
        )
        .correlate(recovered)
    )
