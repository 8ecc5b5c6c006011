"""Those who are alike are asked once; whoever differs in what a rule looks at is asked apart."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from recovery.db import writing
from recovery.dispatch.gather import Batch
from recovery.forecast.crowd import Party, Rules, waves
from tests.support.campaigns import a_campaign
from tests.support.house import House

HOUR = timedelta(hours=1)
PLAIN = a_campaign(
    sequences={
        "plain": [
            "{step: reminder, after: 0m, email: unpaid-reminder}",
            "{step: again, after: 1d, email: unpaid-reminder, if: {amount: {from: 60 EUR}}}",
        ]
    }
)


def crowd(house: House) -> list[Party]:
    """The parties right after enrolling."""
    engine = house.engine
    programme = engine.programme()
    with writing(engine.database) as connection:
        plan = engine.enrol_all(connection, programme, house.now)
        found = [*parties(house, connection, plan.after)]
        connection.rollback()
    return found


def parties(house: House, connection: Connection, after: int) -> Sequence[Party]:
    engine = house.engine
    programme = engine.programme()
    at_work = engine.dispatcher(programme, house.now)
    class_of = at_work.workshop.renderer.class_of
    rules = Rules(at_work.scripts, class_of, frozenset(), at_work.workshop.rates)
    return [one for wave in waves(connection, rules, after, house.now, HOUR) for one in wave]


def sizes(house: House) -> list[int]:
    return sorted(party.size for party in crowd(house))


def test_strangers_who_are_alike_are_one_party(house: House) -> None:
    house.has(PLAIN)
    house.orders(20)
    house.orders(5, country="FR", timezone="Europe/Paris")
    house.orders(4, email_consent="none")
    house.orders(3, amount="50.00")
    house.orders(2, amount="80.00")
    assert sizes(house) == [3, 4, 5, 22]


def test_an_expiry_within_the_window_sets_apart_by_the_run_before_it(house: House) -> None:
    house.has(PLAIN)
    for minutes in (30, 45, 90, 60 * 24 * 20):
        house.an_unpaid_order(expires_at=(house.now + timedelta(minutes=minutes)).isoformat())
    house.an_unpaid_order()
    assert sizes(house) == [1, 2, 2]


def test_whoever_has_a_history_stands_alone(house: House) -> None:
    house.has(PLAIN)
    house.orders(3)
    house.run()
    house.clock.advance(timedelta(days=8))
    for number in range(3):
        house.an_unpaid_order(customer_id=f"C-A-{1001 + number}")
    house.orders(4)
    assert sizes(house) == [1, 1, 1, 4]


def test_those_who_part_keep_their_own_picture(house: House) -> None:
    house.has(PLAIN)
    house.orders(3)
    (party,) = crowd(house)
    first, *others = party.members
    rest = party.split({first})
    assert (list(rest.members), list(party.members)) == ([first], others)
    touch = min(party.open)
    party.closes(touch)
    assert touch in rest.open
    assert steps(rest.batch) == {"reminder", "again"}
    assert steps(party.batch) == {"again"}


def steps(batch: Batch) -> set[str]:
    return {one.step for ahead in batch.ahead.values() for one in ahead}
