"""Once at each named crash point, on both databases: a real process dies there, the next ones
find every message sent, and none sent twice."""

import signal
from collections.abc import Iterator

import pytest

from tests.support.campaigns import a_campaign
from tests.support.command import command
from tests.support.house import House
from tests.support.providers import Fault, Providers
from tests.support.shop import BEYOND_LEASE, SETTLED, Shop

ORDERS = 4
PLANNED, UNKNOWN = {"planned"}, {"unknown"}
SENDING = {"sending", "claimed"}  # a few messages at a time; the others wait for their turn
AT_ONCE = 2  # for each sending thread


@pytest.fixture
def shop(house: House, providers: Providers) -> Iterator[Shop]:
    house.has(a_campaign())
    found = Shop(house, providers, RECOVERY_CONCURRENCY="1")
    house.orders(ORDERS)
    yield found


def dies(shop: Shop, point: str) -> set[str]:
    """A run dies at `point`; returns the states it leaves."""
    at = shop.house.now.isoformat()
    code, _, err = command(shop.house, "run", "--at", at, RECOVERY_CRASH_AT=point)
    assert code == -signal.SIGKILL, err
    return set(shop.states().values())


@pytest.mark.parametrize(
    ("point", "states", "messages"),
    [
        ("C0", PLANNED, {0}),  # enrolled, nothing claimed
        ("C1", PLANNED, {0}),  # the claim is rolled back
        ("C2", SENDING, {0}),  # committed, not one byte out
        ("C3", SENDING, {0, 1}),  # the bytes may have arrived
        ("C4", SENDING, {1}),  # the answer was read, not written down
        ("C5", SENDING | {"sent"}, set(range(1, ORDERS + 1))),  # some are written down
    ],
)
def test_a_run_that_dies_while_it_sends(
    shop: Shop, point: str, states: set[str], messages: set[int]
) -> None:
    left = dies(shop, point)
    assert left <= states
    assert list(shop.states().values()).count("sending") <= AT_ONCE
    assert "sent" in left or point != "C5"
    assert len(shop.providers.taken) in messages
    shop.recovers()
    shop.is_square()


def test_a_run_that_dies_while_it_sweeps(shop: Shop) -> None:
    assert dies(shop, "C2") == SENDING
    shop.wait(BEYOND_LEASE)
    assert dies(shop, "C6a") == SENDING  # rolled back, with its entries in the journal
    assert ("unknown", "worker_gone") not in shop.house.journal()
    shop.recovers()
    shop.is_square()
    assert shop.house.journal().count(("unknown", "worker_gone")) == AT_ONCE


@pytest.mark.parametrize("point", ["C6", "C6b"])
@pytest.mark.parametrize("fault", [Fault.ERROR_AFTER, Fault.ERROR_BEFORE])
def test_a_run_that_dies_while_it_reconciles(shop: Shop, point: str, fault: Fault) -> None:
    shop.providers.fail(*[fault] * ORDERS)
    shop.house.run()
    assert set(shop.states().values()) == UNKNOWN
    shop.wait(BEYOND_LEASE)
    shop.house.an_unpaid_order()
    shop.house.run()
    shop.wait(SETTLED)
    assert dies(shop, point) == UNKNOWN | {"sent"}
    shop.recovers()
    shop.is_square()
    found = {Fault.ERROR_AFTER: "sent", Fault.ERROR_BEFORE: "not_found_resend"}[fault]
    assert shop.house.journal().count(("reconciled", found)) == ORDERS
