"""From what customers paid to what the messages earned: gates, caps, and bills in other money."""

from decimal import Decimal
from math import ceil
from typing import Any

import pytest
from sqlalchemy import Engine

from recovery.db import reading, writing
from recovery.measure import stats
from recovery.measure.costs import Costs, Price
from recovery.measure.report import report
from tests.support.campaigns import REMINDER, a_campaign
from tests.support.ledger import Ledger

EUROS = Costs(email=Price(Decimal("0.5"), "EUR"))
TEXT = a_campaign("card-declined", holdout="50%")


def told(database: Engine, costs: Costs = EUROS) -> list[dict[str, Any]]:
    with reading(database) as connection:
        rows: list[dict[str, Any]] = report(connection, Ledger.at(400), costs).payload()[
            "sequences"
        ]
    return rows


def people(ledger: Ledger, amounts: list[int | None], *, holdout: bool, **order: Any) -> None:
    """One customer an amount; None paid nothing."""
    for amount in amounts:
        paid = {} if amount is None else {"paid": 5, "amount_minor": amount}
        ledger.enrolment(ledger.order(phone=None, **paid, **order), holdout=holdout)


def test_messages_billed_in_another_currency_have_a_line_of_their_own(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.version(TEXT)
        ledger.touch(ledger.enrolment(ledger.order(paid=5)), channel="sms", segments=2)
    (row,) = told(database, Costs(sms=Price(Decimal("0.0079"), "USD")))
    lines = [
        (one["currency"], one["customers"], one["message_cost"], one["net"])
        for one in row["customer_money"]
    ]
    assert lines == [("EUR", 1, "0.00", "100.00"), ("USD", 0, "0.02", "-0.02")]
    assert row["customer_money"][1]["net_per_customer"] is None


def test_a_currency_that_nobody_was_held_out_in_has_nothing_to_be_compared_with(
    database: Engine,
) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.version(TEXT)
        people(ledger, [5_000], holdout=False, currency="EUR")
        people(ledger, [5_000], holdout=False, currency="JPY")
        people(ledger, [3_000, 1_000], holdout=True, currency="EUR")
    euro, yen = told(database, Costs())[0]["customer_money"]
    assert (euro["organic"], euro["incremental_net"]) == ("20.00", "30.00")
    assert euro["cost_of_holdout"] == "60.00"  # two held out, who would have left 30 more each
    assert (yen["net"], yen["organic"], yen["incremental_net"]) == ("5000", None, None)


def test_what_a_caused_order_cost_is_told_with_a_lift_only(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.version(TEXT)
        for number in range(100):
            paid = 5 if number < 90 else None
            ledger.touch(ledger.enrolment(ledger.order(paid=paid, phone=None)))
        people(ledger, [1_000] * 20 + [None] * 80, holdout=True)
    row = told(database)[0]
    assert row["verdict"] == "lift"
    (money,) = row["customer_money"]
    assert money["cost_per_incremental_order"] == "0.71"  # 50.00 for 70 that were caused


def test_while_it_is_not_settled_it_is_not_told(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.version(TEXT)
        ledger.touch(ledger.enrolment(ledger.order(paid=5)))
        people(ledger, [None] * 3, holdout=True)
    (money,) = told(database)[0]["customer_money"]
    assert money["cost_per_incremental_order"] is None


HELD = [2_000 + 10 * n for n in range(100)] + [None] * 150
TREATED = [3_000 + 10 * n for n in range(119)] + [9_000_000] + [None] * 130


FIRST = sorted((*filter(None, TREATED), *filter(None, HELD[:80])))  # 200, treated first
CAP = FIRST[ceil(0.99 * 200) - 1]


@pytest.mark.parametrize("short", [0, 1])
def test_money_has_an_interval_from_a_hundred_payers_on(database: Engine, short: int) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.version(TEXT)
        people(ledger, TREATED, holdout=False)
        people(ledger, HELD[short:], holdout=True)
    (money,) = told(database, Costs())[0]["customer_money"]
    if short:
        assert (money["incremental_ci95"], money["capped_at"]) == (None, None)
        return
    assert money["capped_at"] == f"{Decimal(CAP) / 100:.2f}"
    assert [float(end) for end in money["incremental_ci95"]] == pytest.approx(an_interval(0.05))


def test_two_sequences_share_the_chance_of_being_wrong_about_money(database: Engine) -> None:
    two = a_campaign(
        "card-declined",
        holdout="33%",
        segments=("{segment: everyone, sequence: {plain: 50%, offer: 50%}}",),
        sequences={"plain": [REMINDER], "offer": [REMINDER]},
    )
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.version(two)
        people(ledger, TREATED, holdout=False)
        people(ledger, HELD, holdout=True)
        for amount in TREATED:
            paid = {} if amount is None else {"paid": 5, "amount_minor": amount}
            ledger.enrolment(ledger.order(phone=None, **paid), sequence="offer")
    for row in told(database, Costs())[:2]:
        (money,) = row["customer_money"]
        ends = [float(end) for end in money["incremental_ci95"]]
        assert ends == pytest.approx(an_interval(0.025))


def an_interval(alpha: float) -> list[float]:
    """Of what TREATED left more than as many of HELD, in major units."""
    sides = [[min(one or 0, CAP) for one in side] for side in (HELD, TREATED)]
    sums = [
        {"t": "mean", "n": len(side), "sum": sum(side), "ss": sum(one * one for one in side)}
        for side in sides
    ]
    found = stats.asymptotic_cs(*sums, alpha=alpha)
    return [round(end * len(TREATED)) / 100 for end in (found.lo, found.hi)]


def test_the_cap_never_moves_again(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.version(TEXT)
        people(ledger, TREATED, holdout=False)
        people(ledger, HELD, holdout=True)
    before = told(database, Costs())[0]["customer_money"][0]["capped_at"]
    with writing(database) as connection:
        ledger = Ledger(connection)
        for number in range(50):
            late = ledger.order(paid=20, amount_minor=8_000_000, phone=None)
            ledger.enrolment(late, at=10, holdout=number % 2 == 0, version_id=1)
    assert told(database, Costs())[0]["customer_money"][0]["capped_at"] == before
