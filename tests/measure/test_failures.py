"""Failure codes counted and read anew, on both databases."""

from typing import Any

from sqlalchemy import Engine, select, update

from recovery.db import reading, table, writing
from recovery.intake.orders import take
from recovery.intake.reread import reread
from recovery.measure.failures import failures
from recovery.models import Order
from recovery.reasons import FailureReason, mapping_version
from recovery.settings import VipSettings
from tests.support.order_rows import NOW, snapshot

orders = table(Order)
TOLD = (
    ("A-1", "failed", "stripe", "do_not_honor"),
    ("A-2", "failed", "stripe", "do_not_honor"),
    ("A-3", "failed", "adyen", "15"),  # listed, and says nothing
    ("A-4", "failed", "ourbank", "X77"),  # nobody knows it
    ("A-5", "paid", "stripe", "do_not_honor"),  # paid since: not a failure any more
    ("A-6", "failed", None, None),
)


def tell(database: Engine) -> None:
    told = [
        snapshot(order_id=number, status=status, failure_source=source, failure_code=code)
        for number, status, source, code in TOLD
    ]
    with writing(database) as connection:
        take(connection, told, VipSettings(), NOW)


def reasons(database: Engine) -> dict[str, Any]:
    with reading(database) as connection:
        rows = connection.execute(select(orders.c.external_id, orders.c.failure_reason))
        return {row.external_id: row.failure_reason for row in rows}


def test_codes_of_unpaid_orders_are_counted(database: Engine) -> None:
    tell(database)
    with reading(database) as connection:
        found = failures(connection)
    assert found[0].orders == 2, "the most frequent comes first"
    assert {(one.source, one.code, one.reason, one.listed, one.orders) for one in found} == {
        ("stripe", "do_not_honor", FailureReason.ISSUER_GENERIC, True, 2),
        ("adyen", "15", FailureReason.UNKNOWN, True, 1),
        ("ourbank", "X77", FailureReason.UNKNOWN, False, 1),
    }
    assert {one.mapping for one in found} == {mapping_version()}


def test_codes_are_read_anew_when_the_lists_have_changed(database: Engine) -> None:
    tell(database)
    before = reasons(database)
    with writing(database) as connection:
        connection.execute(
            update(orders)
            .where(orders.c.external_id.in_(("A-1", "A-5")))
            .values(failure_reason="unknown", failure_mapping="older")
        )
        assert reread(connection) == 1
        assert reread(connection) == 0
    after = reasons(database)
    assert after == before | {"A-5": "unknown"}, "what is paid is history"
    with reading(database) as connection:
        assert {one.mapping for one in failures(connection)} == {mapping_version()}
