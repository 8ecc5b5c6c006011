"""A payment, a cancellation, a placed cart: what ends with them, in the same transaction."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from recovery.db import reading, table, writing
from recovery.intake.orders import take
from recovery.intake.settle import Settled, settle
from recovery.models import Decision, Enrolment, Order, Task, Touch
from recovery.settings import VipSettings
from tests.support.ledger import T0, Ledger
from tests.support.order_rows import snapshot

enrolments, touches, tasks = table(Enrolment), table(Touch), table(Task)
orders, decisions = table(Order), table(Decision)


def tell(database: Engine, status: str, hours: float = 0, **changes: Any) -> Settled:
    told = snapshot(
        status=status,
        placed_at=(T0 - timedelta(hours=1)).isoformat(),
        updated_at=(T0 + timedelta(hours=hours)).isoformat(),
        **changes,
    )
    with writing(database) as connection:
        now = T0 + timedelta(days=9)
        return take(connection, [told], VipSettings(), now).settled


def enrol(database: Engine, **values: Any) -> int:
    """Enrol the only order at T0 for a week, with one touch of every kind and a task."""
    with writing(database) as connection:
        ledger = Ledger(connection)
        order = connection.execute(select(orders.c.id)).scalar_one()
        enrolment = ledger.enrolment(order, **values)
        for state in ("sent", "planned", "claimed", "sending", "unknown", "withheld"):
            ledger.touch(enrolment, state=state)
        handed = ledger.touch(enrolment, state="sent", channel="task")
        ledger.task(enrolment, handed, order, due=2)
        return enrolment


def states(database: Engine) -> tuple[Any, dict[str, int], Any]:
    """The enrolment, its touches by state, the task."""
    with reading(database) as connection:
        counted = select(touches.c.state, func.count()).group_by(touches.c.state)
        return (
            connection.execute(select(enrolments)).one(),
            {row[0]: row[1] for row in connection.execute(counted)},
            connection.execute(select(tasks)).one(),
        )


def journal(database: Engine) -> list[tuple[str, str]]:
    with reading(database) as connection:
        found = select(decisions.c.verdict, decisions.c.reason).order_by(decisions.c.id)
        return [(row.verdict, row.reason) for row in connection.execute(found)]


def test_a_payment_in_the_window_recovers_and_cancels_what_was_planned(database: Engine):
    tell(database, "failed", amount="50")
    enrol(database)
    assert tell(database, "paid", 30, amount="50") == Settled(recovered=1, cancelled=2)
    enrolment, touched, task = states(database)
    assert (enrolment.state, enrolment.reason, enrolment.recovered_minor) == (
        "recovered",
        "paid",
        5000,
    )
    # What is under way can't be called back, and a hold-out's times are kept.
    assert touched == {"sent": 2, "cancelled": 2, "sending": 1, "unknown": 1, "withheld": 1}
    assert (task.state, task.outcome) == ("closed", "paid")
    assert journal(database) == [("recovered", "paid")]
    assert tell(database, "paid", 30, amount="50") == Settled()


@pytest.mark.parametrize(
    ("status", "hours", "reason", "outcome"),
    [
        ("paid", 0, "paid_before", "paid"),
        ("paid", -0.5, "paid_before", "paid"),
        ("paid", 168.5, "paid_late", "paid"),
        ("cancelled", 5, "cancelled", "cancelled"),
        ("expired", 5, "expired", "expired"),
        ("refunded", 200, "refunded", "refunded"),
    ],
)
def test_anything_else_that_closes_an_order_ends_its_journey_too(
    database: Engine, status: str, hours: float, reason: str, outcome: str
):
    tell(database, "failed", -1)
    enrol(database)
    assert tell(database, status, hours) == Settled(exited=1, cancelled=2)
    enrolment, touched, task = states(database)
    assert (enrolment.state, enrolment.reason, enrolment.recovered_minor) == (
        "exited",
        reason,
        None,
    )
    assert touched["cancelled"] == 2
    assert (task.state, task.outcome) == ("closed", outcome)
    assert journal(database) == [("exited", reason)]


def test_the_last_moment_of_the_window_counts(database: Engine):
    tell(database, "failed")
    enrol(database)
    assert tell(database, "paid", 168).recovered == 1


@pytest.mark.parametrize("ended", ["exhausted", "exited"])
def test_a_payment_in_time_that_was_told_late_still_recovers(database: Engine, ended: str):
    tell(database, "cancelled" if ended == "exited" else "failed", 200)
    enrol(database, state=ended, reason="cancelled" if ended == "exited" else "goal_window_over")
    assert tell(database, "paid", 20).recovered == 1
    assert states(database)[0].state == "recovered"


def test_a_payment_out_of_the_window_leaves_an_ended_enrolment_as_it_is(database: Engine):
    tell(database, "failed")
    enrol(database, state="exhausted", reason="goal_window_over")
    assert tell(database, "paid", 400) == Settled()
    assert states(database)[0].state == "exhausted"


@pytest.mark.parametrize("status", ["pending", "failed", "awaiting"])
def test_a_cart_that_becomes_an_order_leaves_the_cart_campaign(database: Engine, status: str):
    tell(database, "cart")
    enrol(database)
    assert tell(database, status, 3) == Settled(exited=1, cancelled=2)
    assert states(database)[0].reason == "placed"
    assert tell(database, "paid", 9).recovered == 1


def test_an_unpaid_order_that_changes_goes_on(database: Engine):
    tell(database, "pending")
    enrol(database)
    assert tell(database, "failed", 3) == Settled()
    assert states(database)[0].state == "active"


def test_what_was_enrolled_while_a_payment_came_in_is_settled_afterwards(database: Engine):
    tell(database, "paid", 1)
    enrol(database)
    with writing(database) as connection:
        ids = list(connection.execute(select(orders.c.id)).scalars())
        assert settle(connection, T0, closed=ids) == Settled(recovered=1, cancelled=2)
    with writing(database) as connection:
        assert settle(connection, T0, closed=ids) == Settled()


def test_a_payment_in_another_currency_is_not_added_to_the_first(database: Engine):
    tell(database, "failed", amount="50")
    enrol(database)
    tell(database, "paid", 5, amount="55", currency="USD")
    enrolment = states(database)[0]
    assert (enrolment.state, enrolment.recovered_minor) == ("recovered", None)
