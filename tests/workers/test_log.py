"""A worker's log: lines for programs, under the id of the run that asked, with nobody's address."""

import json

import pytest

from tests.support.campaigns import a_campaign
from tests.support.command import PATIENCE, ran, start
from tests.support.house import House


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_worker_tells_what_it_did_for_which_run(house: House, redis_url: str) -> None:
    house.has(a_campaign())
    house.orders(3)
    settings = {
        "RECOVERY_BROKER_URL": redis_url,
        "RECOVERY_LOG_LEVEL": "debug",
        "RECOVERY_LOG_FORMAT": "json",
    }
    worker = start(house, "worker", "--processes", 1, **settings)
    try:
        run = ran(house, "--wait", 60, **settings)
    finally:
        worker.terminate()
        _, said = worker.communicate(timeout=PATIENCE)
    told = [json.loads(line) for line in said.splitlines()]
    events = {line["event"]: line for line in told}
    assert {"batch_claimed", "touch_sent"} <= events.keys()
    assert {line["run"] for line in told if line["logger"] == "recovery.dispatch"} == {
        run["run_id"]
    }
    assert "@" not in said
