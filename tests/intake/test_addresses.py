"""Which address a message went to, when the order has had several."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from recovery.db import reading, writing
from recovery.intake import addresses
from recovery.intake.orders import take
from recovery.message import Channel
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


@pytest.mark.parametrize(
    ("minutes", "meant"),
    [
        (0, ["ann@example.com"]),
        (59, ["ann@example.com"]),
        (60, ["ann@example.com", "bo@example.com"]),
        (64, ["ann@example.com", "bo@example.com"]),
        (70, ["bo@example.com"]),
        (184, ["bo@example.com", "cy@example.com"]),
        (300, ["cy@example.com"]),
        (None, ["cy@example.com"]),
    ],
)
def test_the_address_of_the_moment(
    database: Engine, enrolment: int, minutes: int | None, meant: list[str]
) -> None:
    at = None if minutes is None else T0 + timedelta(minutes=minutes)
    with reading(database) as connection:
        mail = addresses.written_to(connection, enrolment, Channel.EMAIL, at, "cy@example.com")
        sms = addresses.written_to(connection, enrolment, Channel.SMS, at, "+4930901820")
        assert addresses.former(connection, [enrolment]) == {"ann@example.com", "bo@example.com"}
        assert addresses.former(connection, []) == set()
    assert mail == meant
    assert sms == ["+4930901820"]


def test_nobody_is_left_to_be_meant(database: Engine, enrolment: int) -> None:
    with reading(database) as connection:
        assert addresses.written_to(connection, enrolment, Channel.EMAIL, None, None) == []
