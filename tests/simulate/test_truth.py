"""What is true of an order and of its customer, with messages and without."""

from datetime import UTC, datetime, timedelta

import pytest

from recovery.money import Money
from recovery.simulate.truth import Fate, Toll, Truth

START = datetime(2026, 10, 5, tzinfo=UTC)
DAY = timedelta(days=1)


def fate(paid: int | None, silent: int | None, **more: bool) -> Fate:
    """Left on the first day; paid, and would have been, so many days later."""
    paid_at, silent_at = (None if n is None else START + n * DAY for n in (paid, silent))
    one = Fate("kim@example.com", Money(5000, "USD"), "distracted", START, silent_at, refunds=False)
    one.paid_at = paid_at
    one.pending = more.get("pending", False)
    return one


@pytest.mark.parametrize(
    ("one", "caused", "cost"),
    [
        (fate(1, None), True, False),
        (fate(1, 2), False, False),
        (fate(None, 2), False, True),
        (fate(None, None), False, False),
        (fate(None, 2, pending=True), False, False),
    ],
)
def test_what_messages_caused_and_what_they_cost(one: Fate, caused: bool, cost: bool) -> None:
    assert (one.caused, one.cost) == (caused, cost)


def known(*fates: Fate) -> Truth:
    truth = Truth()
    for number, one in enumerate(fates):
        truth.fates[str(number)] = one
        truth._orders[one.person].append(one)
    return truth


@pytest.mark.parametrize(
    ("fates", "bought", "converted"),
    [
        ((fate(2, None),), None, (True, False)),
        ((fate(None, 2),), None, (False, True)),
        ((fate(2, None), fate(None, 3)), None, (True, True)),
        ((fate(0, None),), None, (False, False)),  # at the window's beginning: not in it
        ((fate(7, None),), None, (True, False)),  # at its end: in it
        ((fate(8, 9),), None, (False, False)),
        ((fate(None, None),), 3, (True, True)),  # another order, paid at once
        ((fate(None, None),), 9, (False, False)),
    ],
)
def test_a_customer_converts_with_any_order_inside_the_window(
    fates: tuple[Fate, ...], bought: int | None, converted: tuple[bool, bool]
) -> None:
    truth = known(*fates)
    if bought is not None:
        truth.bought("kim@example.com", START + bought * DAY)
    assert truth.converted("kim@example.com", START, START + 7 * DAY) == converted


def test_tolls_are_added_up_and_nothing_is_none() -> None:
    one = fate(None, None)
    one.note(Toll.EMAILS)
    one.note(Toll.EMAILS, 2)
    one.note(Toll.BREACHES, 0)
    assert one.toll == {Toll.EMAILS: 3}


def test_days_are_counted_from_one() -> None:
    later = fate(None, None)
    later.begun = START + 2 * DAY - timedelta(seconds=1)
    assert [day for day, _ in known(fate(None, None), later).by_day(START)] == [1, 2]
