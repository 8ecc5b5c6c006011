"""The JSON of a report: text for money, null for what is not known, and names that do not lie."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from recovery.db import reading, writing
from recovery.measure.costs import Costs
from recovery.measure.report import report
from tests.support.histories import AS_OF, COSTS, history
from tests.support.ledger import Ledger
from tests.support.pages import text_of


def told(database: Engine, hours: float, costs: Costs = COSTS) -> dict[str, Any]:
    with reading(database) as connection:
        return report(connection, Ledger.at(hours), costs).payload()


@pytest.fixture
def document(database: Engine) -> dict[str, Any]:
    with writing(database) as connection:
        history(4).write(connection)
    return told(database, AS_OF)


def roads(value: Any, road: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from roads(one, f"{road}.{name}")
    elif isinstance(value, list):
        for one in value:
            yield from roads(one, road)
    else:
        yield road, value


def test_it_is_json_for_every_reader(document: dict[str, Any]) -> None:
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_the_page_tells_of_every_field(document: dict[str, Any]) -> None:
    told = set(re.findall(r"`(\w+)`", text_of("docs/measurement.md")))
    names = {
        name
        for road, _ in roads(document["sequences"])
        if not road.startswith((".credited_not_caused.", ".touches."))
        for name in road.strip(".").split(".")
    }
    assert names - told == set()


def test_rates_have_four_places_and_money_is_text(document: dict[str, Any]) -> None:
    for road, value in roads(document["sequences"]):
        if isinstance(value, float) and not road.endswith("_p"):
            assert value == round(value, 4), road
        if "money" in road and not road.endswith((".customers", ".payers")):
            assert value is None or isinstance(value, str), road


def test_credit_has_one_name_and_no_lift_near_it(document: dict[str, Any]) -> None:
    credited = {road for road, _ in roads(document["sequences"]) if "credit" in road}
    assert credited
    assert all(road.startswith(".credited_not_caused.") for road in credited)
    lift = {road for road, _ in roads([row["lift"] for row in document["sequences"]])}
    assert not any(word in road for road in lift for word in ("credit", "touch", "click"))


def test_a_lift_says_against_what_and_when_it_may_be_believed(document: dict[str, Any]) -> None:
    for row in document["sequences"]:
        if row["holdout"]:
            assert (row["lift"], row["verdict"], row["outcome"]) == (None, None, None)
        else:
            assert (row["lift"]["against"], row["lift"]["valid"]) == ("holdout", "at every look")
            assert row["lift"]["smallest_visible"]["absolute"] > 0
            assert row["decision"] == {"rule": "anytime", "customers": 5000, "smallest_lift": 0.3}


def test_of_nobody_nothing_is_claimed(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.enrolment(ledger.order())
    (row,) = told(database, 1)["sequences"]
    people = row["customers"]
    assert (people["enrolled"], people["mature"], people["matured_share"]) == (1, 0, 0.0)
    for name in ("conversion_rate", "same_order_rate", "net_of_reversal_rate"):
        assert people[name] == {"value": None, "ci95": None}
    assert (people["triggered"], people["converted_before_first_touch"]) == (None, None)
    assert (row["time_to_recovery"], row["stages"], row["customer_money"]) == (None, [], [])
