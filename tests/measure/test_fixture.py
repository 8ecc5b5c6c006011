"""Twenty-one enrolments whose numbers were worked out by hand, and some that must not appear."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from recovery.db import reading, writing
from recovery.measure.evidence.gathering import gathered
from recovery.measure.evidence.purses import earned, purses
from recovery.measure.evidence.tallies import tallies
from recovery.measure.evidence.units import Question
from recovery.measure.report import Report, report
from tests.support.ledger import Ledger
from tests.support.twenty_one import AS_OF, COSTS, twenty_one

WRONG = {
    "whoever ever paid ÷ enrolled": 9 / 13,
    "recovered ÷ e-mails sent": 8 / 14,
    "recovered ÷ customers reached": 6 / 8,
    "lift on the enrolled order alone": 6 / 10 - 2 / 7,
}


@pytest.fixture
def found(database: Engine) -> Report:
    with writing(database) as connection:
        twenty_one().write(connection)
    with reading(database) as connection:
        return report(connection, Ledger.at(AS_OF), COSTS)


@pytest.fixture
def arms(found: Report) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = found.payload()["sequences"]
    assert [row["holdout"] for row in rows] == [False, True]
    return rows


def picked(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_orders(arms: list[dict[str, Any]]) -> None:
    names = ("enrolled", "open", "mature", "recovered")
    assert [picked(row, *names) for row in arms] == [(13, 2, 11, 7), (8, 1, 7, 2)]
    assert [row["recovery_rate"]["value"] for row in arms] == [0.6364, 0.2857]


def test_customers(arms: list[dict[str, Any]]) -> None:
    people = [row["customers"] for row in arms]
    names = ("enrolled", "mature", "pending", "converted", "recovered", "reversed")
    assert [picked(one, *names) for one in people] == [(12, 10, 2, 7, 6, 1), (8, 7, 1, 3, 2, 0)]
    rates = ("conversion_rate", "same_order_rate", "net_of_reversal_rate")
    assert [[one[rate]["value"] for rate in rates] for one in people] == [
        [0.7, 0.6, 0.5],
        [0.4286, 0.2857, 0.2857],
    ]


def test_before_the_first_message_and_after(arms: list[dict[str, Any]]) -> None:
    people = [row["customers"] for row in arms]
    assert [one["converted_before_first_touch"] for one in people] == [1, 1]
    triggered = [picked(one["triggered"], "customers", "converted") for one in people]
    assert triggered == [(9, 6), (6, 2)]


def test_credit_is_given_once_and_never_to_the_holdout(arms: list[dict[str, Any]]) -> None:
    treated, held = (row["credited_not_caused"]["last_touch"] for row in arms)
    assert treated == {"first": 3, "third": 2, "organic": 1}
    assert held == {"organic": 2}


def test_messages_of_mature_customers(arms: list[dict[str, Any]]) -> None:
    stages = arms[0]["stages"]
    assert [picked(one, "step", "planned", "sent") for one in stages] == [
        ("first", 9, 8),
        ("second", 4, 3),
        ("third", 3, 3),
    ]
    assert arms[1]["stages"] == []


NAMES = ("customers", "list", "discount", "paid", "shipping_subsidy", "refunds", "message_cost")
MONEY = [
    {
        "EUR": (9, "400.00", "8.00", "392.00", "0.00", "70.00", "0.23", "321.77", "35.75"),
        "USD": (1, "90.00", "0.00", "90.00", "5.00", "0.00", "0.09", "84.91", "84.91"),
    },
    {
        "EUR": (6, "245.00", "0.00", "245.00", "0.00", "0.00", "0.00", "245.00", "40.83"),
        "USD": (1, "0.00", "0.00", "0.00", "0.00", "0.00", "0.00", "0.00", "0.00"),
    },
]


def test_money_by_currency(arms: list[dict[str, Any]]) -> None:
    for row, expected in zip(arms, MONEY, strict=True):
        found = {one["currency"]: one for one in row["customer_money"]}
        assert {
            currency: picked(one, *NAMES, "net", "net_per_customer")
            for currency, one in found.items()
        } == expected


def test_what_the_messages_brought(arms: list[dict[str, Any]]) -> None:
    lift = arms[0]["lift"]
    assert picked(lift, "absolute", "incremental_conversions") == (0.2714, 2.71)
    assert not lift["enough_data"]
    euro, dollar = arms[0]["customer_money"]
    names = ("incremental_net_per_customer", "incremental_net", "incremental_ci95")
    assert picked(euro, *names) == ("-5.08", "-45.73", None)
    assert picked(dollar, *names) == ("84.91", "84.91", None)


def test_before_rounding(found: Report) -> None:
    treated, held = found.rows
    assert treated.lift is not None
    assert treated.lift.absolute == pytest.approx(0.7 - 3 / 7, abs=1e-12)
    assert treated.lift.incremental == pytest.approx(2.714285714285714, abs=1e-12)
    each = [[cash.per_customer for cash in row.cash] for row in (treated, held)]
    assert each[0] == pytest.approx([3575.222222222222, 8491.0], abs=1e-9)
    assert each[1] == pytest.approx([4083.3333333333335, 0.0], abs=1e-9)
    gained = [cash.incremental_per_customer for cash in treated.cash]
    assert gained == pytest.approx([-508.1111111111113, 8491.0], abs=1e-9)


def test_a_shorter_time_for_refunds(database: Engine) -> None:
    """The money went back 2 hours after the window: reversed with 14 days, and not with 1 hour."""
    with writing(database) as connection:
        twenty_one().write(connection)
    for days, reversed_, back in ((timedelta(hours=336), 1, 7_000), (timedelta(hours=1), 0, 0)):
        question = Question(Ledger.at(AS_OF), refunds=days)
        with reading(database) as connection, gathered(connection, question) as people:
            assert sum(one.reversed for one in tallies(connection, people).values()) == reversed_
            with earned(connection, people) as each:
                money = purses(connection, people, each)
            assert sum(one.refunds for one in money.values()) == back


def numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from numbers(one)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def test_popular_errors_appear_nowhere(found: Report) -> None:
    shown = list(numbers(json.loads(json.dumps(found.payload()))))
    assert len(shown) > 100
    for error, value in WRONG.items():
        near = [one for one in shown if abs(one - value) < 0.0001]
        assert near == [], error
