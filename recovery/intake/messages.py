"""What became of our messages: events move touches forward, never back, in whatever order.

Any event proves that the provider had the message. A touch is where its strongest event puts it:
sent < failed < delivered < bounced. A click of a machine and an open of anybody mean nothing.

An event that names a touch is about its message only if address, time or message id agree: ids
begin at 1 in every installation, and several may share an account.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from recovery.connectors.mime import ascii_address
from recovery.db import among, table, update_each
from recovery.facts import EventKind, MessageEvent
from recovery.incentives import budget, issue
from recovery.intake import unfit
from recovery.intake.addresses import first_tried, went_to
from recovery.intake.consents import PROVIDER
from recovery.intake.numbers import spellings
from recovery.intake.resolve import RESOLVED
from recovery.intake.suppress import lift, suppress_all
from recovery.message import Channel
from recovery.models import TOUCH_MOVES, Click, Decision, Enrolment, Order, Touch, TouchState

touches, enrolments, orders = table(Touch), table(Enrolment), table(Order)
clicks, decisions = table(Click), table(Decision)

LEADS_TO: dict[EventKind, TouchState] = {
    EventKind.DELIVERED: TouchState.DELIVERED,
    EventKind.BOUNCED: TouchState.BOUNCED,
    EventKind.BLOCKED: TouchState.BOUNCED,
    EventKind.DROPPED: TouchState.FAILED,
    EventKind.FAILED: TouchState.FAILED,
}
_RANK = {
    TouchState.SENT: 1,
    TouchState.FAILED: 2,
    TouchState.DELIVERED: 3,
    TouchState.BOUNCED: 4,
}
_LOST = (TouchState.FAILED, TouchState.BOUNCED)
_NOTED = (EventKind.COMPLAINED, EventKind.UNSUBSCRIBED, EventKind.RESUBSCRIBED)
_COLUMNS = ("state", "reason", "provider", "provider_id", "tried_at", "sent_at", "lease_until")
SKEW = timedelta(minutes=10)  # how far a provider's clock may be from ours


@dataclass(frozen=True, slots=True)
class Move:
    """One touch on its way, and the event that moves it."""

    touch: Row[Any]
    to: TouchState
    by: MessageEvent

    @property
    def proves(self) -> bool:
        """Whether nobody knew until now that the message went out."""
        return TouchState(self.touch.state) not in _RANK or self.touch.reason == RESOLVED

    @property
    def reason(self) -> str | None:
        """Why it did not arrive, in the provider's code; None when it did."""
        return (self.by.code or self.by.kind.value) if self.to in _LOST else None


def apply_events(connection: Connection, events: Sequence[MessageEvent], now: datetime) -> int:
    """Take in what providers say about messages. Told twice or in another order: the same.

    Moves touches, confirms or withdraws their coupons, keeps clicks, suppresses addresses, and
    writes the journal, in the caller's transaction. Returns how many events were about another
    message than the touch they name: those only speak about their address.
    """
    named = {event.touch_id for event in events if event.touch_id is not None}
    known = _known(connection, named)
    judged = [_about(event, known, now) for event in events]
    strangers = sum(a.touch_id != b.touch_id for a, b in zip(events, judged, strict=True))
    events, meant = judged, {event.touch_id for event in judged}
    known = {touch_id: touch for touch_id, touch in known.items() if touch_id in meant}
    moves = [move for touch in known.values() if (move := _move(touch, _of(touch, events)))]
    _make(connection, moves)
    _coupons(connection, moves)
    _clicks(connection, [event for event in events if event.touch_id in known])
    _journal(connection, moves, [event for event in events if event.touch_id in known], known, now)
    bans = [ban for event in events for ban in unfit.bans(event, _where(event, known))]
    suppress_all(connection, bans, now)
    suppress_all(connection, unfit.worn_out(connection, events, known, now), now)
    for event in events:
        where = _where(event, known)
        if event.kind is EventKind.RESUBSCRIBED and where is not None:
            lift(connection, *where, PROVIDER, event.at, unfit.evidence(event))
    return strangers


def _known(connection: Connection, ids: set[int]) -> dict[int, Row[Any]]:
    """The touches that were tried, locked in one order so that two of us can't block each other."""
    if not ids:
        return {}
    found: Any = (
        select(
            touches.c.id,
            touches.c.enrolment_id,
            touches.c.channel,
            touches.c.state,
            touches.c.reason,
            touches.c.provider,
            touches.c.provider_id,
            touches.c.tried_at,
            touches.c.sent_at,
            went_to().label("address"),
            first_tried().label("first_tried_at"),
        )
        .join_from(touches, enrolments, enrolments.c.id == touches.c.enrolment_id)
        .join(orders, orders.c.id == enrolments.c.order_id)
        .where(among(connection, touches.c.id, ids), touches.c.attempts > 0)
        .order_by(touches.c.id)
        .with_for_update(of=touches)
    )
    return {row.id: row for row in connection.execute(found)}


def _about(event: MessageEvent, known: Mapping[int, Row[Any]], now: datetime) -> MessageEvent:
    """The event, without its touch when it can't be about that touch's message: another recipient,
    or, where nobody names one, a time before it was tried."""
    touch = known.get(event.touch_id) if event.touch_id is not None else None
    if touch is None or (touch.provider_id and touch.provider_id == event.provider_id):
        return event
    if event.address and touch.address:
        meant = _is_to(touch, event.address)
    else:  # Under a later `--at` a touch is tried in what is the future for everybody else.
        tried = min(filter(None, (touch.first_tried_at, touch.tried_at)), default=event.at)
        meant = event.at >= min(tried, now) - SKEW
    return event if meant else replace(event, touch_id=None)


def _is_to(touch: Row[Any], address: str) -> bool:
    """Whether the message went to `address`."""
    if touch.channel == Channel.EMAIL:
        return ascii_address(address).lower() == ascii_address(touch.address).lower()
    return address in spellings(touch.address)


def _of(touch: Row[Any], events: Iterable[MessageEvent]) -> list[MessageEvent]:
    return [event for event in events if event.touch_id == touch.id]


def _move(touch: Row[Any], events: Sequence[MessageEvent]) -> Move | None:
    """Where the strongest event puts the touch; None when it is there, or beyond."""
    strongest = max(events, key=_strength)
    to, at = LEADS_TO.get(strongest.kind, TouchState.SENT), TouchState(touch.state)
    move = Move(touch, to, strongest)
    if at is TouchState.FAILED and touch.reason == RESOLVED:
        return move  # an operator assumed, the provider knows
    if at is TouchState.BOUNCED and strongest.kind is EventKind.BOUNCED:
        return move if touch.reason != move.reason else None  # for good, after all
    forward = _RANK[to] > _RANK.get(at, 0)
    road = TOUCH_MOVES.get(at, frozenset())
    open_ = to in road or (TouchState.SENT in road and to in TOUCH_MOVES[TouchState.SENT])
    return move if forward and open_ else None


def _strength(event: MessageEvent) -> tuple[int, bool, datetime, str]:
    rank = _RANK[LEADS_TO.get(event.kind, TouchState.SENT)]
    return rank, event.kind is EventKind.BOUNCED, event.at, event.key


def _make(connection: Connection, moves: Sequence[Move]) -> None:
    """The claim stays: a worker that is still waiting for its answer may add the receipt."""
    for state in sorted({move.touch.state for move in moves}):
        rows = [
            (
                move.touch.id,
                move.to.value,
                move.reason,
                move.touch.provider or move.by.source,
                move.touch.provider_id or move.by.provider_id,
                move.touch.tried_at or move.by.at,
                move.touch.sent_at or move.by.at,
                None,
            )
            for move in moves
            if move.touch.state == state
        ]
        update_each(connection, touches, [touches.c.state == state], _COLUMNS, rows)


def _coupons(connection: Connection, moves: Sequence[Move]) -> None:
    issue.confirm(connection, [move.touch.id for move in moves if move.to not in _LOST])
    budget.withdraw(connection, [move.touch.id for move in moves if move.to in _LOST])


def _clicks(connection: Connection, events: Sequence[MessageEvent]) -> None:
    told = {(e.touch_id, e.at, e.machine) for e in events if e.kind is EventKind.CLICKED}
    if not told:
        return
    mine = among(connection, clicks.c.touch_id, {touch for touch, *_ in told if touch is not None})
    known = select(clicks.c.touch_id, clicks.c.at, clicks.c.machine).where(mine)
    fresh = sorted(told - {tuple(row) for row in connection.execute(known)})
    if fresh:
        connection.execute(
            insert(clicks), [{"touch_id": t, "at": at, "machine": m} for t, at, m in fresh]
        )


def _journal(
    connection: Connection,
    moves: Sequence[Move],
    events: Sequence[MessageEvent],
    known: dict[int, Row[Any]],
    now: datetime,
) -> None:
    entries: list[tuple[int, int, str, str | None, str | None]] = []
    for move in moves:
        touch = move.touch
        if move.proves:
            # A provider's event may be quicker than its answer: then nothing had got lost.
            word = "accepted" if touch.state == TouchState.SENDING else "reconciled"
            proof = move.to.value, move.by.provider_id
            entries.append((touch.enrolment_id, touch.id, word, *proof))
        if move.to is not TouchState.SENT:
            verdict = "undelivered" if move.to is TouchState.FAILED else move.to.value
            told = unfit.without_addresses(move.by.detail) if move.to in _LOST else None
            entries.append((touch.enrolment_id, touch.id, verdict, move.reason, told))
    words = sorted({(e.touch_id or 0, e.kind.value) for e in events if e.kind in _NOTED})
    for touch_id, word in _unsaid(connection, words, known):
        entries.append((known[touch_id].enrolment_id, touch_id, word, None, None))
    names = ("enrolment_id", "touch_id", "verdict", "reason", "detail")
    if entries:
        rows = [{"at": now} | dict(zip(names, entry, strict=True)) for entry in entries]
        connection.execute(insert(decisions), rows)


def _unsaid(
    connection: Connection, words: Sequence[tuple[int, str]], known: dict[int, Row[Any]]
) -> list[tuple[int, str]]:
    """Those that the journal does not have yet."""
    if not words:
        return []
    journeys = {known[touch_id].enrolment_id for touch_id, _ in words}
    said = connection.execute(
        select(decisions.c.touch_id, decisions.c.verdict).where(
            among(connection, decisions.c.enrolment_id, journeys)
        )
    )
    already = {(row.touch_id, row.verdict) for row in said}
    return [word for word in words if word not in already]


def _where(event: MessageEvent, known: dict[int, Row[Any]]) -> tuple[str, str] | None:
    """Channel and address that an event speaks about."""
    touch = known.get(event.touch_id) if event.touch_id is not None else None
    if touch is not None:
        address = event.address or touch.address
        return (touch.channel, address) if address else None
    if not event.address:
        return None
    return (Channel.EMAIL if "@" in event.address else Channel.SMS).value, event.address
