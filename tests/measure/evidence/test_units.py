"""Boundaries, to the microsecond: who is a unit, when a window is over, what was paid inside it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from recovery.db import reading, writing
from recovery.measure.evidence.credit import Rule, credits
from recovery.measure.evidence.gathering import gathered
from recovery.measure.evidence.tallies import Tally, tallies
from recovery.measure.evidence.units import Question
from tests.support.ledger import Ledger

TICK = timedelta(microseconds=1)
WINDOW = timedelta(hours=168)
BEGIN = Ledger.at(0)


def tally(database: Engine, now: datetime, **question: Any) -> Tally:
    """Everybody, in whatever arm."""
    whole = Tally()
    asked = Question(now, **question)
    with reading(database) as connection, gathered(connection, asked) as people:
        for part in tallies(connection, people).values():
            whole.add(part)
    return whole


EDGES = [
    (BEGIN - TICK, None),
    (BEGIN, None),
    (BEGIN + TICK, 1),
    (BEGIN + WINDOW, 1),
    (BEGIN + WINDOW + TICK, 0),
]


@pytest.mark.parametrize(("paid", "recovered"), EDGES)
def test_the_enrolled_order(database: Engine, paid: datetime, recovered: int | None) -> None:
    """Paid before it was enrolled, it makes no unit at all."""
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.enrolment(ledger.order(paid_at=paid))
    found = tally(database, BEGIN + 2 * WINDOW)
    expected = (0, 0, 0) if recovered is None else (1, recovered, recovered)
    assert (found.mature, found.recovered, found.converted) == expected


@pytest.mark.parametrize(("paid", "converted"), EDGES)
def test_another_order_of_the_customer(
    database: Engine, paid: datetime, converted: int | None
) -> None:
    """Paid before, it says nothing about this one."""
    with writing(database) as connection:
        ledger = Ledger(connection)
        order = ledger.order()
        ledger.enrolment(order)
        ledger.order(paid_at=paid, customer_id=ledger.customer_of(order))
    found = tally(database, BEGIN + 2 * WINDOW)
    assert (found.mature, found.recovered, found.converted) == (1, 0, converted or 0)


def test_mature_at_the_last_instant_of_the_window(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.enrolment(ledger.order(paid_at=BEGIN + WINDOW))
    before, at = (tally(database, BEGIN + WINDOW - later) for later in (TICK, timedelta(0)))
    assert (before.enrolled, before.mature, before.converted) == (1, 0, 0)
    assert (at.enrolled, at.mature, at.converted) == (1, 1, 1)


def test_not_enrolled_a_moment_before(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.enrolment(ledger.order())
    assert tally(database, BEGIN - TICK).enrolled == 0
    assert tally(database, BEGIN).enrolled == 1


@pytest.mark.parametrize(("late", "reversed_"), [(-TICK, 1), (timedelta(0), 1), (TICK, 0)])
def test_a_refund_at_the_end_of_its_time(database: Engine, late: timedelta, reversed_: int) -> None:
    time = timedelta(days=14)
    with writing(database) as connection:
        ledger = Ledger(connection)
        back = BEGIN + WINDOW + time + late
        ledger.enrolment(ledger.order(paid=1, refunded_at=back))
    found = tally(database, BEGIN + 5 * WINDOW, refunds=time)
    assert (found.recovered, found.reversed) == (1, reversed_)
    assert tally(database, BEGIN + 2 * WINDOW, refunds=time).reversed == 0  # not known yet


@pytest.mark.parametrize("reason", ["paid_before", "cancelled", None])
def test_after_a_void_enrolment_the_next_one_is_the_first(
    database: Engine, reason: str | None
) -> None:
    """However the void one ended: the payment may have been told long after."""
    with writing(database) as connection:
        ledger = Ledger(connection)
        order = ledger.order(paid=-1)
        ledger.enrolment(order, state="exited", reason=reason)
        again = ledger.order(placed=10, paid=20, customer_id=ledger.customer_of(order))
        ledger.enrolment(again, at=11)
    found = tally(database, BEGIN + 2 * WINDOW)
    assert (found.enrolled, found.mature, found.recovered) == (1, 1, 1)


def test_a_second_enrolment_is_no_unit_and_one_in_another_segment_is(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        order = ledger.order()
        customer = ledger.customer_of(order)
        ledger.enrolment(order, state="exhausted")
        for at, segment in ((200, "everyone"), (400, "dear")):
            again = ledger.order(placed=at, customer_id=customer)
            ledger.enrolment(again, at=at, segment=segment, state="exhausted")
    assert tally(database, BEGIN + 10 * WINDOW).enrolled == 2


CREDITS = [
    ("email", timedelta(days=5), 1),
    ("email", timedelta(days=5) + TICK, 0),
    ("sms", timedelta(hours=24), 1),
    ("sms", timedelta(hours=24) + TICK, 0),
    ("email", TICK, 1),
    ("email", timedelta(0), 0),  # at the instant of the payment
    ("email", -TICK, 0),
    ("task", TICK, 0),
]


@pytest.mark.parametrize(("channel", "before", "given"), CREDITS)
def test_credit_to_the_microsecond(
    database: Engine, channel: str, before: timedelta, given: int
) -> None:
    paid = BEGIN + timedelta(hours=150)
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order(paid_at=paid))
        ledger.touch(enrolment, channel=channel, tried_at=paid - before, step="one")
    for rule in (Rule.LAST_TOUCH, Rule.FIRST_TOUCH):
        asked = Question(BEGIN + 2 * WINDOW)
        with reading(database) as connection, gathered(connection, asked) as people:
            found = credits(connection, people)[rule]
        assert sum(sum(steps.values()) for steps in found.values()) == given


@pytest.mark.parametrize("begin", [datetime(2026, 10, 24, 9), datetime(2026, 3, 28, 23, 30)])
def test_days_without_their_usual_hours(database: Engine, begin: datetime) -> None:
    """Berlin's clocks go back, or forward, within the window: it lasts 168 hours all the same."""
    begin = begin.replace(tzinfo=UTC)
    with writing(database) as connection:
        ledger = Ledger(connection)
        for paid in (begin + TICK, begin + WINDOW, begin + WINDOW + TICK):
            window = {"enrolled_at": begin, "window_ends_at": begin + WINDOW}
            ledger.enrolment(ledger.order(paid_at=paid), **window)
    found = tally(database, begin + 2 * WINDOW)
    assert (found.mature, found.converted) == (3, 2)
    assert sorted(found.minutes) == [1, 168 * 60]
    spans = found.curve.paid_spans
    assert (spans[1], spans[168 * 60]) == (1, WINDOW // TICK)
