"""What became of messages: lost ones, complaints, opt-outs, unknown ones, channels that refuse."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from recovery.db import table, written_in
from recovery.facts import Consent as Level
from recovery.measure.alerts.periods import Periods
from recovery.measure.alerts.series import Kind, Series, Subject
from recovery.measure.funnel.stages import ARRIVED, MESSAGES, enrolments, orders, touches
from recovery.message import Channel
from recovery.models import Breaker, Consent, TouchState

consents, breakers = table(Consent), table(Breaker)

LOST = (TouchState.BOUNCED, TouchState.FAILED)
GRACE = timedelta(hours=1)  # an answer may be that late, and a provider may be busy that long
COMPLAINED = "complained%"  # how the evidence of a withdrawal begins
# Who takes consent back by an act of their own: a reply, a link, a button of the mail program.
OWN_WORD = ("sms", "unsubscribe-link", "provider")


def undelivered(connection: Connection, periods: Periods) -> list[Series]:
    """Messages that came back or were refused, of all that went out, by channel."""
    t = touches.c
    each = (
        select(
            t.channel,
            periods.of(t.tried_at).label("period"),
            case((t.state.in_(LOST), 1), else_=0).label("lost"),
        )
        .where(t.channel.in_(MESSAGES), t.state.in_((*ARRIVED, *LOST)), periods.hold(t.tried_at))
        .cte("each_message")
    )
    keys = each.c.channel, each.c.period
    found: dict[str, Series] = {}
    for channel, period, lost, total in connection.execute(
        select(*keys, func.sum(each.c.lost), func.count()).group_by(*keys)
    ):
        subject = Subject("channel", channel)
        series = found.setdefault(channel, periods.series(Kind.UNDELIVERED, subject))
        series.add(int(period), int(lost), int(total))
    return list(found.values())


def withdrawn(connection: Connection, periods: Periods, now: datetime) -> list[Series]:
    """Complaints (e-mail) and opt-outs (each channel) after messages of the judged days.

    People, not clicks: an address counts once. Whoever left before we wrote is not counted.
    """
    wrote = touches.c.tried_at >= periods.last_since, touches.c.tried_at < periods.until
    arrived = (touches.c.channel.in_(MESSAGES), touches.c.state.in_(ARRIVED), *wrote)
    sent = select(touches.c.channel, func.count()).where(*arrived).group_by(touches.c.channel)
    complained = case((consents.c.evidence.like(COMPLAINED), 1), else_=0).label("complained")
    said: Any = (
        select(touches.c.channel, complained, func.count(consents.c.address.distinct()))
        .join_from(touches, enrolments, enrolments.c.id == touches.c.enrolment_id)
        .join(orders, orders.c.id == enrolments.c.order_id)
        .join(consents, _is_of_address())
        .where(
            *arrived,
            consents.c.level == Level.NONE.value,
            consents.c.source.in_(OWN_WORD),
            consents.c.at >= touches.c.tried_at,
            consents.c.at <= now,
        )
        .group_by(touches.c.channel, complained)
    )
    numbers = {(row[0], bool(row[1])): int(row[2]) for row in connection.execute(said)}
    return [
        series
        for channel, total in sorted((row[0], int(row[1])) for row in connection.execute(sent))
        for series in _of_channel(channel, total, numbers, periods)
    ]


def _is_of_address() -> ColumnElement[bool]:
    """The address that a message went to; before that was written down, the order's of today."""
    today = case((touches.c.channel == Channel.EMAIL.value, orders.c.email), else_=orders.c.phone)
    address = func.lower(func.coalesce(touches.c.recipient, today))
    return (consents.c.channel == touches.c.channel) & (consents.c.address == address)


def _of_channel(
    channel: str, total: int, people: dict[tuple[str, bool], int], periods: Periods
) -> Iterator[Series]:
    kinds = [(Kind.OPTOUTS, False)]
    if channel == Channel.EMAIL:
        kinds.insert(0, (Kind.COMPLAINTS, True))
    for kind, bad in kinds:
        series = Series(kind, Subject("channel", channel), periods.newest, periods.newest)
        series.add(0, people.get((channel, bad), 0), total)
        yield series


@dataclass(frozen=True, slots=True)
class Stuck:
    """A channel whose provider refuses us, or messages on it that nobody knows the fate of."""

    channel: str
    count: int
    why: str | None = None
    since: datetime | None = None


def unanswered(connection: Connection, now: datetime) -> list[Stuck]:
    """Messages that were handed over and never answered, by channel; the newest may still be."""
    t = touches.c
    statement = (
        select(t.channel, func.count(), func.min(t.tried_at))
        .where(written_in(t.state, [TouchState.UNKNOWN]), t.tried_at <= now - GRACE)
        .group_by(t.channel)
        .order_by(t.channel)
    )
    return [Stuck(row[0], int(row[1]), since=row[2]) for row in connection.execute(statement)]


def refusing(connection: Connection, now: datetime) -> list[Stuck]:
    """Channels whose sender refuses our account, or has been busy or silent for an hour."""
    b = breakers.c
    statement = (
        select(b.channel, b.failures, b.reason, b.since)
        .where(b.open, (b.kind == "account") | (b.since <= now - GRACE), b.since <= now)
        .order_by(b.channel, b.sender)
    )
    return [Stuck(row[0], int(row[1]), row[2], row[3]) for row in connection.execute(statement)]
