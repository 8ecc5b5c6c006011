"""A database that is gone, or does not let us: said in words, with the cure where there is one."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError

from recovery.errors import Unavailable
from recovery.i18n import mark, say

# By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
_REFUSALS = {
    "42501": mark(
        "the database does not let us: {lines}; its role needs to read and write all tables, and "
        "to make temporary ones: GRANT TEMPORARY ON DATABASE … TO …"
    ),
    "25006": mark(
        "the database may only be read: {lines}; reports, too, make temporary tables: let "
        "RECOVERY_DATABASE_URL name the primary server, not a replica"
    ),
}


@contextmanager
def reaching() -> Iterator[None]:
    """Unavailable when the database goes away inside the block, or refuses what we may not do."""
    try:
        yield
    except DBAPIError as error:
        if told := unavailable(error):
            raise told from error
        raise


def unavailable(error: DBAPIError) -> Unavailable | None:
    """What `error` says in words; None when it is a bug of ours."""
    lines = str(error.orig).strip().splitlines() or ["no reason given"]
    refusal = _REFUSALS.get(getattr(error.orig, "sqlstate", None) or "")
    if refusal:
        return Unavailable(say(refusal, lines=lines[0]))
    if not isinstance(error, OperationalError) or _is_a_bug(error):
        return None
    return Unavailable(say("the database did not answer: {lines}", lines=lines[0]))


def _is_a_bug(error: OperationalError) -> bool:
    """SQLite says OperationalError also for a wrong statement; its plain SQLITE_ERROR is that."""
    return getattr(error.orig, "sqlite_errorname", None) == "SQLITE_ERROR"
