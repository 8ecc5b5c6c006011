"""A run's numbers: its own work, and each ending once, whoever else is writing meanwhile."""

from datetime import datetime
from threading import Thread

import pytest
from sqlalchemy import insert, select

from recovery.db import reading, table, writing
from recovery.engine import Delivery, Engine
from recovery.models import Decision, Run
from tests.support.campaigns import a_campaign
from tests.support.house import House

decisions = table(Decision)


def test_what_another_dispatch_does_meanwhile_is_not_this_runs(house: House):
    house.has(a_campaign())
    house.orders(10)

    def half_by_somebody_else(engine: Engine, now: datetime) -> Delivery:
        other = House(house.project, house.environ["RECOVERY_DATABASE_URL"], now)
        thread = Thread(target=lambda: other.engine.dispatch(now, most=4))
        thread.start()
        thread.join()
        other.engine.close()
        return Delivery([engine.dispatch(now)])

    result = house.run(half_by_somebody_else)
    assert len(house.messages()) == 10
    assert result.touches.sent == 6


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_ending_that_is_committed_after_later_ones_is_told_by_the_next_run(house: House):
    """Its number in the journal is lower than those that the first run has told."""
    house.has(a_campaign())
    orders = house.orders(3)
    house.run()
    (journey, *_) = {touch["enrolment_id"] for touch in house.touches(orders[0])}
    entry = {"at": house.now, "enrolment_id": journey, "verdict": "exited", "reason": "cancelled"}
    with writing(house.engine.database) as slow:
        slow.execute(insert(decisions).values(entry))
        house.tells(orders[1], "cancelled")
        assert house.run().settled.exited == {"cancelled": 1}
    assert house.run().settled.exited == {"cancelled": 1}
    assert house.run().settled.exited == {}


def test_what_is_kept_of_a_run_says_how_long_it_took(small_house: House):
    small_house.run()
    with reading(small_house.engine.database) as connection:
        (kept,) = connection.execute(select(table(Run).c.result)).scalars()
    assert kept["seconds"] > 0
