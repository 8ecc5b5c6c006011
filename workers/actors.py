"""The actors: parse, call the engine, done. A message is a hint; the database is the schedule."""

from collections.abc import Callable
from datetime import datetime

import dramatiq
from dramatiq.broker import Broker

from recovery import telemetry
from recovery.clock import SystemClock
from recovery.dispatch.executor import Outcome
from recovery.engine import Engine
from recovery.settings import load_settings
from workers.middleware import EXPECTED

QUEUE = "recovery"
BATCHES = 20  # at most, for one hint: long enough to keep all senders busy, short enough to stop

_engine: Engine | None = None


def engine() -> Engine:
    """The engine of a worker process, made from the settings of its project."""
    global _engine
    if _engine is None:
        _engine = Engine(load_settings(), SystemClock())
    return _engine


def declare(
    broker: Broker,
    find: Callable[[], Engine] = engine,
    hear: Callable[[Outcome], None] | None = None,
) -> "dramatiq.Actor[[str, bool, str, int | None], None]":
    """Declare the actors on `broker`, working with the engine that `find` gives.

    `hear` is told what the journal does not say: broken templates, senders that refuse us.
    """

    @dramatiq.actor(broker=broker, queue_name=QUEUE, throws=EXPECTED)
    def dispatch(at: str, standing: bool, run: str = "", most: int | None = None) -> None:
        """Send what is due at `at` (ISO 8601, aware); a late or repeated hint finds nothing.

        `standing`: time stands still at `at`, for whoever works under `--at`. `run` is the id of
        the run that asks, for log and journal; `most` is how many touches it may claim at most.
        """
        now = datetime.fromisoformat(at)
        with telemetry.bound(run=run):
            outcome = find().dispatch(now, batches=BATCHES, most=most, standing=standing)
        if hear is not None:
            hear(outcome)

    return dispatch
