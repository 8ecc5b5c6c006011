"""Which events make an address unfit: bounces, complaints, opt-outs, numbers nobody answers at."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select

from recovery.connectors.sendgrid.drops import about_address
from recovery.connectors.twilio.codes import NUMBERS, Number, about_number
from recovery.db import reading, retried, table
from recovery.facts import EventKind, MessageEvent
from recovery.intake.addresses import went_to
from recovery.intake.consents import PROVIDER
from recovery.intake.suppress import (
    COMPLAINED,
    HARD_BOUNCE,
    INVALID_NUMBER,
    STOP,
    UNREACHABLE,
    UNSUBSCRIBED,
    Ban,
    holds,
    suppress_all,
)
from recovery.message import Channel
from recovery.models import Decision, Enrolment, Order, Touch, TouchState

touches, enrolments, orders = table(Touch), table(Enrolment), table(Order)
decisions = table(Decision)

PATIENCE = 3  # messages that did not reach a number …
MEMORY = timedelta(days=30)  # … within this time, and it gets no more
_EMAIL = {
    EventKind.BOUNCED: HARD_BOUNCE,
    EventKind.COMPLAINED: COMPLAINED,
    EventKind.UNSUBSCRIBED: UNSUBSCRIBED,
}
_SMS = {EventKind.BOUNCED: INVALID_NUMBER, EventKind.UNSUBSCRIBED: STOP}
_NUMBER = {Number.OPTED_OUT: STOP, Number.INVALID: INVALID_NUMBER}
_REFUSED = (EventKind.BOUNCED, EventKind.BLOCKED, EventKind.DROPPED, EventKind.FAILED)
_UNREACHABLE = [str(code) for code, said in NUMBERS.items() if said is Number.UNREACHABLE]
_SAYING = [str(code) for code in NUMBERS]
# Providers like to repeat whom they could not reach; the journal outlives the person's data.
_ADDRESS = re.compile(r"[^\s<>()\"',;:]+@[^\s<>()\"',;:]+|\+\d[\d ()-]{5,}\d")
_LONGEST = 300


def bans(event: MessageEvent, where: tuple[str, str] | None) -> Iterator[Ban]:
    """What an event about `where` (channel and address) forbids from now on."""
    if where is not None and (reason := _reason(event, where[0])) is not None:
        yield Ban(*where, reason, PROVIDER, event.at, evidence(event))


def worn_out(
    connection: Connection,
    events: Iterable[MessageEvent],
    known: Mapping[int, Row[Any]],
    now: datetime,
) -> Sequence[Ban]:
    """Numbers that these events found unreachable once too often."""
    about = {
        known[event.touch_id].address
        for event in events
        if event.touch_id is not None
        and event.touch_id in known
        and about_number(event.code) is Number.UNREACHABLE
    }
    return _worn_out(connection, sorted(filter(None, about)), now)


@contextmanager
def learning(database: Engine, now: datetime) -> Iterator[None]:
    """Messages are sent inside; numbers that a provider refused at once get nothing more."""
    with reading(database) as connection:
        start = connection.execute(select(func.max(decisions.c.id))).scalar() or 0
    try:
        yield
    finally:
        with reading(database) as connection:
            refused = refusals(connection, start, now)
        if refused:
            retried(database, lambda connection: suppress_all(connection, refused, now))


def refusals(connection: Connection, after: int, now: datetime) -> Sequence[Ban]:
    """What the answers that refused an SMS at once, in the journal after id `after`, forbid."""
    found = (
        select(decisions.c.at, decisions.c.reason, went_to().label("phone"))
        .join_from(decisions, enrolments, enrolments.c.id == decisions.c.enrolment_id)
        .join(orders, orders.c.id == enrolments.c.order_id)
        .join(touches, touches.c.id == decisions.c.touch_id)
        .where(
            decisions.c.id > after,
            decisions.c.verdict == "failed",
            decisions.c.reason.in_(_SAYING),
            touches.c.channel == Channel.SMS.value,
            went_to().is_not(None),
        )
    )
    banned, doubtful = [], set()
    for row in connection.execute(found):
        said = about_number(row.reason)
        if said in _NUMBER:
            why, note = _NUMBER[said], f"refused with {row.reason}"
            banned.append(Ban(Channel.SMS.value, row.phone, why, PROVIDER, row.at, note))
        else:
            doubtful.add(row.phone)
    return [*banned, *_worn_out(connection, sorted(doubtful), now)]


def evidence(event: MessageEvent) -> str:
    """Where to look an event up."""
    own = f" event {event.event_id}" if event.event_id else ""
    return f"{event.source} {event.provider_id or event.key}{own}"


def without_addresses(text: str | None) -> str | None:
    """A provider's words without e-mail addresses and phone numbers, cut to a line."""
    return _ADDRESS.sub("…", text)[:_LONGEST] if text else None


def _reason(event: MessageEvent, channel: str) -> str | None:
    if channel == Channel.SMS:
        said = about_number(event.code) if event.kind in _REFUSED else None
        return _NUMBER.get(said, _SMS.get(event.kind)) if said else _SMS.get(event.kind)
    kind = about_address(event.detail) if event.kind is EventKind.DROPPED else event.kind
    return _EMAIL.get(kind) if kind is not None else None


def _worn_out(connection: Connection, phones: Sequence[str], now: datetime) -> Sequence[Ban]:
    if not phones:
        return []
    tried = (
        select(orders.c.phone, func.count().label("times"))
        .join_from(orders, enrolments, enrolments.c.order_id == orders.c.id)
        .join(touches, touches.c.enrolment_id == enrolments.c.id)
        .where(
            holds(connection, Channel.SMS, phones),
            went_to() == orders.c.phone,
            touches.c.channel == Channel.SMS.value,
            touches.c.state.in_([TouchState.FAILED, TouchState.BOUNCED]),
            touches.c.reason.in_(_UNREACHABLE),
            touches.c.tried_at > now - MEMORY,
        )
        .group_by(orders.c.phone)
        .having(func.count() >= PATIENCE)
        .order_by(orders.c.phone)
    )
    return [
        Ban(
            Channel.SMS.value,
            row.phone,
            UNREACHABLE,
            PROVIDER,
            now,
            f"{row.times} messages in {MEMORY.days} days",
        )
        for row in connection.execute(tried)
    ]
