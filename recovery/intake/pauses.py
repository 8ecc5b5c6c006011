"""The brakes an operator holds: everything, one campaign or one channel. Dispatch looks at them
before every batch."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from recovery.db import changed, insert_ignore, table
from recovery.models import Pause

pauses = table(Pause)


class Scope(StrEnum):
    """What a brake holds."""

    ALL = "all"
    CAMPAIGN = "campaign"
    CHANNEL = "channel"


def hold(
    connection: Connection, scope: Scope, name: str, now: datetime, note: str | None = None
) -> bool:
    """Pull the brake (`name` is empty for everything); False when it was held already."""
    row = {"scope": scope.value, "name": name, "since": now, "note": note}
    pulled = insert_ignore(pauses, connection).values(row).returning(pauses.c.id)
    return connection.execute(pulled).first() is not None


def release(connection: Connection, scope: Scope, name: str) -> bool:
    """Let go; False when nobody held it."""
    gone = delete(pauses).where(pauses.c.scope == scope.value, pauses.c.name == name)
    return changed(connection, gone) > 0


def held(connection: Connection) -> Sequence[Row[Any]]:
    """Every brake that is held, the oldest first."""
    return connection.execute(select(pauses).order_by(pauses.c.since, pauses.c.id)).all()
