"""Which address a message went to, when the order has had several."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from recovery.db import reading, table, writing
from recovery.intake import addresses
from recovery.intake.orders import take
from recovery.models import Enrolment, Order, Touch
from recovery.settings import VipSettings
from tests.support.ledger import T0, Ledger
from tests.support.order_rows import snapshot


@pytest.fixture
def enrolment(database: Engine) -> int:
    """Ann until ten, Bo until noon, then Cy; and one phone all the time."""
    with writing(database) as connection:
        for hours, email in ((0, "Ann@Example.com"), (1, "bo@example.com"), (3, "cy@example.com")):
            at = (T0 + timedelta(hours=hours)).isoformat()
            told = snapshot(email=email, updated_at=at, phone="+4930901820")
            take(connection, [told], VipSettings(), T0 + timedelta(hours=hours))
            if not hours:
                order = connection.exec_driver_sql("SELECT id FROM orders").scalar_one()
                found = Ledger(connection).enrolment(order)
    return found


def test_the_journal_keeps_what_orders_had_before(database: Engine, enrolment: int) -> None:
    with reading(database) as connection:
        assert addresses.former(connection, [enrolment]) == {"ann@example.com", "bo@example.com"}
        assert addresses.former(connection, []) == set()


@pytest.mark.parametrize(
    ("channel", "written", "meant"),
    [
        ("email", "ann@example.com", "ann@example.com"),
        ("email", None, "cy@example.com"),
        ("sms", None, "+4930901820"),
        ("task", None, None),
    ],
)
def test_what_was_written_down_counts_before_the_order(
    database: Engine, enrolment: int, channel: str, written: str | None, meant: str | None
) -> None:
    touches, enrolments, orders = table(Touch), table(Enrolment), table(Order)
    with writing(database) as connection:
        Ledger(connection).touch(enrolment, channel=channel, recipient=written)
        asked = (
            select(addresses.went_to())
            .join_from(touches, enrolments, enrolments.c.id == touches.c.enrolment_id)
            .join(orders, orders.c.id == enrolments.c.order_id)
        )
        assert connection.execute(asked).scalar_one() == meant
