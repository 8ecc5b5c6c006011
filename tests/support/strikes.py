"""What may happen to the processes of a shop, each by its name."""

import os
import resource
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import make_url, text

from recovery.db import open_engine
from tests.support.faults import Fault
from tests.support.field import Field

NAP = 0.3  # seconds: much shorter than a lease
SENDING_POINTS = ("C0", "C1", "C2", "C3", "C4", "C5")
LOOKING_POINTS = ("C6", "C6b")
RUN_POINTS = (*LOOKING_POINTS, "C6a")
STORM = (Fault.ERROR_AFTER, Fault.DROP_AFTER, Fault.THROTTLED, Fault.REDIRECT)


def kill_worker(field: Field) -> None:
    """kill -9 of a worker, or of the run that sends by itself."""
    field.kill(field.anyone())


def kill_run(field: Field) -> None:
    """kill -9 of a run."""
    for one in field.runs[:1]:
        field.kill(one)


def kill_server(field: Field) -> None:
    """kill -9 of what answers webhooks."""
    field.kill(field.server)


def crash_point(field: Field) -> None:
    """Somebody dies at the next named point of the code, if the way leads there."""
    point = field.draw("points", SENDING_POINTS + RUN_POINTS)
    only_runs = point in RUN_POINTS or not field.workers
    field.kill(field.anyone(field.runs) if only_runs and field.runs else field.anyone())
    start = field.start_run if only_runs else field.start_worker
    field.watch(start(RECOVERY_CRASH_AT=point))


def second_run(field: Field) -> None:
    """One more run beside the one at work."""
    field.start_run()


def flush_redis(field: Field) -> None:
    """FLUSHALL."""
    assert field.redis
    field.redis.flush()


def kill_redis(field: Field) -> None:
    """kill -9 of Redis, and an empty one in its place."""
    assert field.redis
    field.redis.kill()


def short_pause(field: Field) -> None:
    """SIGSTOP, and SIGCONT before anybody minds."""
    one = field.anyone()
    with suppress(ProcessLookupError):
        os.killpg(one.pid, signal.SIGSTOP)
        time.sleep(NAP)
        os.killpg(one.pid, signal.SIGCONT)


def lose_connections(field: Field) -> None:
    """What a failover does: the server ends every session on our database."""
    engine = open_engine(field.house.environ["RECOVERY_DATABASE_URL"])
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    with engine.connect() as connection, connection.begin():
        end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
        connection.execute(text(end))
    engine.dispose()


def fill_disk(field: Field) -> None:
    """From now on this process can't make any file longer: SQLite sees a full disk."""
    database = make_url(field.house.environ["RECOVERY_DATABASE_URL"]).database
    for one in field.runs:
        log = f"{database}-wal"
        room = os.path.getsize(log) if os.path.exists(log) else 0
        with suppress(ProcessLookupError):
            resource.prlimit(one.pid, resource.RLIMIT_FSIZE, (room, room))


def hang(field: Field) -> None:
    """The provider accepts a message and never answers; the next one it doesn't even accept."""
    field.remote.fail(Fault.HANG_AFTER, Fault.HANG)


def storm(field: Field) -> None:
    """The provider accepts messages and says that it failed, is busy, sends us elsewhere."""
    field.remote.fail(*field.dice.choices(STORM, k=6))


Strike = Callable[[Field], None]
EVERYWHERE: tuple[Strike, ...] = (
    kill_worker,
    crash_point,
    kill_server,
    second_run,
    short_pause,
    hang,
    storm,
)
ON_SQLITE: tuple[Strike, ...] = (*EVERYWHERE, kill_worker, crash_point, fill_disk)
ON_POSTGRESQL: tuple[Strike, ...] = (
    *EVERYWHERE,
    kill_worker,
    crash_point,
    kill_run,
    flush_redis,
    kill_redis,
    lose_connections,
)
