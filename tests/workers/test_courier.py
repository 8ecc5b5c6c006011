"""The same actors in this process: everything due is sent, and an error is not swallowed."""

import logging
from datetime import datetime

import pytest

from recovery.dispatch.executor import Outcome
from recovery.engine import Engine
from recovery.errors import Unavailable
from tests.support.campaigns import a_campaign
from tests.support.house import House
from workers.actors import BATCHES
from workers.courier import courier_for, in_process


def test_everything_due_is_sent_however_many_hints_it_takes(small_house: House):
    house = small_house
    house.has(a_campaign())
    house.engine.settings = house.engine.settings.model_copy(update={"batch": 2})
    count = BATCHES * 2 * 2 + 3
    house.orders(count)
    result = house.run(courier_for("memory://"))
    assert (result.touches.sent, result.hinted) == (count, 0)
    assert len(house.messages()) == count


def test_what_an_actor_could_not_do_ends_the_run(small_house: House):
    """Without this a run would say that all is well, or try for ever."""

    class Broken(Engine):
        def dispatch(self, now: datetime, *rest: object, **more: object) -> Outcome:
            raise Unavailable("the database is gone")

    logging.getLogger("dramatiq").setLevel(logging.CRITICAL)
    house = small_house
    broken = Broken(house.engine.settings, house.clock)
    with pytest.raises(Unavailable, match="gone"):
        in_process(broken, house.now)
    broken.close()


def test_broken_templates_are_heard_of(small_house: House):
    house = small_house
    house.has(a_campaign())
    house.an_unpaid_order(country="US")
    file = house.engine.settings.templates_dir / "unpaid-reminder" / "en" / "letter.txt"
    file.write_text(file.read_text("utf-8") + "{{ nothing_like_it }}", "utf-8")
    assert "nothing_like_it" in house.run(in_process).problems[0]
