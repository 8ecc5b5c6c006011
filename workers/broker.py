"""The broker, made from the settings: in this process, or Redis for workers on many hosts."""

import dramatiq
from dramatiq.broker import Broker, MessageProxy
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import AgeLimit, Callbacks, Middleware, ShutdownNotifications, TimeLimit
from redis import Redis
from redis.exceptions import RedisError

from recovery.errors import Unavailable
from workers.middleware import Alive, Named, alive

NAMESPACE = "recovery"
MINUTE = 60_000
MEMORY = "memory://"


class Failing(Middleware):
    """An error fails its message, so that whoever waits for it in this process hears of it."""

    def after_process_message(
        self,
        broker: Broker,
        message: MessageProxy,
        *,
        result: object = None,
        exception: BaseException | None = None,
    ) -> None:
        """Called by the worker after each message."""
        if exception is not None:
            message.fail()


def make_broker(url: str) -> Broker:
    """A broker for `url`, `memory://` or `redis://…`; nothing is connected yet.

    No Retries middleware: a message is only a hint, the next run hints again. No Prometheus: its
    server would listen on every interface.
    """
    middleware: list[Middleware] = [
        AgeLimit(max_age=60 * MINUTE),  # older hints are moot: every run makes new ones
        TimeLimit(time_limit=60 * MINUTE),
        ShutdownNotifications(notify_shutdown=True),
        Callbacks(),
        Named(),
    ]
    broker: Broker
    if url.startswith(MEMORY):
        broker = StubBroker(middleware=[*middleware, Failing()])
    else:
        # A killed worker's hints come back by maintenance; by default that is a rare lottery.
        broker = RedisBroker(  # type: ignore[no-untyped-call]
            url=url,
            namespace=NAMESPACE,
            middleware=[*middleware, Alive()],
            maintenance_chance=100_000,
            socket_timeout=30,
            socket_connect_timeout=5,
        )
    dramatiq.set_broker(broker)
    return broker


def expect_an_answer(url: str) -> int:
    """How many worker processes are alive. Raises Unavailable when Redis is not there: a worker
    that starts without would wait unseen.
    """
    try:
        with Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            return alive(client)
    except RedisError as error:
        raise Unavailable(
            f"Redis did not answer ({type(error).__name__}); nothing is lost"
        ) from error
