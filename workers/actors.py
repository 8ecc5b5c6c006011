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
PATIENCE = 30.0  # seconds that one of all workers waits for the pace, before it hints at itself
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
) -> "dramatiq.Actor[[str, bool, str], None]":
    """Declare the actors on `broker`, working with the engine that `find` gives.

    Whoever works alone wants to `hear` how it went, and waits for the pace as long as one run may.
    Workers share the waiting: one of them does, and hints at itself when it has to wait longer.
    """

    @dramatiq.actor(broker=broker, queue_name=QUEUE, throws=EXPECTED)
    def dispatch(at: str, standing: bool, run: str = "") -> None:
        """Send what is due at `at` (ISO 8601, aware); a late or repeated hint finds nothing.

        `standing`: time stands still at `at`, for whoever works under `--at`. `run` is the id of
        the run that asks, for log, journal and ceiling.
        """
        now, alone = datetime.fromisoformat(at), hear is not None
        with telemetry.bound(run=run):
            working = find()
            outcome = working.dispatch(
                now,
                batches=BATCHES,
                standing=standing,
                patience=working.settings.pace.seconds if alone else PATIENCE,
                shared=not alone,
            )
        if hear is not None:
            hear(outcome)
        elif outcome.later is not None:
            wait = int(outcome.later.total_seconds() * 1000)
            dispatch.send_with_options(args=(at, standing, run), delay=wait)

    return dispatch
