"""Claiming due touches: one winner, on both databases; and what dead workers leave behind."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    exists,
    func,
    insert,
    select,
    tuple_,
    update,
)

from recovery.db import among, changed, table, written_in
from recovery.message import Channel
from recovery.models import Decision, Enrolment, Order, Touch, TouchState

LEASE = timedelta(minutes=5)  # longer than a batch with every call timing out

GONE = "worker_gone"

touches, decisions = table(Touch), table(Decision)
enrolments, orders = table(Enrolment), table(Order)
_held = written_in(touches.c.state, (TouchState.CLAIMED, TouchState.SENDING))  # touches_leased


@dataclass(frozen=True, slots=True)
class Swept:
    """What dead workers left behind: touches given back, and touches that may have gone out."""

    released: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Aside:
    """What is left alone though it is due: paused campaigns, and markets by (channel, country)."""

    campaigns: Collection[str] = ()
    markets: Collection[tuple[str, str]] = ()

    def where(self) -> list[ColumnElement[bool]]:
        """As conditions on a touch."""
        mine = enrolments.c.id == touches.c.enrolment_id
        held, beyond = [], []
        if self.campaigns:
            held = [~exists().where(mine, enrolments.c.campaign.in_(self.campaigns))]
        if self.markets:
            there = tuple_(touches.c.channel, orders.c.country).in_(list(self.markets))
            beyond = [~exists().where(mine, orders.c.id == enrolments.c.order_id, there)]
        return [*held, *beyond]


NOTHING = Aside()


def pick(
    connection: Connection,
    now: datetime,
    limit: int,
    channels: Collection[Channel],
    aside: Aside = NOTHING,
) -> list[int]:
    """Up to `limit` due touches, the longest due first; returns their ids.

    They stay `planned` and are ours until the transaction ends: locked on PostgreSQL, where others
    pass them by; on SQLite a write transaction is alone. So their state is asked once, here: asked
    again, PostgreSQL would walk all that is planned for each of them as long as it believes that
    little is.
    """
    due = (
        select(touches.c.id)
        .where(
            touches.c.state == TouchState.PLANNED,
            touches.c.due_at <= now,
            touches.c.channel.in_([channel.value for channel in channels]),
            *aside.where(),
        )
        .order_by(touches.c.due_at, touches.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=touches)
    )
    return list(connection.execute(due).scalars())


def claim(connection: Connection, ids: Sequence[int], token: str, now: datetime) -> None:
    """`planned → claimed` of picked touches that wait for a free sender, until the lease ends."""
    if ids:
        values = {"state": TouchState.CLAIMED, "claim": token, "lease_until": now + LEASE}
        picked = among(connection, touches.c.id, ids)
        connection.execute(update(touches).where(picked).values(**values))


def due_count(
    connection: Connection,
    now: datetime,
    channels: Collection[Channel] = tuple(Channel),
    aside: Aside = NOTHING,
) -> int:
    """How many touches are due at `now`."""
    counted = select(func.count()).where(
        touches.c.state == TouchState.PLANNED,
        touches.c.due_at <= now,
        touches.c.channel.in_([channel.value for channel in channels]),
        *aside.where(),
    )
    return int(connection.execute(counted).scalar_one())


def in_flight(connection: Connection) -> int:
    """How many touches a worker holds."""
    counted = select(func.count()).where(_held)
    return int(connection.execute(counted).scalar_one())


def sweep(connection: Connection, now: datetime, run: str | None = None) -> Swept:
    """Leases that are over: a claim goes back, a send that never answered becomes `unknown`.

    `run` is the run that sweeps, for the journal. Touches that somebody is writing about right now
    are left for the next sweep: a worker that was stopped in the middle of a transaction must not
    stop the sweep, too.
    """
    released = (
        update(touches)
        .where(_over(TouchState.CLAIMED, now))
        .values(state=TouchState.PLANNED, claim=None, lease_until=None)
    )
    lost = (
        update(touches)
        .where(_over(TouchState.SENDING, now))
        .values(state=TouchState.UNKNOWN, reason=GONE, lease_until=None)
        .returning(touches.c.id, touches.c.enrolment_id)
    )
    silent = connection.execute(lost).all()
    if silent:
        entry = {"at": now, "verdict": "unknown", "reason": GONE, "run": run}
        rows = [entry | {"touch_id": row.id, "enrolment_id": row.enrolment_id} for row in silent]
        connection.execute(insert(decisions), rows)
    return Swept(changed(connection, released), len(silent))


def _over(state: TouchState, now: datetime) -> ColumnElement[bool]:
    found = (
        select(touches.c.id)
        .where(_held, touches.c.lease_until <= now, touches.c.state == state)
        .with_for_update(skip_locked=True)
    )
    return touches.c.id.in_(found)
