"""Suppression: an address that gets nothing more on a channel, in every campaign, at once.

The row, the touches it closes, journal and evidence change in one transaction. The later word
counts, whatever the order in which words arrive: what was lifted stays lifted until news come.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from recovery.db import among, changed, insert_ignore, table
from recovery.facts import Consent as Level
from recovery.intake import consents
from recovery.intake.consents import LIFTED, OPERATOR, PROVIDER, SMS, Where, Word, compared
from recovery.message import Channel
from recovery.models import (
    Decision,
    Enrolment,
    EnrolmentState,
    Order,
    Suppression,
    Touch,
    TouchState,
)

suppressions, touches = table(Suppression), table(Touch)
enrolments, orders, decisions = table(Enrolment), table(Order), table(Decision)

UNSUBSCRIBED, STOP, COMPLAINED = "unsubscribed", "stop", "complained"
HARD_BOUNCE, INVALID_NUMBER, UNREACHABLE = "hard_bounce", "invalid_number", "unreachable"
BY_HAND = "operator"
# The customer's own wish, which the customer may take back.
WISHES = frozenset({UNSUBSCRIBED, STOP})
# Facts about an address: nobody said anything, so there is no consent to note.
FACTS = frozenset({HARD_BOUNCE, INVALID_NUMBER, UNREACHABLE})
# Of several reasons the one is kept that is harder to lift; an operator's own is the hardest.
_STRENGTH = {
    UNSUBSCRIBED: 0,
    STOP: 0,
    UNREACHABLE: 1,
    HARD_BOUNCE: 2,
    INVALID_NUMBER: 2,
    COMPLAINED: 3,
}
_HARDEST = 4
T = TypeVar("T")
_OPEN = (TouchState.PLANNED, TouchState.CLAIMED)
CLOSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Ban:
    """Why an address gets nothing more. `at` is when it happened, `source` who says so."""

    channel: str
    address: str
    reason: str
    source: str
    at: datetime
    evidence: str | None = None

    @property
    def where(self) -> Where:
        """Which address, on which channel."""
        return self.channel, self.address

    @property
    def weight(self) -> tuple[int, datetime]:
        """The heavier of two bans of one address is kept."""
        return _STRENGTH.get(self.reason, _HARDEST), self.at


@dataclass(frozen=True, slots=True)
class Done:
    """How many addresses are new on the list, and how many open touches were closed."""

    added: int = 0
    closed: int = 0


def suppress(
    connection: Connection,
    channel: str,
    address: str,
    reason: str,
    source: str,
    now: datetime,
    evidence: str | None = None,
) -> Done:
    """Put one address (e-mail in any case, or E.164) on the list of `channel`, now."""
    return suppress_all(connection, [Ban(channel, address, reason, source, now, evidence)], now)


def suppress_all(connection: Connection, bans: Iterable[Ban], now: datetime) -> Done:
    """Put addresses on the list and close their open touches; told twice, nothing changes."""
    told = [replace(ban, address=compared(ban.channel, ban.address)) for ban in bans]
    if not told:
        return Done()
    said = consents.history(connection, {ban.where for ban in told})
    consents.keep(connection, [_withdrawal(ban) for ban in told if _is_news(ban, said)])
    standing = _heaviest(ban for ban in told if not _lifted(ban, said.get(ban.where, ())))
    known = _known(connection, standing)
    news = {where: ban for where, ban in standing.items() if where not in known}
    heavier = {
        known[where].id: ban
        for where, ban in standing.items()
        if where in known and ban.weight > _weight(known[where])
    }
    _write(connection, news, heavier)
    worse = [b for b in heavier.values() if known[b.where].reason != b.reason]
    _note(connection, "suppressed", {b.where: b.reason for b in (*news.values(), *worse)}, now)
    return Done(len(news), _close(connection, standing, now))


def lift(
    connection: Connection,
    channel: str,
    address: str,
    source: str,
    at: datetime,
    evidence: str | None = None,
) -> bool:
    """Take an address off the list; whether it was on it.

    An operator (`source` is `operator`) may lift anything; a customer (through SMS or the
    provider) only the own opt-out, if it was said before `at`. Their word is kept, as the stop
    itself may reach us later; an operator's only when there was something to lift. It is no
    consent: what was agreed to, the shop knows.
    """
    where = channel, compared(channel, address)
    gone = delete(suppressions).where(
        suppressions.c.channel == channel, suppressions.c.address == where[1]
    )
    if source == OPERATOR:
        gone = gone.where(suppressions.c.at <= at)
    else:
        gone = gone.where(suppressions.c.at < at, suppressions.c.reason.in_(sorted(WISHES)))
    lifted = changed(connection, gone) > 0
    if lifted or source != OPERATOR:
        consents.keep(connection, [Word(*where, LIFTED, at, source, evidence)])
    if lifted:
        _note(connection, "lifted", {where: source}, at)
    return lifted


def listed(
    connection: Connection,
    channel: str | None = None,
    reason: str | None = None,
    limit: int | None = None,
) -> Sequence[Row[Any]]:
    """The list, newest first."""
    found = select(suppressions).order_by(suppressions.c.at.desc(), suppressions.c.id.desc())
    if channel is not None:
        found = found.where(suppressions.c.channel == channel)
    if reason is not None:
        found = found.where(suppressions.c.reason == reason)
    return connection.execute(found.limit(limit)).all()


def holds(connection: Connection, channel: str, addresses: Collection[str]) -> Any:
    """The condition that an order has one of `addresses` (as compared) on `channel`."""
    lower = func.lower(orders.c.email, type_=orders.c.email.type)  # it would forget the type
    column: Any = lower if channel == Channel.EMAIL else orders.c.phone
    return among(connection, column, addresses)


def _is_news(ban: Ban, said: Mapping[Where, Sequence[Word]]) -> bool:
    """Whether somebody took consent back; an operator's list that is read again says nothing."""
    before = said.get(ban.where, ())
    again = ban.source == OPERATOR and before and before[-1].source == OPERATOR
    return ban.reason not in FACTS and not (again and before[-1].level == Level.NONE)


def _withdrawal(ban: Ban) -> Word:
    why = " ".join(filter(None, (ban.reason, ban.evidence)))
    return Word(*ban.where, Level.NONE.value, ban.at, ban.source, why)


def _lifted(ban: Ban, said: Sequence[Word]) -> bool:
    """Whether somebody who may lift this ban did so after it happened."""
    able = {OPERATOR, SMS, PROVIDER} if ban.reason in WISHES else {OPERATOR}
    return any(
        word.at > ban.at and word.source in able and word.level != Level.NONE for word in said
    )


def _heaviest(bans: Iterable[Ban]) -> dict[Where, Ban]:
    kept: dict[Where, Ban] = {}
    for ban in bans:
        if ban.where not in kept or ban.weight > kept[ban.where].weight:
            kept[ban.where] = ban
    return kept


def _known(connection: Connection, bans: Collection[Where]) -> dict[Where, Row[Any]]:
    found = select(suppressions).where(
        among(connection, suppressions.c.address, {address for _, address in bans})
    )
    rows = {(row.channel, row.address): row for row in connection.execute(found)} if bans else {}
    return {where: row for where, row in rows.items() if where in bans}


def _weight(row: Row[Any]) -> tuple[int, datetime]:
    return _STRENGTH.get(row.reason, _HARDEST), row.at


def _write(connection: Connection, news: Mapping[Where, Ban], heavier: Mapping[int, Ban]) -> None:
    def columns(ban: Ban) -> dict[str, Any]:
        return {"reason": ban.reason, "source": ban.source, "at": ban.at}

    if news:
        rows = [{"channel": b.channel, "address": b.address} | columns(b) for b in news.values()]
        connection.execute(insert_ignore(suppressions, connection), rows)
    for row_id, ban in heavier.items():
        connection.execute(
            update(suppressions).where(suppressions.c.id == row_id).values(columns(ban))
        )


def _note(
    connection: Connection, verdict: str, reasons: Mapping[Where, str], now: datetime
) -> None:
    """Tell the live journeys of these addresses what will or may come."""
    entries = []
    for channel, mine in _by_channel(reasons).items():
        address: Any = orders.c.email if channel == Channel.EMAIL else orders.c.phone
        live = (
            select(enrolments.c.id, address.label("address"))
            .join_from(orders, enrolments, enrolments.c.order_id == orders.c.id)
            .where(
                holds(connection, channel, mine.keys()),
                enrolments.c.state == EnrolmentState.ACTIVE,
            )
            .order_by(enrolments.c.id)
        )
        entries += [
            {
                "at": now,
                "enrolment_id": row.id,
                "verdict": verdict,
                "reason": mine[compared(channel, row.address)],
                "detail": channel,
            }
            for row in connection.execute(live)
            if compared(channel, row.address) in mine
        ]
    if entries:
        connection.execute(insert(decisions), entries)


def _close(connection: Connection, bans: Mapping[Where, Ban], now: datetime) -> int:
    """`planned | claimed → skipped` for every open touch to these addresses."""
    closed = 0
    for channel, mine in _by_channel(bans).items():
        open_touches = (
            select(touches.c.id)
            .join_from(orders, enrolments, enrolments.c.order_id == orders.c.id)
            .join(touches, touches.c.enrolment_id == enrolments.c.id)
            .where(
                holds(connection, channel, mine.keys()),
                touches.c.channel == channel,
                touches.c.state.in_(_OPEN),
            )
        )
        moved = connection.execute(
            update(touches)
            .where(touches.c.id.in_(open_touches), touches.c.state.in_(_OPEN))
            .values(state=TouchState.SKIPPED, reason=CLOSED, claim=None, lease_until=None)
            .returning(touches.c.id, touches.c.enrolment_id)
        ).all()
        entries = [
            {
                "at": now,
                "enrolment_id": row.enrolment_id,
                "touch_id": row.id,
                "verdict": "skip",
                "reason": CLOSED,
            }
            for row in sorted(moved)
        ]
        if entries:
            connection.execute(insert(decisions), entries)
        closed += len(entries)
    return closed


def _by_channel(told: Mapping[Where, T]) -> dict[str, dict[str, T]]:
    parted: dict[str, dict[str, T]] = {}
    for (channel, address), one in told.items():
        parted.setdefault(channel, {})[address] = one
    return parted
