"""Which variant of its step's words a touch gets: drawn when it is first decided, kept for good.

The draw (`recovery.draws`) is a pure function of the customer and of this salt, so that nobody
meets two variants of one step:

    step:<campaign>:<sequence>:<step>:v1:<customer key>

Only who is still unpaid when the step is due is drawn, whatever becomes of the message: sent, put
off or skipped. What was drawn is written once, with the instant; it is where the experiment begins.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, update

from recovery.campaign.schema import Step
from recovery.db import among, table
from recovery.draws import pick, slots
from recovery.models import Touch

Steps = Mapping[tuple[str, str], Step]  # by sequence and step

touches = table(Touch)


def salt(campaign: str, sequence: str, step: str) -> str:
    """What the draw of one step is salted with."""
    return f"step:{campaign}:{sequence}:{step}:v1:"


def drawn(rows: Iterable[Row[Any]], steps_of: Mapping[int, Steps]) -> dict[int, str]:
    """The variant of each touch (by id) whose step has some: as it is stored, else by the draw.

    `rows` have touch_id, variant, key (of the customer), version_id, campaign, sequence and step;
    `steps_of` has the steps of each campaign version.
    """
    found, asked = dict[int, str](), defaultdict[tuple[int, str, str, str], list[Row[Any]]](list)
    for row in rows:
        if row.variant is not None:
            found[row.touch_id] = row.variant
        elif steps_of[row.version_id][row.sequence, row.step].variants:
            asked[row.version_id, row.campaign, row.sequence, row.step].append(row)
    for (version, *names), waiting in asked.items():
        shares = steps_of[version][names[1], names[2]].variants or {}
        for row, one in zip(waiting, slots(salt(*names), [r.key for r in waiting]), strict=True):
            found[row.touch_id] = pick(shares, one)
    return found


def keep(connection: Connection, variants: Mapping[int, str], now: datetime) -> None:
    """Write down the variants of touches (by id) that are decided now for the first time."""
    by_name = defaultdict[str, list[int]](list)
    for touch_id, name in variants.items():
        by_name[name].append(touch_id)
    for name, ids in by_name.items():
        connection.execute(
            update(touches)
            .where(among(connection, touches.c.id, ids), touches.c.variant.is_(None))
            .values(variant=name, drawn_at=now)
        )
