"""Couriers: how what is due gets from a run to the workers."""

import logging
from datetime import datetime
from threading import Event

from dramatiq import Worker
from redis.exceptions import RedisError

from recovery import telemetry
from recovery.clock import VirtualClock
from recovery.dispatch.executor import Outcome
from recovery.engine import Courier, Delivery, Engine
from recovery.errors import Unavailable
from recovery.i18n import say
from workers.actors import BATCHES, QUEUE, declare
from workers.broker import MEMORY, expect_an_answer, make_broker

POLL = 0.2  # seconds


def courier_for(url: str, wait: int = 0) -> Courier:
    """The courier for a broker URL. With Redis it may wait up to `wait` seconds for the workers."""
    return in_process if url.startswith(MEMORY) else over_redis(url, wait)


def in_process(engine: Engine, now: datetime) -> Delivery:
    """Run the same actors in this process until nothing due at `now` is left."""
    heard: list[Outcome] = []
    standing = isinstance(engine.clock, VirtualClock)
    broker = make_broker(MEMORY)
    dispatch = declare(broker, lambda: engine, heard.append)
    worker = Worker(broker, worker_threads=1, worker_timeout=10)  # ms: stopping takes as long
    worker.start()
    try:
        while not heard or heard[-1].claimed >= BATCHES * engine.settings.batch:
            dispatch.send(now.isoformat(), standing, telemetry.run_id())
            broker.join(QUEUE)
    finally:
        worker.stop()
        broker.close()
    return Delivery(outcomes=heard)


def over_redis(url: str, wait: int) -> Courier:
    """Hint at every batch that is due; workers anywhere pick the hints up.

    Raises Unavailable when Redis does not answer: the touches stay due, and the next run hints
    at them again.
    """

    def hand_over(engine: Engine, now: datetime) -> Delivery:
        due, standing = engine.due(now), isinstance(engine.clock, VirtualClock)
        broker = make_broker(url)
        dispatch = declare(broker, lambda: engine)
        try:
            for _ in range(0, due, engine.settings.batch):
                dispatch.send(now.isoformat(), standing, telemetry.run_id())
            nobody = due > 0 and not expect_an_answer(url)
        except RedisError as error:
            raise Unavailable(
                f"Redis did not answer ({error}); {due} touches stay due, nothing is lost: "
                "start it, then run again"
            ) from error
        finally:
            broker.close()
        if nobody and wait:  # while people still look
            told = {"due": due, "seconds": wait, "cure": "start recovery worker"}
            telemetry.event("worker", "nobody_alive", level=logging.WARNING, **told)
        done = wait > 0 and _wait(engine, now, wait)
        if done:
            return Delivery(hinted=due)
        return _unfinished(engine, now, due, wait, nobody=due > 0 and not expect_an_answer(url))

    return hand_over


def _unfinished(engine: Engine, now: datetime, due: int, wait: int, *, nobody: bool) -> Delivery:
    """What to say when we did not wait, or in vain."""
    said = []
    if wait:
        late = say(
            "after {wait} s the workers are not done: {count} touches are due",
            wait=wait,
            count=engine.due(now),
        )
        said.append(late)
    if nobody:
        said.append(say("no worker is alive: start `recovery worker`; what is due waits for it"))
    return Delivery(hinted=due, warnings=said, abandoned=wait > 0 and nobody)


def _wait(engine: Engine, now: datetime, seconds: int) -> bool:
    """Whether nothing is left to send, at the latest after so many seconds."""
    pause, paused = Event(), engine.programme().scripts().paused
    for _ in range(int(seconds / POLL)):
        if not engine.busy(now, paused):
            return True
        pause.wait(POLL)
    return not engine.busy(now, paused)
