"""A disk that is full, and a run beside another one: nothing is done by halves."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import make_url

from recovery.errors import Exit
from tests.support.campaigns import a_campaign
from tests.support.command import PATIENCE, Process, command, start_python
from tests.support.house import House
from tests.support.providers import Fault, Providers
from tests.support.shop import Shop

ORDERS = 6
ALTERED = ("-m", "tests.support.altered", "run", "--json")


@contextmanager
def a_run(shop: Shop, **settings: str) -> Iterator[Process]:
    """A `recovery run`, altered as the settings say; killed when it is still there in the end."""
    at = ("--at", shop.house.now.isoformat())
    with start_python(shop.house, *ALTERED, *at, **settings) as running:
        try:
            yield running
        finally:
            running.kill()
            running.communicate()


@pytest.mark.parametrize("room", [0, 20_000, 100_000])
def test_a_full_disk_stops_the_run_and_loses_nothing(
    small_house: House, providers: Providers, room: int
) -> None:
    """SQLite can write `room` more bytes; then messages may be out whose receipts are not kept."""
    small_house.has(a_campaign())
    shop = Shop(small_house, providers, RECOVERY_CONCURRENCY="1", RECOVERY_BATCH="2")
    small_house.orders(ORDERS)
    log = f"{make_url(small_house.environ['RECOVERY_DATABASE_URL']).database}-wal"
    with a_run(shop, FILE_BYTES=str(os.path.getsize(log) + room)) as run:
        out, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == Exit.UNAVAILABLE, (out, err)
    assert "Traceback" not in err
    assert len(providers.taken) < ORDERS
    shop.recovers()
    shop.is_square()


def test_a_second_run_does_nothing_and_a_dead_one_holds_nobody_up(
    house: House, providers: Providers
) -> None:
    house.has(a_campaign())
    shop = Shop(house, providers, RECOVERY_CONCURRENCY="1")
    house.orders(ORDERS)
    providers.fail(Fault.HANG)
    at = ("run", "--at", house.now.isoformat(), "--json")
    with a_run(shop):
        providers.wait_until_asked()
        code, out, _ = command(house, *at)
        assert code == json.loads(out)["error"]["exit_code"] == Exit.LOCKED
        assert providers.requests == 1
    assert command(house, *at)[0] == Exit.DONE
    shop.recovers()
    shop.is_square()


def test_a_provider_that_hangs_is_left_in_time(house: House, providers: Providers) -> None:
    """Whether it took the message or not, its records say."""
    house.has(a_campaign())
    shop = Shop(house, providers)
    house.orders(2)
    providers.fail(Fault.HANG, Fault.HANG_AFTER)
    with a_run(shop, READ_SECONDS="0.5") as run:
        out, err = run.communicate(timeout=PATIENCE)
    assert json.loads(out)["touches"]["unknown"] == 2, err
    shop.recovers()
    shop.is_square()
