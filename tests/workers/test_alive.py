"""Whether anybody is there to send: what a run, a worker's log and the doctor say."""

import json
import signal
from pathlib import Path

import pytest
from redis import Redis

from tests.support.campaigns import a_campaign
from tests.support.cli import recovery
from tests.support.command import PATIENCE, command, ran, start, start_python
from tests.support.gate import gate
from tests.support.house import House
from workers.middleware import ALIVE, LIFE, alive

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def wait_for_a_worker(redis_url: str, house: House) -> None:
    """Ask the doctor, as a deployment would, until a worker is there."""
    with Redis.from_url(redis_url) as redis:
        for _ in range(PATIENCE):
            if alive(redis):
                return
            command(house, "doctor", RECOVERY_BROKER_URL=redis_url)
    raise AssertionError("no worker came")


@on_sqlite
def test_a_run_says_that_no_worker_is_alive(house: House, redis_url: str) -> None:
    house.has(a_campaign())
    house.orders(3)
    told = ran(house, RECOVERY_BROKER_URL=redis_url)
    assert (told["touches"]["hinted"], len(told["warnings"])) == (3, 1)
    assert "recovery worker" in told["warnings"][0]
    waiting = ("run", "--at", house.now.isoformat(), "--json", "--wait", 1)
    code, out, err = command(house, *waiting, RECOVERY_BROKER_URL=redis_url)
    assert code == 69
    assert "nobody_alive" in err
    assert "after 1 s the workers are not done: 3 touches are due" in json.loads(out)["warnings"]
    code, out, _ = command(house, "doctor", RECOVERY_BROKER_URL=redis_url)
    assert code == 69
    assert "no worker is alive, 3 touches due" in out
    house.run()
    code, out, _ = command(house, "doctor", RECOVERY_BROKER_URL=redis_url)
    assert (code, "no worker is alive, 0 touches due" in out) == (0, True)


@on_sqlite
def test_a_worker_is_alive_until_it_is_stopped(house: House, redis_url: str) -> None:
    house.has(a_campaign())
    json_log = {"RECOVERY_LOG_FORMAT": "json", "RECOVERY_LOG_LEVEL": "info"}
    worker = start(house, "worker", "--processes", 1, RECOVERY_BROKER_URL=redis_url, **json_log)
    with Redis.from_url(redis_url) as redis:
        try:
            wait_for_a_worker(redis_url, house)
            [key] = redis.scan_iter(match=f"{ALIVE}*")
            assert 0 < redis.ttl(key) <= LIFE
            _, out, _ = command(house, "doctor", RECOVERY_BROKER_URL=redis_url)
            assert "1 worker process alive" in out
            house.orders(2)
            assert ran(house, "--wait", 60, RECOVERY_BROKER_URL=redis_url)["warnings"] == []
        finally:
            worker.send_signal(signal.SIGINT)
            _, said = worker.communicate(timeout=PATIENCE)
        assert worker.returncode == 0
        assert alive(redis) == 0
    events = [json.loads(line)["event"] for line in said.splitlines()]
    assert (events[0], events[-1]) == ("worker_ready", "worker_stopped")


@on_sqlite
def test_every_line_of_a_worker_in_trouble_is_json(house: House, redis_url: str) -> None:
    """A database that is gone, an actor that fails, a process that dies: none prints plain text."""
    house.has(a_campaign())
    house.orders(2)
    run = ran(house, RECOVERY_BROKER_URL=redis_url)
    house.has("campaign: [")
    gone = f"sqlite:///{house.project / 'var'}"
    settings = {
        "RECOVERY_BROKER_URL": redis_url,
        "RECOVERY_LOG_FORMAT": "json",
        "RECOVERY_DATABASE_URL": gone,
    }
    worker = start(house, "worker", "--processes", 1, **settings)
    with Redis.from_url(redis_url) as redis:
        wait_for_a_worker(redis_url, house)
        while any(redis.hlen(key) for key in redis.scan_iter(match="*recovery.msgs")):
            command(house, "doctor", RECOVERY_BROKER_URL=redis_url)
    worker.terminate()
    _, said = worker.communicate(timeout=PATIENCE)
    told = [json.loads(line) for line in said.splitlines()]
    assert [(one["event"], one["run"]) for one in told] == [("hint_failed", run["run_id"])]
    broken = start_python(house, "-m", "workers", "--processes", "none", **settings)
    assert broken.communicate(timeout=PATIENCE)[1]
    assert broken.returncode == 2


def test_a_worker_refuses_a_folder_that_is_no_project(tmp_path: Path) -> None:
    told = recovery("worker", "--project", tmp_path, RECOVERY_BROKER_URL="redis://127.0.0.1:1/0")
    assert (told.exit_code, "is no project" in told.stderr) == (2, True)
    assert not (tmp_path / "var").exists()


@on_sqlite
def test_ctrl_c_is_one_line(house: House) -> None:
    house.has(a_campaign())
    house.orders(60)
    with gate(free=20) as (provider, settings):
        running = start(house, "run", "--at", house.now.isoformat(), **settings)
        provider.wait_until_somebody_waits()
        running.send_signal(signal.SIGINT)
        provider.open()
        out, err = running.communicate(timeout=PATIENCE)
    assert (running.returncode, out) == (130, "")
    assert err == "Error: interrupted\n"
