"""The cash view against plain loops: every amount in the period in which it moved, once."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from recovery.db import reading, writing
from recovery.measure.books import AMOUNTS, Books, books
from recovery.measure.costs import Costs, Price
from recovery.measure.evidence.units import Question
from recovery.measure.formats.cashbook import Cashbook
from recovery.measure.periods import Calendar, Grain
from tests.support.ledger import Ledger

ZONE = ZoneInfo("Asia/Kathmandu")
NOW = 2_000.0
COSTS = Costs(email=Price(Decimal("0.004"), "EUR"), sms=Price(Decimal("0.07"), "USD"))


def booked(database: Engine, grain: str = "month", costs: Costs = Costs()) -> Books:  # noqa: B008
    with reading(database) as connection:
        return books(connection, Question(Ledger.at(NOW)), Calendar(Grain(grain), ZONE), costs)


def told(found: Books) -> dict[tuple[Any, ...], list[int]]:
    return {
        (line.place.period.name, line.place.side.sequence, line.place.currency): [
            line.booked.orders_paid,
            *(line.money(name).minor for name in AMOUNTS),
        ]
        for line in found.lines
    }


def month(hours: float) -> str:
    return f"{Ledger.at(hours).astimezone(ZONE):%Y-%m}"


def test_every_amount_is_booked_when_it_moved(database: Engine) -> None:
    dice = Random(3)  # noqa: S311
    sums: dict[Any, dict[str, Any]] = defaultdict(lambda: defaultdict(Decimal))
    with writing(database) as connection:
        ledger = Ledger(connection)
        for number in range(120):
            at, held = dice.randrange(0, 900), dice.random() < 0.3
            sequence, currency = (None if held else "plain"), dice.choice(["EUR", "USD"])
            paid = dice.choice([None, at - 1, at + 3, at + 400, at + 5_000])
            counts = paid is not None and at < paid <= NOW
            back = paid + 300 if counts and number % 3 == 0 else None
            cost = 700 if counts and not held and number % 2 == 0 else 0
            kind, after = dice.choice(
                [("percent", True), ("percent", False), ("free_shipping", False)]
            )
            off = cost if kind == "percent" else 0
            order = ledger.order(
                placed=at - 2,
                paid=paid,
                currency=currency,
                amount_minor=10_000 - (off if after else 0),
                refunded_at=None if back is None else ledger.at(back),
            )
            enrolment = ledger.enrolment(order, at=at, holdout=held, amount_minor=10_000)
            if not held:
                channel, parts = dice.choice([("email", 1), ("sms", 3)])
                touch = ledger.touch(enrolment, at=at + 1, channel=channel, segments=parts)
                price = {"email": ("EUR", Decimal("0.4")), "sms": ("USD", Decimal(21))}[channel]
                sums[month(at + 1), sequence, price[0]]["messages"] += price[1]
            if cost:
                ledger.coupon(
                    enrolment,
                    touch,
                    kind=kind,
                    state="redeemed",
                    redeemed_order_id=order,
                    redeemed_at=ledger.at(paid),
                    cost_minor=cost,
                )
                name = "discounts" if kind == "percent" else "subsidy"
                sums[month(paid), sequence, currency][name] += cost
            if counts:
                sums[month(paid), sequence, currency]["orders"] += 1
                sums[month(paid), sequence, currency]["list"] += 10_000
            if back is not None and back <= NOW:
                sums[month(back), sequence, currency]["refunds"] += 10_000 - off
    expected = {}
    for key, one in sums.items():
        messages = int(one["messages"] + Decimal("0.5"))
        net = one["list"] - one["discounts"] - one["subsidy"] - one["refunds"] - messages
        plain = [one[name] for name in ("orders", "list", "discounts", "subsidy", "refunds")]
        expected[key] = [*plain, messages, net]
    found = booked(database, costs=COSTS)
    assert told(found) == expected
    assert len({line.place.period for line in found.lines}) >= 3


def test_an_order_of_two_campaigns_is_booked_once(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        order = ledger.order(paid=50)
        for at, campaign in ((0, "first"), (20, "second"), (60, "after it was paid")):
            ledger.enrolment(order, at=at, campaign=campaign, state="exited")
    (line,) = booked(database).lines
    assert (line.place.side.campaign, line.booked.orders_paid) == ("second", 1)


def test_the_global_hold_out_stands_apart(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.enrolment(ledger.order(paid=5), holdout=True)
        ledger.enrolment(ledger.order(paid=5), holdout=True, layer="global")
    sides = [line.place.side for line in booked(database).lines]
    assert [(one.sequence, one.holdout, one.everywhere) for one in sides] == [
        (None, True, False),
        (None, True, True),
    ]


@pytest.mark.parametrize(("shift", "name"), [(-1, "2026-10"), (0, "2026-11")])
def test_a_month_begins_at_the_merchants_midnight(database: Engine, shift: int, name: str) -> None:
    midnight = datetime(2026, 11, 1, tzinfo=ZONE).astimezone(UTC)
    with writing(database) as connection:
        ledger = Ledger(connection)
        at = midnight + timedelta(microseconds=shift)
        ledger.enrolment(ledger.order(paid=-30, paid_at=at), at=-30)
    assert [line.place.period.name for line in booked(database).lines] == [name]


def test_there_are_no_rates(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.enrolment(ledger.order(paid=5))
    document = Cashbook(booked(database)).payload()
    (row,) = document["cash"]
    assert document["note"].endswith("no rates")
    assert row == {
        "period": "2026-11",
        "campaign": "card-declined",
        "sequence": "plain",
        "holdout": False,
        "global_holdout": False,
        "owner": None,
        "currency": "EUR",
        "orders_paid": 1,
        "list": "100.00",
        "discounts": "0.00",
        "subsidy": "0.00",
        "refunds": "0.00",
        "messages": "0.00",
        "net": "100.00",
    }
