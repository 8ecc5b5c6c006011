"""Everybody gathered once: what stands in the rows, and that nothing stays of them."""

from collections import Counter

import pytest
from sqlalchemy import Connection, Engine, func, select

from recovery.db import counting, reading, writing
from recovery.measure.evidence.gathering import gathered
from recovery.measure.evidence.units import Arm, Question
from tests.support.ledger import Ledger

LATER = Question(Ledger.at(1_000))


def two_arms(connection: Connection) -> None:
    """A customer who came back to the sequence, and a hold-out drawn from two of them."""
    ledger = Ledger(connection)
    first = ledger.order(country="FR")
    ledger.enrolment(first, state="exhausted")
    ledger.enrolment(ledger.order(customer_id=ledger.customer_of(first)), at=200)
    for sequence in ("plain", "offer"):
        ledger.enrolment(ledger.order(paid=1), sequence=sequence, holdout=True)
    ledger.enrolment(ledger.order(), campaign="another")


def test_a_row_for_each_enrolment_and_a_number_for_what_many_share(database: Engine) -> None:
    with writing(database) as connection:
        two_arms(connection)
    with reading(database) as connection, gathered(connection, LATER) as people:
        found = Counter(
            (people.arms[row.arm][0], people.places[row.place].country, row.unit, row.converted)
            for row in connection.execute(select(people.fates))
        )
    plain = Arm("card-declined", "everyone", "plain", holdout=False)
    held = Arm("card-declined", "everyone", None, holdout=True)
    another = Arm("another", "everyone", "plain", holdout=False)
    assert found == {
        (plain, "FR", 1, 0): 1,
        (plain, "DE", 0, 0): 1,
        (held, "DE", 1, 1): 2,
        (another, "DE", 1, 0): 1,
    }
    assert len(people.places) == 5
    assert len(people.arms) == 3


def test_of_one_campaign_only(database: Engine) -> None:
    with writing(database) as connection:
        two_arms(connection)
    asked = Question(LATER.now, campaign="another")
    with reading(database) as connection, gathered(connection, asked) as people:
        assert {place.campaign for place in people.places.values()} == {"another"}
        assert connection.scalar(select(func.count()).select_from(people.fates)) == 1


def test_of_nobody(database: Engine) -> None:
    with reading(database) as connection, gathered(connection, LATER) as people:
        assert connection.execute(select(people.fates)).all() == []


def test_gathered_again_it_has_what_came_since(database: Engine) -> None:
    with writing(database) as connection:
        for expected in (5, 10):
            two_arms(connection)
            with gathered(connection, LATER) as people:
                rows = select(func.count()).select_from(people.fates)
                assert connection.scalar(rows) == expected


def test_after_an_error_nothing_is_in_the_way(database: Engine) -> None:
    """A pool hands the same connection to whoever asks next."""
    with writing(database) as connection:
        two_arms(connection)
    with (
        pytest.raises(ZeroDivisionError),
        counting(database) as connection,
        gathered(connection, LATER),
    ):
        raise ZeroDivisionError
    with counting(database) as connection, gathered(connection, LATER) as people:
        assert len(people.arms) == 3
