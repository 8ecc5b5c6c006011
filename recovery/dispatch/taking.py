"""What may be claimed now: what is due, less what brakes, the run's ceiling and the pace hold back.

What is held back stays `planned`, as it is: nothing is written about it, so nothing ends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from recovery.db import among
from recovery.dispatch import pace
from recovery.dispatch.brakes import Brakes
from recovery.dispatch.claim import Aside, enrolments, orders, pick, touches
from recovery.message import Channel

HALF = pace.AHEAD / 2  # come back when there is room for some, not for every single one


@dataclass(frozen=True, slots=True)
class Wants:
    """What one who claims asks for: at most `room` touches of `channels`, at `now`.

    `moment` is the present of the pace, `until` then moments may be given out. `paused` are the
    campaigns that files hold.
    """

    now: datetime
    channels: Sequence[Channel]
    room: int
    moment: datetime
    until: datetime
    limits: pace.Limits
    paused: frozenset[str] = frozenset()


@dataclass(slots=True)
class Taken:
    """Picked touches; `dry` channels have nothing that may be claimed, `later` ones will."""

    ids: list[int] = field(default_factory=list)
    dry: set[Channel] = field(default_factory=set)
    later: dict[Channel, timedelta] = field(default_factory=dict)
    trial: Channel | None = None  # the one message that a rested channel is tried with


def take(connection: Connection, wants: Wants, held: Brakes) -> Taken:
    """Pick what may be claimed; locked until the transaction ends."""
    open_ = [one for one in held.open_channels() if one in wants.channels] if wants.room > 0 else []
    taken = Taken(dry=set(wants.channels) - set(open_))
    names = [channel.value for channel in open_]
    room = pace.room(connection, wants.limits, names, wants.moment, wants.until)
    aside = Aside(
        held.campaigns | wants.paused, [_market(key) for key in room.shut() if ":" in key]
    )
    for channel in [one for one in open_ if one.value in room.shut()]:
        open_.remove(channel)
        _wait(connection, wants, channel, room, taken, Aside(aside.campaigns))
    for channel in [one for one in open_ if one in held.rested]:
        open_.remove(channel)
        taken.ids = pick(connection, wants.now, 1, [channel], aside)
        if taken.ids:
            taken.trial = channel
            return taken
        taken.dry.add(channel)
    picked = pick(connection, wants.now, wants.room, open_, aside) if open_ else []
    taken.ids = _fitting(connection, picked, room, wants.limits)
    for channel in [] if picked else open_:
        _wait(connection, wants, channel, room, taken, Aside(aside.campaigns))
    return taken


def _wait(
    connection: Connection,
    wants: Wants,
    channel: Channel,
    room: pace.Room,
    taken: Taken,
    aside: Aside,
) -> None:
    """Nothing of this channel may leave now: is anything due that the pace alone holds back?"""
    shut = [key for key in room.shut() if key.partition(":")[0] == channel.value]
    if shut and pick(connection, wants.now, 1, [channel], aside):
        keys = [channel.value] if channel.value in shut else shut  # its own holds all its markets
        taken.later[channel] = min(room.next_free[key] for key in keys) - wants.moment - HALF
    else:
        taken.dry.add(channel)


def _fitting(
    connection: Connection, ids: list[int], room: pace.Room, limits: pace.Limits
) -> list[int]:
    """Those that the pace has room for, in their order; the others stay where they are."""
    if not ids or not room.left:
        return ids
    found = connection.execute(
        select(touches.c.id, touches.c.channel, orders.c.country)
        .join_from(touches, enrolments, touches.c.enrolment_id == enrolments.c.id)
        .join(orders, orders.c.id == enrolments.c.order_id)
        .where(among(connection, touches.c.id, ids))
    )
    about = {row.id: (row.id, row.channel, row.country) for row in found}
    return room.fitting([about[one] for one in ids], limits)


def _market(key: str) -> tuple[str, str]:
    channel, _, country = key.partition(":")
    return channel, country
