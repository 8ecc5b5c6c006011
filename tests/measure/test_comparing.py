"""A segment's health: sizes against the draw, payments before anything differed, strata."""

from typing import Any

from sqlalchemy import Engine

from recovery.db import reading, writing
from recovery.measure.costs import Costs
from recovery.measure.evidence.units import Question
from recovery.measure.report import report
from recovery.measure.survey import Survey, survey
from tests.support.campaigns import a_campaign
from tests.support.ledger import Ledger

AFTER = {"plain": ["{step: reminder, after: 3h, email: unpaid-reminder}"]}
EVEN = a_campaign("card-declined", holdout="50%", sequences=AFTER)


def told(database: Engine) -> list[dict[str, Any]]:
    with reading(database) as connection:
        rows: list[dict[str, Any]] = report(connection, Ledger.at(400), Costs()).payload()[
            "sequences"
        ]
    return rows


def asked(database: Engine) -> Survey:
    with reading(database) as connection:
        return survey(connection, Question(Ledger.at(400)), Costs())


def people(ledger: Ledger, size: int, paid: int, *, holdout: bool, after: float = 9) -> None:
    for number in range(size):
        order = ledger.order(paid=after if number < paid else None, phone=None)
        ledger.enrolment(order, holdout=holdout)


def test_arms_of_other_sizes_than_drawn_silence_the_lift(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.version(EVEN)
        people(ledger, 60, 30, holdout=False)
        people(ledger, 20, 12, holdout=True)
    row = told(database)[0]
    assert (row["verdict"], row["health"]["srm"]) == ("srm_fail", True)
    assert row["lift"]["absolute"] is None and row["lift"]["ci95"] is None
    assert all(money["incremental_net"] is None for money in row["customer_money"])


def test_sizes_count_everybody_drawn_and_each_version_by_its_own_shares(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.version(EVEN)
        people(ledger, 30, 9, holdout=False)
        people(ledger, 30, 9, holdout=True)
        ledger.version(EVEN.replace("50%", "10%"), at=1)
        people(ledger, 90, 20, holdout=False)
        people(ledger, 10, 2, holdout=True)
    row = told(database)[0]
    assert (row["health"]["srm_p"], row["health"]["srm"]) == (1.0, False)


def test_paying_apart_before_the_first_message_is_told(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.version(EVEN)
        people(ledger, 90, 80, holdout=False, after=3)  # as it was due: before
        people(ledger, 90, 30, holdout=True, after=3)
    row, held = told(database)
    assert row["health"]["uneven_before_first_touch"] is True
    assert row["verdict"] == "lift"  # told beside it
    early = [one["customers"]["converted_before_first_touch"] for one in (row, held)]
    assert early == [80, 30]
    assert row["customers"]["triggered"]["customers"] == 10


def test_versions_that_differ_in_words_only_are_one_stratum(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        texts = (EVEN, EVEN.replace("3h", "1h"), EVEN.replace("50%", "20%"), "campaign: [", "[")
        for number, text in enumerate(texts):
            ledger.version(text, at=number / 10)
            people(ledger, 1, 0, holdout=False)
    found = asked(database)
    assert found.strata(("card-declined", "everyone")) == [[1, 2], [3], [4, 5]]
    assert found.design([4, 5]) is None
    assert sum(found.tally(arm).enrolled for arm in found.arms()) == 5


def test_early_is_by_each_version_s_own_first_message(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        for number, text in enumerate((EVEN, EVEN.replace("3h", "1h"), "campaign: [")):
            ledger.version(text, at=number / 10)
            people(ledger, 4, 2, holdout=False, after=2)
    people_told = told(database)[0]["customers"]
    assert people_told["converted_before_first_touch"] == 2  # those of the first version
    triggered = people_told["triggered"]
    assert (triggered["customers"], triggered["converted"]) == (6, 2)
