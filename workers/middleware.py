"""What happens around every hint: whose it is, what became of it, and that somebody is alive."""

import logging
import os
import socket
from contextlib import AbstractContextManager
from threading import Event, Thread
from uuid import uuid4

from dramatiq.broker import Broker, MessageProxy
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import Middleware, Shutdown
from dramatiq.worker import Worker
from redis import Redis
from redis.exceptions import RedisError

from recovery import telemetry
from recovery.errors import RecoveryError

ALIVE = "recovery:alive:"  # … host, process: one key a worker process, gone when it is
BEAT, LIFE = 5, 20  # seconds: how often a worker says that it lives, and for how long that holds
# Not worth a traceback: we were told to stop, or the database is away.
EXPECTED = (Shutdown, RecoveryError)
RUN = 2  # the place of the run's id among the arguments of a hint


class Named(Middleware):
    """Whatever is logged about a hint carries the id of the run that gave it; a failure is told."""

    def __init__(self) -> None:
        self._bound: dict[str, AbstractContextManager[None]] = {}

    @property
    def actor_options(self) -> set[str]:
        """`throws`: what the worker need not print with its traceback."""
        return {"throws"}

    def before_process_message(self, broker: Broker, message: MessageProxy) -> None:
        """Called by the worker's thread before each message."""
        told = message.args[RUN] if len(message.args) > RUN else ""
        bound = self._bound[message.message_id] = telemetry.bound(run=told)
        bound.__enter__()

    def after_process_message(
        self,
        broker: Broker,
        message: MessageProxy,
        *,
        result: object = None,
        exception: BaseException | None = None,
    ) -> None:
        """Called by the same thread after each message."""
        if isinstance(exception, RecoveryError):
            why = str(exception)
            telemetry.event("worker", "hint_failed", level=logging.WARNING, why=why)
        if bound := self._bound.pop(message.message_id, None):
            bound.__exit__(None, None, None)

    after_skip_message = after_process_message


class Alive(Middleware):
    """A worker process says in Redis that it is there, until it is not."""

    def __init__(self) -> None:
        self._stopped = Event()
        self._key = ""

    def after_process_boot(self, broker: Broker) -> None:
        """Called once in each worker process."""
        if isinstance(broker, RedisBroker):
            self._key = f"{ALIVE}{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
            Thread(target=self._beat, args=(broker.client,), daemon=True).start()
            telemetry.event("worker", "worker_ready", pid=os.getpid())

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:
        """Called when a worker has finished what was under way."""
        self._stopped.set()
        if self._key and isinstance(broker, RedisBroker):
            try:
                broker.client.delete(self._key)
            except RedisError:
                return  # it ends by itself
            telemetry.event("worker", "worker_stopped", pid=os.getpid())

    def _beat(self, client: Redis) -> None:
        while not self._stopped.is_set():
            try:
                client.set(self._key, b"", ex=LIFE)
            except RedisError as error:
                why = type(error).__name__
                telemetry.event("worker", "redis_away", level=logging.WARNING, why=why)
            self._stopped.wait(BEAT)


def alive(client: Redis) -> int:
    """How many worker processes are there; one that was killed counts for LIFE seconds more."""
    return sum(1 for _ in client.scan_iter(match=f"{ALIVE}*", count=1000))
