"""A touch's message went where it went, whatever the shop says of the order afterwards."""

from datetime import timedelta

import pytest

from recovery.db import writing
from recovery.dispatch import reconcile
from recovery.intake import people
from recovery.models import Decision, Touch
from tests.support.campaigns import a_campaign
from tests.support.faults import Fault, Refuse
from tests.support.house import House
from tests.support.providers import Providers
from tests.support.shop import BEYOND_LEASE, SETTLED, Shop


@pytest.fixture
def shop(house: House, providers: Providers) -> Shop:
    house.has(a_campaign())
    return Shop(house, providers, RECOVERY_CONCURRENCY="1")


def lose_the_answer(shop: Shop) -> None:
    """Ada's message is taken, and nobody says so."""
    shop.house.an_unpaid_order(email="ada@example.com")
    shop.providers.fail(Fault.ERROR_AFTER)
    shop.house.run()
    assert shop.states() == {"1": "unknown"}


def test_a_corrected_address_makes_no_second_message(shop: Shop) -> None:
    lose_the_answer(shop)
    shop.house.tells("A-1001", "pending", email="eve@example.com")
    shop.recovers()
    shop.is_square()
    assert [taken.to for taken in shop.providers.taken if taken.touch == "1"] == ["ada@example.com"]
    [first, *_] = shop.house.rows(Touch)
    assert (first["recipient"], first["reason"]) == ("ada@example.com", None)
    assert first["sent_at"] == first["tried_at"]


def test_what_was_erased_is_closed_when_it_has_settled(shop: Shop) -> None:
    lose_the_answer(shop)
    with writing(shop.house.engine.database) as connection:
        people.erase(connection, people.find(connection, "ada@example.com"), shop.house.now)
    [touch] = shop.house.rows(Touch)
    assert (touch["state"], touch["recipient"]) == ("unknown", None)
    shop.recovers()
    [touch, *others] = shop.house.rows(Touch)
    assert (touch["state"], touch["reason"]) == ("failed", "erased")
    assert {other["state"] for other in others} == {"sent"}
    told = [event.detail for event in shop.house.engine.explain("A-1001").events]
    assert any("nobody knows its fate" in detail for detail in told)


def test_one_run_asks_for_all_that_got_lost(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "TOGETHER", 2)
    for _ in range(5):
        shop.house.an_unpaid_order()
    shop.providers.fail(*[Fault.ERROR_AFTER] * 5)
    shop.house.run()
    assert set(shop.states().values()) == {"unknown"}
    shop.wait(BEYOND_LEASE)
    shop.house.an_unpaid_order()
    shop.house.run()
    shop.wait(SETTLED)
    shop.house.run()
    shop.is_square()


def test_records_that_can_not_be_read_end_the_asking(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "TOGETHER", 1)
    for _ in range(3):
        shop.house.an_unpaid_order()
    shop.providers.fail(*[Fault.ERROR_AFTER] * 3)
    shop.house.run()
    shop.wait(SETTLED + timedelta(minutes=1))
    shop.providers.fail(*[Fault.ERROR_BEFORE] * 9, of="look")
    tally = shop.house.engine.reconcile(shop.house.now)
    assert (tally.unsearched, tally.found) == (1, 0)


def test_no_address_stands_in_the_journal_because_a_provider_repeats_it(shop: Shop) -> None:
    shop.house.an_unpaid_order(email="ada@example.com")
    words = "Does not contain a valid address: ada@example.com, call +49 30 901820"
    shop.providers.fail(Refuse(400, {"errors": [{"field": "to", "message": words}]}))
    shop.house.run()
    [detail] = [row["detail"] for row in shop.house.rows(Decision) if row["verdict"] == "failed"]
    assert detail == (
        "SendGrid answered 400 to Does not contain a valid address: <e-mail>, call <phone>"
    )
