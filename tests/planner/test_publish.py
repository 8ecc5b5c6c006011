"""Publishing while people are in flight, told as a shop lives it, on both databases."""

import json
from datetime import timedelta

from sqlalchemy import select

from recovery.db import reading, table
from recovery.measure.history import history
from recovery.models import Publication
from tests.support.campaigns import a_campaign
from tests.support.house import House

FIRST = "{step: first, after: 0m, email: unpaid-reminder}"
LATER = "{step: later, after: 2d, email: unpaid-reminder}"
TEXT = a_campaign(sequences={"plain": [FIRST, LATER]})
publications = table(Publication)


def days_until_later(house: House, order: str) -> float:
    (due,) = [row["due_at"] for row in house.touches(order) if row["step"] == "later"]
    return float((due - house.now) / timedelta(days=1))


def test_a_first_version_is_live_with_the_first_run(house: House) -> None:
    house.has(TEXT, a_campaign("draft", status="draft"))
    told = house.run().payload()["published"]
    assert [(one["campaign"], one["changes"]) for one in told] == [("winback", [])]
    assert house.run().payload()["published"] == []


def test_new_times_and_words_reach_those_in_flight(house: House) -> None:
    house.has(TEXT)
    order = house.an_unpaid_order(country="US")
    house.run()
    assert days_until_later(house, order) == 2
    house.has(TEXT.replace("after: 2d, email: unpaid-reminder", "after: 3d, email: payment-failed"))
    (told,) = house.run().payload()["published"]
    assert [(one["road"], one["people"]) for one in told["changes"]] == [
        ("sequences.plain.later.after", 1),
        ("sequences.plain.later.email", 1),
    ]
    assert days_until_later(house, order) == 3
    house.advance(days=3)
    first, later = house.messages(order)
    assert first.subject != later.subject
    assert "not completed" in later.subject, "the words of payment-failed"


def test_a_change_of_plan_makes_nobodys_message_late(house: House) -> None:
    house.has(a_campaign(sequences={"plain": [FIRST, LATER.replace("2d", "6d")]}))
    order = house.an_unpaid_order(country="US")
    house.run()
    house.advance(days=5)
    house.has(a_campaign(sequences={"plain": [FIRST, LATER.replace("2d", "1d")]}))
    house.run()
    assert house.steps_sent_to(order) == ["first", "later"], "four days late, but not too late"


def test_what_is_due_stays_due(house: House) -> None:
    house.has(a_campaign(sequences={"plain": [FIRST, LATER]}, limits="{min_gap: 3d}"))
    order = house.an_unpaid_order(country="US")
    house.run()
    house.clock.advance(timedelta(days=2))
    house.has(
        a_campaign(sequences={"plain": [FIRST, LATER.replace("2d", "5d")]}, limits="{min_gap: 0m}")
    )
    house.run()
    assert house.steps_sent_to(order) == ["first", "later"]


def test_structure_and_offers_stay_as_they_were_on_entering(house: House) -> None:
    house.has(TEXT)
    order = house.an_unpaid_order(country="US")
    house.run()
    house.has(a_campaign(sequences={"plain": [FIRST, LATER, LATER.replace("later", "third")]}))
    (told,) = house.run().payload()["published"]
    assert {one["people"] for one in told["changes"]} == {0}
    new = house.an_unpaid_order(country="US")
    house.run()
    assert [row["step"] for row in house.touches(order)] == ["first", "later"]
    assert [row["step"] for row in house.touches(new)] == ["first", "later", "third"]


def test_the_holdouts_hours_move_along(house: House) -> None:
    house.has(a_campaign(sequences={"plain": [FIRST, LATER]}, holdout="100%"))
    order = house.an_unpaid_order(country="US")
    house.run()
    house.has(a_campaign(sequences={"plain": [FIRST, LATER.replace("2d", "4d")]}, holdout="100%"))
    (told,) = house.run().payload()["published"]
    assert told["changes"][0]["people"] == 0, "nobody in flight gets a message"
    assert days_until_later(house, order) == 4


def test_going_back_is_publishing_the_old_text(house: House) -> None:
    house.has(TEXT)
    order = house.an_unpaid_order(country="US")
    house.run()
    house.has(TEXT.replace("after: 2d", "after: 5d"))
    house.run()
    assert days_until_later(house, order) == 5
    house.has(TEXT)
    house.run()
    assert days_until_later(house, order) == 2
    with reading(house.engine.database) as connection:
        editions = history(connection, "winback")
        rows = connection.execute(select(publications)).all()
    assert [one.live for one in editions] == [True, False, False]
    assert editions[0].version == editions[2].version != editions[1].version
    assert len(rows) == 3
    json.dumps(rows[-1].changes)


def test_people_count_for_the_time_in_which_they_entered(house: House) -> None:
    for after in ("2d", "5d", "2d"):
        house.has(TEXT.replace("after: 2d", f"after: {after}"))
        house.run()
        house.clock.advance(timedelta(hours=1))
        house.an_unpaid_order(country="US")
        house.run()
        house.clock.advance(timedelta(hours=1))
    with reading(house.engine.database) as connection:
        editions = history(connection, "winback")
    assert [(one.enrolled, one.in_flight) for one in editions] == [(1, 1)] * 3


def test_a_renamed_file_that_turns_bad_goes_on_too(house: House) -> None:
    house.has(TEXT)
    house.run()
    renamed = (house.folder / "winback.yaml").rename(house.folder / "other.yaml")
    house.run()
    renamed.write_text(TEXT.replace("status: active", "status: activ"), "utf-8")
    order = house.an_unpaid_order(country="US")
    result = house.run()
    assert any("last good" in warning for warning in result.warnings)
    assert house.steps_sent_to(order) == ["first"]


def test_a_file_that_turns_bad_goes_on_with_its_last_good_version(house: House) -> None:
    house.has(TEXT, a_campaign("never-good"))
    file, never = house.folder / "winback.yaml", house.folder / "never-good.yaml"
    never.write_text(never.read_text("utf-8") + "priorty: 5\n", "utf-8")
    order = house.an_unpaid_order(country="US")
    house.run()
    file.write_text(TEXT.replace("after: 2d", "after: 2 dayz"), "utf-8")
    new = house.an_unpaid_order(country="US")
    result = house.run()
    assert any("winback.yaml" in problem for problem in result.problems)
    assert any("winback" in warning and "last good" in warning for warning in result.warnings)
    assert not any("never-good" in warning for warning in result.warnings)
    assert house.steps_sent_to(new) == ["first"]
    house.advance(days=2)
    assert house.steps_sent_to(order) == ["first", "later"]


def test_broken_defaults_leave_every_campaign_at_its_last_good_version(house: House) -> None:
    defaults = house.folder / "defaults.yaml"
    text = TEXT.replace("limits: {min_gap: 0m}\n", "")
    defaults.write_text("limits: {per_customer: 1 per week, min_gap: 0m}\n", "utf-8")
    house.has(text)
    house.run()
    defaults.write_text("limits: {per_customer: one a week}\n", "utf-8")
    order = house.an_unpaid_order(country="US")
    result = house.run()
    assert any("defaults.yaml" in problem for problem in result.problems)
    assert house.steps_sent_to(order) == ["first"]
    house.advance(days=2)
    assert house.steps_sent_to(order) == ["first"], "and the cap of back then holds"


def test_a_dry_run_publishes_nothing(house: House) -> None:
    house.has(TEXT)
    told = house.run(dry_run=True).payload()["published"]
    assert [one["campaign"] for one in told] == ["winback"]
    with reading(house.engine.database) as connection:
        assert history(connection) == []


def test_a_campaign_whose_file_is_gone_says_so_while_people_are_in_it(house: House) -> None:
    house.has(TEXT, a_campaign("other", status="draft"))
    order = house.an_unpaid_order(country="US")
    house.run()
    file = house.folder / "winback.yaml"
    file.rename(house.folder / "_winback.yaml")
    (note,) = map(str, house.run().notes)
    assert note.startswith("campaign winback has no file any more: nobody enters, 1 go on")
    house.advance(days=30)
    assert house.steps_sent_to(order) == ["first", "later"]
    assert house.run().notes == []
