"""The database's shape, version by version (Alembic), for SQLite and PostgreSQL alike.

Asking which version a database has costs one SELECT; Alembic is imported only to change it.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from recovery.db import is_postgres, reading, writing
from recovery.errors import UsageError
from recovery.i18n import say

HEAD = "0019"
# One upgrade at a time: any number that nobody else in this database locks.
_LOCK = 7_264_351_090


def current(engine: Engine) -> str | None:
    """The version of the database; None for an empty one."""
    with reading(engine) as connection:
        return _version(connection)


def upgrade(engine: Engine) -> None:
    """Bring the database to HEAD, keeping its data. Two at once: the second finds it done.

    Raises UsageError when the database is newer than this program.
    """
    if current(engine) == HEAD:
        return
    with writing(engine) as connection:
        if is_postgres(connection):  # SQLite: `writing` holds the write lock already
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if _version(connection) != HEAD:
            _migrate(connection)


def prepare(engine: Engine) -> None:
    """Make sure that the engine can work here: what every command does first.

    An empty database and an embedded (SQLite) one are brought to HEAD. A PostgreSQL with an older
    shape is left alone, because other processes may be at work in it: UsageError names the cure.
    """
    version = current(engine)
    if version == HEAD:
        return
    if version is not None and engine.dialect.name == "postgresql":
        raise UsageError(
            say(
                "the database has version {version}, this program needs {head}: stop the workers "
                "and run `recovery db upgrade`",
                version=version,
                head=HEAD,
            )
        )
    upgrade(engine)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if version is not None and str(version) > HEAD:
        raise UsageError(
            say(
                "the database has version {version}, newer than this program ({head}): update the "
                "program",
                version=version,
                head=HEAD,
            )
        )
    return version


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
