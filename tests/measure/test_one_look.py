"""`decision: fixed`: one look, at the number that was named beforehand, whenever it is taken."""

from typing import Any

import pytest
from sqlalchemy import Engine, update

from recovery.db import reading, table, writing
from recovery.measure.costs import Costs
from recovery.measure.report import Row, Verdict, report
from recovery.models import CampaignVersion
from tests.support.ledger import Ledger

TEXT = """
campaign: card-declined
status: active
decision: {rule: fixed, customers: 80}
trigger: {on: payment_failed}
goal: {paid_within: 7d}
holdout: 50%
segments: [{segment: everyone, sequence: plain}]
sequences: {plain: [{step: reminder, after: 0m, email: payment-failed}]}
"""
WINDOW = 168


def cohort(ledger: Ledger, at: float, treated: tuple[int, int], held: tuple[int, int]) -> None:
    """`treated` and `held`: customers, and how many of them pay."""
    for (size, paying), holdout in ((treated, False), (held, True)):
        for number in range(size):
            paid = at + 5 if number < paying else None
            order = ledger.order(placed=at - 1, paid=paid, phone=None)
            ledger.enrolment(order, at=at, holdout=holdout)


@pytest.fixture
def shop(database: Engine) -> Engine:
    """The 80th customer matures with the second cohort; the third turns it all round."""
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.version()
        connection.execute(update(table(CampaignVersion)).values(source=TEXT))
        cohort(ledger, 0, (30, 20), (30, 10))
        cohort(ledger, 24, (12, 10), (12, 3))
        cohort(ledger, 48, (60, 5), (60, 40))
    return database


def row(database: Engine, hours: float) -> Row:
    with reading(database) as connection:
        found = report(connection, Ledger.at(hours), Costs()).rows
    return next(one for one in found if not one.arm.holdout)


def told(one: Row) -> Any:
    assert one.lift is not None
    return one.verdict, one.outcome, one.lift.treated, one.lift.control, one.lift.interval


def test_nothing_is_said_before_the_planned_number_has_matured(shop: Engine) -> None:
    before = row(shop, WINDOW + 23)
    assert before.verdict is Verdict.COLLECTING
    assert before.lift is not None
    assert not before.lift.enough_data


def test_who_looks_later_sees_the_same(shop: Engine) -> None:
    on_the_day, later = row(shop, WINDOW + 24), row(shop, 10 * WINDOW)
    assert told(on_the_day) == told(later)
    assert (on_the_day.verdict, on_the_day.outcome) == (Verdict.FINAL, Verdict.LIFT)
    assert on_the_day.lift is not None
    assert (on_the_day.lift.treated.count, on_the_day.lift.treated.total) == (30, 42)
    assert later.people.mature == 102  # the customers themselves go on being counted
