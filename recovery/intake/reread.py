"""Reading failure codes anew, after the code lists have changed."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, or_, select, update

from recovery.db import changed, table, written_in
from recovery.facts import UNPAID
from recovery.models import Order
from recovery.reasons import mapping_version, reason_for

orders = table(Order)


def reread(connection: Connection) -> int:
    """Give unpaid orders the reasons of today's code lists; returns how many have another one.

    Raw codes are kept as they were told, so nothing is lost by reading them twice.
    """
    version, moved = mapping_version(), 0
    for source, code, reason in connection.execute(_read_with_older_lists(version)).all():
        meant = reason_for(source, code)
        anew = changed(
            connection,
            update(orders)
            .where(
                _unpaid(),
                orders.c.failure_source.is_not_distinct_from(source),
                orders.c.failure_code == code,
                orders.c.failure_reason.is_not_distinct_from(reason),
            )
            .values(failure_reason=meant, failure_mapping=version),
        )
        moved += anew if meant != reason else 0
    return moved


def _read_with_older_lists(version: str) -> Select[Any]:
    mapping = orders.c.failure_mapping
    return (
        select(orders.c.failure_source, orders.c.failure_code, orders.c.failure_reason)
        .where(_unpaid(), orders.c.failure_code.is_not(None))
        .where(or_(mapping.is_(None), mapping != version))
        .distinct()
    )


def _unpaid() -> ColumnElement[bool]:
    return written_in(orders.c.status, sorted(UNPAID))
