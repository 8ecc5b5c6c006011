"""Campaign files and templates that change, break or go while orders are in the campaign."""

from pathlib import Path

import pytest

from recovery.models import Touch
from tests.support.campaigns import a_campaign
from tests.support.house import House

LATER = {"plain": ["{step: later, after: 1d, email: unpaid-reminder}"]}


def templates(house: House, name: str) -> Path:
    return house.engine.settings.templates_dir / name


def broken(file: Path) -> str:
    """Break a template's text; returns what it was."""
    before = file.read_text("utf-8")
    file.write_text(before + "\n{{ no_such_thing }}\n", "utf-8")
    return before


def test_a_broken_template_waits_for_the_marketer_and_others_go_on(house: House):
    cart = a_campaign(
        "cart",
        trigger="{on: cart}",
        sequences={"plain": ["{step: cart, after: 0m, email: cart-waiting}"]},
    )
    house.has(a_campaign(), cart)
    unpaid = house.an_unpaid_order(country="US")
    left = house.an_order("cart", country="US", email_consent="marketing")
    file = next(templates(house, "unpaid-reminder").glob("en/*.txt"))
    before = broken(file)
    result = house.run()
    assert house.steps_sent_to(left) == ["cart"]
    assert house.states(unpaid) == {"reminder": "planned template_error"}
    assert ("snooze", "template_error") in house.journal()
    assert len(result.problems) == 1
    assert "no_such_thing" in result.problems[0]
    file.write_text(before, "utf-8")
    house.advance(hours=2)
    assert house.steps_sent_to(unpaid) == ["reminder"]


def test_a_missing_template_holds_its_campaign(house: House):
    house.has(a_campaign(sequences={"plain": ["{step: it, after: 0m, email: no-such-thing}"]}))
    house.an_unpaid_order()
    result = house.run()
    assert "no-such-thing" in result.problems[0]
    assert house.touches() == []


def test_a_file_that_was_never_good_takes_nobody_until_it_reads(house: House):
    house.has(a_campaign("one", sequences=LATER), a_campaign("other", trigger="{on: cart}"))
    sound = (house.folder / "one.yaml").read_text("utf-8")
    (house.folder / "one.yaml").write_text(sound + "priorty: 5\n", "utf-8")
    order, cart = house.an_unpaid_order(), house.an_order("cart", email_consent="marketing")
    result = house.run()
    assert "one.yaml" in result.problems[0]
    assert house.touches(order) == []
    assert house.touches(cart) != []
    (house.folder / "one.yaml").write_text(sound, "utf-8")
    house.advance(days=1)
    assert house.steps_sent_to(order) == ["later"]


def test_a_campaign_whose_file_is_gone_finishes_with_those_who_are_in_it(house: House):
    house.has(a_campaign("one", sequences=LATER))
    order = house.an_unpaid_order()
    house.run()
    (house.folder / "one.yaml").unlink()
    late = house.an_unpaid_order()
    house.advance(days=2)
    assert house.steps_sent_to(order) == ["later"]
    assert house.touches(late) == []


def test_a_paused_campaign_holds_and_an_ended_one_finishes(house: House):
    house.has(a_campaign("one", sequences=LATER))
    order = house.an_unpaid_order()
    house.run()
    house.has(a_campaign("one", sequences=LATER, status="paused"))
    house.advance(days=2)
    assert house.messages(order) == []
    house.has(a_campaign("one", sequences=LATER, status="ended"))
    house.advance(hours=3)
    assert house.steps_sent_to(order) == ["later"]


def test_who_is_in_a_campaign_gets_it_as_it_was_at_enrolment(house: House):
    house.has(a_campaign("one", sequences=LATER))
    order = house.an_unpaid_order()
    house.run()
    house.has(
        a_campaign("one", sequences={"plain": ["{step: new, after: 1d, sms: unpaid-reminder}"]})
    )
    house.advance(days=2)
    assert house.steps_sent_to(order) == ["later"]


@pytest.mark.parametrize("change", ["touch", "nothing"])
def test_a_file_that_only_changes_its_time_changes_nothing(house: House, change: str):
    house.has(a_campaign())
    house.an_unpaid_order()
    house.run()
    if change == "touch":
        (house.folder / "winback.yaml").touch()
    house.run()
    assert len(house.rows(Touch)) == 1
