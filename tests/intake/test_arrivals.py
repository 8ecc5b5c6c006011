"""What came in between two runs is counted once, whoever took it and by whatever door."""

import json
from threading import Thread
from typing import Any

import pytest

from recovery.db import retried, writing
from recovery.intake import arrivals, inbox
from recovery.models import Run
from recovery.settings import VipSettings
from tests.support.house import House
from tests.support.order_rows import row


def told(**changes: Any) -> tuple[str, str]:
    body = json.dumps(row(**changes), sort_keys=True)
    return body, body


def counts(inserted: int = 0, updated: int = 0, unchanged: int = 0, stale: int = 0, bad: int = 0):
    return {
        "read": inserted + updated + unchanged + stale + bad,
        "inserted": inserted,
        "updated": updated,
        "unchanged": unchanged,
        "stale": stale,
        "rejected": bad,
    }


def receive(house: House, *items: tuple[str, str]) -> None:
    """As `recovery serve` does: stored and applied."""
    inbox.receive(house.engine.database, "orders", items, house.now, VipSettings())


def store(house: House, *items: tuple[str, str]) -> None:
    """As when it died in between."""
    retried(house.engine.database, lambda c: inbox.store(c, "orders", items, house.now))


def test_the_next_run_counts_what_it_applies_itself(house: House) -> None:
    store(house, told(), told(order_id="A-2"), ("bad", "{}"))
    rehearsed = house.run(dry_run=True)
    assert rehearsed.imported == counts(inserted=2, bad=1)
    run = house.run()
    assert run.imported == counts(inserted=2, bad=1)
    assert run.inbox == {"applied": 2, "faults": 1}
    assert house.run().imported == {}


def test_the_next_run_counts_what_was_applied_before_it(house: House) -> None:
    receive(house, told())
    receive(house, told())
    receive(house, told(updated_at="2026-11-21T00:00:00Z"), told(updated_at="2026-11-19T23:00:00Z"))
    house.an_order(order_id="H")
    assert house.run().imported == counts(inserted=2, updated=1, stale=1)
    receive(house, told(order_id="B"))
    assert house.run().imported == counts(inserted=1)
    assert house.run().imported == {}
    assert [run["kind"] for run in house.rows(Run) if run["kind"] != "run"] == [
        "inbox",
        "import",
        "inbox",
    ]


def test_more_than_a_batch_is_rehearsed_whole(small_house: House) -> None:
    store(small_house, *(told(order_id=f"A-{n}") for n in range(inbox.BATCH + 7)))
    assert small_house.run(dry_run=True).imported == counts(inserted=inbox.BATCH + 7)
    assert small_house.run().imported == counts(inserted=inbox.BATCH + 7)


def test_whoever_comes_while_a_run_sums_up_waits(house: House) -> None:
    """Else the order would belong to neither sum."""
    receive(house, told())
    with writing(house.engine.database) as connection:
        arrivals.take_turn(connection)
        late = Thread(target=receive, args=(house, told(order_id="B")))
        late.start()
        late.join(0.3)
        assert late.is_alive()
    late.join(30)
    assert house.run().imported == counts(inserted=2)


@pytest.mark.parametrize("faults", [1, 2])
def test_a_run_says_that_somebody_has_to_look(small_house: House, faults: int) -> None:
    store(small_house, *((f"bad-{n}", "{}") for n in range(faults)))
    for run in (small_house.run(dry_run=True), small_house.run(), small_house.run()):
        [warning] = run.warnings
        assert warning.startswith(f"{faults} event")
        assert "recovery inbox list" in warning
