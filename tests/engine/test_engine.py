"""The engine as Python uses it: upgrades, links that work, templates that change under it."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine as Database

from recovery.links import Links, Purpose
from recovery.measure import runs
from recovery.models import Order, Run
from tests.support.campaigns import a_campaign
from tests.support.house import House


def test_an_empty_database_is_brought_to_the_newest_shape(bare_database: Database, project):
    url = bare_database.url.render_as_string(hide_password=False)
    house = House(project, url)
    house.an_unpaid_order()
    assert house.run().enrolled == {}  # twelve hours have not passed yet
    assert len(house.rows(Order)) == 1
    house.engine.close()


def test_a_later_engine_on_the_same_database_goes_on(house: House):
    house.has(a_campaign(sequences={"plain": ["{step: it, after: 1d, email: unpaid-reminder}"]}))
    order = house.an_unpaid_order()
    house.run()
    house.engine.close()
    later = House(
        house.project, house.environ["RECOVERY_DATABASE_URL"], house.now + timedelta(days=1)
    )
    later.run()
    assert later.steps_sent_to(order) == ["it"]
    later.engine.close()


def test_the_links_in_a_message_lead_to_its_order_and_touch(house: House):
    house.has(a_campaign())
    order = house.an_unpaid_order(expires_at=(house.now + timedelta(days=2)).isoformat())
    house.run()
    (message,) = house.messages(order)
    url = next(word for word in message.body.split() if "/pay/" in word)
    settings = house.engine.settings
    links = Links(settings.secret_key.get_secret_value(), settings.public_url)
    link = links.read(url.rpartition("/")[2], Purpose.PAY, house.now)
    (row,) = house.rows(Order)
    assert (link.touch_id, link.order_id) == (message.touch, row["id"])
    assert link.expires_at == row["expires_at"]


def test_a_template_may_change_between_two_runs(house: House):
    """A worker lives longer than a template."""
    house.has(a_campaign())
    first = house.an_unpaid_order(country="US")
    house.run()
    file = house.engine.settings.templates_dir / "unpaid-reminder" / "en" / "letter.txt"
    file.write_text(file.read_text("utf-8") + "\nGreetings from the new shop.\n", "utf-8")
    second = house.an_unpaid_order(country="US")
    house.run()
    assert "Greetings" not in house.messages(first)[0].body
    assert "Greetings" in house.messages(second)[0].body


def test_every_run_is_kept_with_its_numbers(house: House):
    house.has(a_campaign())
    house.an_unpaid_order()
    result = house.run()
    (kept,) = [row for row in house.rows(Run) if row["kind"] == "run"]
    assert (kept["token"], kept["at"]) == (result.token, house.now)
    assert kept["result"]["touches"]["sent"] == 1


def test_a_run_that_lost_its_end_is_counted_by_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    """A run that died before it kept its numbers: what was settled is told by the next one."""

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    house.has(a_campaign())
    order = house.an_unpaid_order()
    house.run()
    house.clock.advance(timedelta(hours=1))
    house.pays(order)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(runs, "keep", dies)
        house.run()
    assert house.run().settled.recovered == 1
    assert house.run().settled.recovered == 0
