"""Random histories: every number of the report equals what an oracle works out row by row."""

from collections.abc import Iterator, Mapping
from dataclasses import astuple
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from recovery.db import reading, writing
from recovery.measure.report import Report, report
from tests.support.histories import AS_OF, COSTS, Shop, history
from tests.support.ledger import Ledger
from tests.support.oracle import Oracle
from tests.support.oracle_money import DIGITS, Till

SEEDS = (1, 2, 3)
SILENT = ("organic", "incremental_net", "cost_of_holdout")
RULES = ("last_touch", "last_click", "first_touch")


def told(database: Engine, hours: float) -> Report:
    with reading(database) as connection:
        return report(connection, Ledger.at(hours), COSTS)


def differences(expected: Any, found: Any, road: str = "") -> Iterator[str]:
    """Counts are equal; rates are equal after rounding, which the report does to four places."""
    if isinstance(expected, Mapping):
        for key, value in expected.items():
            yield from differences(value, found[key], f"{road}.{key}")
    elif isinstance(expected, list):
        for place, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f"{road}[{place}]")
    elif isinstance(expected, float):
        if found is None or abs(found - expected) > 5.1e-5:
            yield f"{road}: {found}, not {expected}"
    elif found != expected:
        yield f"{road}: {found}, not {expected}"


def minor(amount: str | None, currency: str) -> int | None:
    return None if amount is None else int(Decimal(amount).scaleb(DIGITS[currency]))


def wrong(shop: Shop, row: dict[str, Any], hours: float) -> list[str]:
    """Everything in one row of the report that is not as it must be."""
    oracle = Oracle(shop, Ledger.at(hours))
    arm = (row["segment"], row["sequence"])
    expected = oracle.of_orders(arm) | {"customers": oracle.of_customers(arm)}
    expected["credited_not_caused"] = {
        rule: {"organic": 0, **oracle.credits(arm, rule)} for rule in RULES
    }
    if arm[1] is not None:
        expected["stages"] = oracle.stages(arm)
    found = list(differences(expected, row))
    found += _money(Till(oracle, COSTS), arm, row)
    area, points = oracle.curve(arm, 72)
    found += differences(area, row["time_to_recovery"]["unpaid_hours"], "unpaid_hours")
    for point in row["time_to_recovery"]["points"]:
        share, people = points[point["hours"]]
        found += differences([share, people], [point["share"], point["at_risk"]], "curve")
    sent = oracle.touches(arm)
    found += differences({name: sent[name] for name in row["touches"]}, row["touches"], "touches")
    return found


def _money(till: Till, arm: tuple[str, str | None], row: dict[str, Any]) -> Iterator[str]:
    """To the cent, in every currency; nothing is compared where the hold-out was reached."""
    silent = SILENT if row["verdict"] == "contaminated" else ()
    for name, expected in (
        ("customer_money", till.waterfall(arm)),
        ("money", till.of_orders(arm)),
    ):
        found = {one["currency"]: one for one in row[name]}
        yield from differences(sorted(expected), sorted(found), name)
        for currency, lines in expected.items():
            counts = {"customers", "payers"}
            for line, value in (lines | dict.fromkeys(silent)).items():
                seen = found.get(currency, {}).get(line)
                seen = seen if line in counts else minor(seen, currency)
                yield from differences(value, seen, f"{name}.{currency}.{line}")


@pytest.mark.parametrize("seed", SEEDS)
def test_every_number_of_a_report(database: Engine, seed: int) -> None:
    shop = history(seed)
    with writing(database) as connection:
        shop.write(connection)
    for hours in (AS_OF, 700):
        rows = told(database, hours).payload()["sequences"]
        assert len(rows) == 5
        assert [one for row in rows for one in wrong(shop, row, hours)] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_every_lift_before_rounding(database: Engine, seed: int) -> None:
    shop = history(seed)
    with writing(database) as connection:
        shop.write(connection)
    oracle = Oracle(shop, Ledger.at(AS_OF))
    for row in told(database, AS_OF).rows:
        if (lift := row.lift) is None:
            assert row.arm.holdout
            continue
        assert lift.absolute is not None, row.verdict
        expected = oracle.lift((row.arm.segment, row.arm.sequence))
        found = {
            "absolute": lift.absolute,
            "ci95": list(astuple(lift.interval)),
            "one_look_ci95": list(astuple(lift.one_look)),
            "incremental_conversions": lift.incremental,
            "relative": lift.relative,
            "enough_data": lift.enough_data,
        }
        for name, value in expected.items():
            assert found[name] == pytest.approx(value, abs=1e-9), name


@pytest.mark.parametrize("seed", SEEDS)
def test_rates_and_money_before_rounding(database: Engine, seed: int) -> None:
    shop = history(seed)
    with writing(database) as connection:
        shop.write(connection)
    oracle = Oracle(shop, Ledger.at(AS_OF))
    for row in told(database, AS_OF).rows:
        arm = (row.arm.segment, row.arm.sequence)
        expected = oracle.of_orders(arm)["recovery_rate"]
        assert row.rate == pytest.approx(expected["value"], abs=1e-12)
        assert astuple(row.interval) == pytest.approx(expected["ci95"], abs=1e-9)
        purses = Till(oracle, COSTS).purses(arm)
        for cash in row.cash:
            if purse := purses[cash.currency].customers:
                each = purses[cash.currency].net / purse
                assert cash.per_customer == pytest.approx(each, abs=1e-9)


def test_one_address_under_two_accounts_silences_the_lift(database: Engine) -> None:
    shop = history(1, shared=True)
    with writing(database) as connection:
        shop.write(connection)
    rows = told(database, AS_OF).payload()["sequences"]
    spoilt = [row for row in rows if row["health"]["contaminated"]]
    assert {row["verdict"] for row in spoilt if not row["holdout"]} == {"contaminated"}
    for row in spoilt:
        assert row["holdout"] or row["lift"]["absolute"] is None
        assert wrong(shop, row, AS_OF) == []  # counts and money are as they were
