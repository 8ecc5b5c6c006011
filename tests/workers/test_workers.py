"""Workers as real processes on a real Redis: hints are lost, processes die, messages are not."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis

from recovery.dispatch.claim import LEASE
from tests.support.campaigns import a_campaign
from tests.support.command import PATIENCE, command, ran, start
from tests.support.gate import gate
from tests.support.house import House, Message
from workers.courier import over_redis

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BOTH_CHANNELS = a_campaign(
    sequences={
        "plain": [
            "{step: mail, after: 0m, email: unpaid-reminder}",
            "{step: text, after: 0m, sms: unpaid-reminder}",
        ]
    }
)


@contextmanager
def workers(house: House, count: int, **settings: str) -> Iterator[Callable[[], None]]:
    """`recovery worker`, `count` times; the value kills them all at once."""
    running = [
        start(house, "worker", "--processes", 1, alone=True, **settings) for _ in range(count)
    ]

    def kill() -> None:
        for one in running:
            os.killpg(one.pid, signal.SIGKILL)

    try:
        yield kill
    finally:
        for one in running:
            if one.poll() is None:
                one.terminate()
        for one in running:
            one.communicate(timeout=PATIENCE)


def drained(house: House, redis_url: str, **settings: str) -> None:
    """Run until nothing due is left; the workers send."""
    waiting = ("run", "--at", house.now.isoformat(), "--wait", 60)
    code, _, err = command(house, *waiting, RECOVERY_BROKER_URL=redis_url, **settings)
    assert code == 0, err
    assert not house.engine.busy(house.now)


def said(message: Message) -> tuple[str, ...]:
    """A message without what differs between two databases: ids and signatures."""
    body = re.sub(r"/(pay|unsubscribe)/\S+", r"/\1/…", message.body)
    return (message.order, message.step, message.channel, message.to, message.subject, body)


def test_two_workers_send_what_a_run_without_them_would_send(
    house: House, redis_url: str, tmp_path: Path, sqlite_template: Path
):
    house.has(BOTH_CHANNELS)
    about = {"sms_consent": "transactional", "phone": "+49 30 901820"}
    house.orders(300, **about)
    settings = {"RECOVERY_BROKER_URL": redis_url, "RECOVERY_BATCH": "40"}
    handed = ran(house, **settings)["touches"]
    assert (handed["hinted"], handed["sent"]) == (600, 0)
    with workers(house, 2, **settings):
        drained(house, redis_url)
    sent = house.messages()
    assert len(sent) == len({message.touch for message in sent}) == 600
    assert {touch["state"] for touch in house.touches()} == {"sent"}
    copy = tmp_path / "twin.db"
    copy.write_bytes(sqlite_template.read_bytes())
    twin = House(house.project, f"sqlite:///{copy}")
    outbox = tmp_path / "twin"
    twin.engine.settings = twin.engine.settings.model_copy(update={"outbox_dir": outbox})
    twin.orders(300, **about)
    twin.run()
    assert sorted(map(said, sent)) == sorted(map(said, twin.messages()))
    twin.engine.close()


@on_postgresql
def test_losing_redis_in_mid_run_loses_nothing_but_time(house: House, redis_url: str):
    house.has(a_campaign())
    house.orders(120)
    with gate(free=20) as (provider, settings):
        settings |= {"RECOVERY_BATCH": "10", "RECOVERY_CONCURRENCY": "4"}
        assert ran(house, RECOVERY_BROKER_URL=redis_url, **settings)["touches"]["hinted"] == 120
        with workers(house, 2, RECOVERY_BROKER_URL=redis_url, **settings):
            provider.wait_until_somebody_waits()
            with Redis.from_url(redis_url) as redis:
                redis.flushall()
            provider.open()
            drained(house, redis_url, **settings)
    assert len(provider.taken) == provider.taken.total() == 120
    assert {touch["state"] for touch in house.touches()} == {"sent"}


@on_sqlite
def test_without_redis_a_run_ends_with_69_and_the_touches_stay_due(house: House):
    house.has(a_campaign())
    house.orders(3)
    url = "redis://127.0.0.1:1/0"
    code, out, err = command(
        house, "run", "--json", "--at", house.now.isoformat(), RECOVERY_BROKER_URL=url
    )
    assert code == 69, (out, err)
    assert "3 touches stay due" in err
    assert [touch["state"] for touch in house.touches()] == ["planned"] * 3
    assert house.run().touches.sent == 3


@on_postgresql
def test_a_killed_worker_leaves_no_message_twice(house: House, redis_url: str):
    house.has(a_campaign())
    house.orders(90)
    with gate(free=30) as (provider, settings):
        settings |= {"RECOVERY_BATCH": "20", "RECOVERY_CONCURRENCY": "4"}
        ran(house, RECOVERY_BROKER_URL=redis_url, **settings)
        with workers(house, 1, RECOVERY_BROKER_URL=redis_url, **settings) as kill:
            provider.wait_until_somebody_waits()
            kill()
        provider.open()
        house.clock.advance(LEASE + timedelta(minutes=1))
        ran(house, code=1, RECOVERY_BROKER_URL="memory://", **settings)
    assert max(provider.taken.values()) == 1
    states = {touch["id"]: touch["state"] for touch in house.touches()}
    assert set(states.values()) == {"sent", "unknown"}
    # Whoever was not asked for is not certain, and whoever is certain was asked for.
    assert {touch for touch, state in states.items() if state == "sent"} <= set(provider.taken)


def stopped_run(house: House, how: int) -> tuple[int, dict[int, str], dict[int, int]]:
    """Stop a run in its middle, run again when leases are over: exit code, states, taken."""
    house.has(a_campaign())
    house.orders(90)
    with gate(free=30) as (provider, settings):
        settings |= {"RECOVERY_BATCH": "20", "RECOVERY_CONCURRENCY": "4"}
        running = start(house, "run", "--at", house.now.isoformat(), **settings)
        provider.wait_until_somebody_waits()
        running.send_signal(how)
        provider.open()
        running.communicate(timeout=PATIENCE)
        house.clock.advance(LEASE + timedelta(minutes=1))
        again, _, err = command(house, "run", "--at", house.now.isoformat(), **settings)
        assert again in (0, 1), err
    states = {touch["id"]: touch["state"] for touch in house.touches()}
    return running.returncode, states, dict(provider.taken)


def test_a_run_that_is_told_to_stop_leaves_no_message_twice(house: House):
    code, states, taken = stopped_run(house, signal.SIGTERM)
    assert code == 130
    assert set(taken.values()) == {1}
    assert set(states.values()) <= {"sent", "unknown"}
    assert len(states) == 90


@on_sqlite
def test_a_run_that_is_killed_leaves_no_message_twice(house: House):
    code, states, taken = stopped_run(house, signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert set(taken.values()) == {1}
    assert set(states.values()) == {"sent", "unknown"}
    assert {touch for touch, state in states.items() if state == "sent"} <= set(taken)


def test_a_worker_needs_redis(small_house: House):
    code, _, err = command(small_house, "worker")
    assert code == 2
    assert "redis://" in err


@on_sqlite
def test_the_hand_over_hints_once_a_batch(house: House, redis_url: str):
    house.has(a_campaign())
    house.orders(25)
    house.engine.settings = house.engine.settings.model_copy(update={"batch": 10})
    assert house.run(over_redis(redis_url, 0)).hinted == 25
    with Redis.from_url(redis_url) as redis:
        queued = [key for key in redis.scan_iter() if key.endswith(b"recovery.msgs")]
        assert [redis.hlen(key) for key in queued] == [3]
