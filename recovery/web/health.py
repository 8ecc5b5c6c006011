"""GET /healthz: whether the database answers, what is due and how long it has been, the last run.

503 only when the database does not answer, or can't be read: everything else waits and loses
nothing, so that without its queue we are `degraded`, and answer 200.
"""

from contextlib import suppress as ignoring
from datetime import datetime
from logging import ERROR
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError
from starlette.responses import JSONResponse, Response

from recovery import __version__, telemetry
from recovery.db import reading, table, written_in
from recovery.errors import RecoveryError
from recovery.intake import inbox
from recovery.models import Run, Touch, TouchState
from recovery.web.site import Site

touches, runs = table(Touch), table(Run)
PATIENCE = 5  # seconds, for the database
QUEUE_PATIENCE = 0.5  # seconds, to connect and again for the answer
AWAY = "does not answer"


def health(site: Site) -> Response:
    """One JSON document; times in UTC, ages in seconds."""
    now = site.now()
    try:
        with reading(site.database) as connection:
            seen = _seen(connection, now)
    except RecoveryError:
        return down()
    except DBAPIError as error:  # it answers, and can't be read: another version, a broken file
        telemetry.event("web", "unreadable_database", level=ERROR, error=type(error).__name__)
        return down()
    queue = _queue(site)
    status = "degraded" if queue == AWAY else "ok"
    answer = {"status": status, "version": __version__, "database": "ok", "queue": queue}
    return JSONResponse(answer | seen)


def down() -> Response:
    """What we say when the database does not answer, or not in time."""
    answer = {"status": "down", "version": __version__, "database": "does not answer"}
    return JSONResponse(answer, 503)


def _seen(connection: Connection, now: datetime) -> dict[str, Any]:
    due = written_in(touches.c.state, [TouchState.PLANNED]), touches.c.due_at <= now
    count, oldest = connection.execute(
        select(func.count(), func.min(touches.c.due_at)).where(*due)
    ).one()
    last = connection.scalar(
        select(runs.c.at).where(runs.c.kind == "run").order_by(runs.c.id.desc()).limit(1)
    )
    return {
        "inbox_waiting": inbox.waiting(connection),
        "due": count,
        "oldest_due_seconds": _age(oldest, now),
        "last_run": last and last.isoformat().replace("+00:00", "Z"),
        "last_run_seconds": _age(last, now),
    }


def _age(at: datetime | None, now: datetime) -> float | None:
    """Seconds, never below zero: a run under a later `--at` is as new as can be."""
    return None if at is None else max(round((now - at).total_seconds(), 1), 0.0)


def _queue(site: Site) -> str:
    """`none`: a run sends by itself. Without its queue a run waits for workers in vain."""
    url = site.settings.broker_url
    if not url.startswith("redis"):
        return "none"
    return "ok" if queue_answers(url) else AWAY


def queue_answers(url: str) -> bool:
    """Whether Redis is there, asked once and for a moment: whoever asks us waits, too."""
    from redis import Redis, RedisError
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    once = Retry(NoBackoff(), 0)
    patience = {"socket_timeout": QUEUE_PATIENCE, "socket_connect_timeout": QUEUE_PATIENCE}
    with ignoring(RedisError, OSError, ValueError):
        with Redis.from_url(url, retry=once, **patience) as redis:
            redis.ping()
        return True
    return False
