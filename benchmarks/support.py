"""What the benchmarks share: throw-away databases, a synthetic crowd, and how results print."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from recovery.db import open_engine
from recovery.migrations import upgrade
from tests.support.servers import postgresql

ROOT = Path(__file__).parent.parent


@contextmanager
def database(*, postgres: bool) -> Iterator[Engine]:
    """A fresh, migrated database: a SQLite file, or a PostgreSQL server of its own."""
    if postgres:
        with postgresql() as url:
            yield from _opened(url)
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield from _opened(f"sqlite:///{Path(folder) / 'bench.db'}")


@contextmanager
def provider(latency: float = 0.0) -> Iterator[str]:
    """The base URL of both message providers, answering after `latency` seconds from a process of
    their own, so that the CPU counted here is ours alone."""
    command = [sys.executable, "-m", "tests.support.providers", "--latency", str(latency)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def tidy(engine: Engine) -> None:
    """Fresh statistics, no dead rows, nothing left in the log; outside any transaction."""
    raw = engine.raw_connection()
    try:
        if engine.dialect.name == "postgresql":
            raw.driver_connection.autocommit = True
            raw.cursor().execute("VACUUM ANALYZE")
        else:
            raw.cursor().executescript("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);")
    finally:
        raw.invalidate()


def say(title: str, figures: Mapping[str, float]) -> None:
    """Print one benchmark's figures under its title."""
    print(f"\n{title}")
    for name, figure in figures.items():
        shown = f"{figure:,.0f}" if isinstance(figure, int) or figure >= 100 else f"{figure:,.2f}"
        print(f"  {name:<36}{shown:>14}")


def _opened(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    upgrade(engine)
    try:
        yield engine
    finally:
        engine.dispose()
