"""One run at a time, over processes; a holder that dies lets go."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from recovery.errors import Exit, Locked
from recovery.lock import run_lock

ROOT = Path(__file__).parents[1]
_HOLDER = """
import sys, time
from pathlib import Path
from recovery.db import open_engine
from recovery.lock import run_lock
with run_lock(open_engine(sys.argv[1]), Path(sys.argv[2])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_the_second_is_told_and_the_next_one_may(database: Engine, tmp_path):
    file = tmp_path / "var" / "run.lock"
    with run_lock(database, file):
        with pytest.raises(Locked, match="nothing was done") as caught, run_lock(database, file):
            pytest.fail("two hold the lock")
        assert caught.value.exit_code == Exit.LOCKED == 75
    with run_lock(database, file):
        pass


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_session_that_is_ended_lets_go_and_hides_nothing(database: Engine, tmp_path):
    """As in a failover: the run goes on, on other connections."""
    file, ended = tmp_path / "run.lock", []
    with run_lock(database, file), database.connect() as other:
        found = other.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        ended += found.scalars()
    assert ended == [True]
    with run_lock(database, file):
        pass


def test_a_block_that_raises_lets_go(database: Engine, tmp_path):
    file = tmp_path / "run.lock"
    with pytest.raises(ZeroDivisionError), run_lock(database, file):
        _ = 1 / 0
    with run_lock(database, file):
        pass


def test_on_one_host_the_holder_is_named(tmp_path, sqlite_template):
    from recovery.db import open_engine

    engine = open_engine(f"sqlite:///{sqlite_template}")
    file = tmp_path / "run.lock"
    with (
        run_lock(engine, file),
        pytest.raises(Locked, match=f"pid {os.getpid()}"),
        run_lock(engine, file),
    ):
        pytest.fail("two hold the lock")
    engine.dispose()


def test_a_holder_that_is_killed_lets_go(database: Engine, database_url: str, tmp_path):
    file = tmp_path / "run.lock"
    words = [sys.executable, "-c", _HOLDER, database_url, str(file)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Locked), run_lock(database, file):
            pytest.fail("two hold the lock")
        holder.kill()
        holder.wait()
    _until_free(database, file)


def _until_free(database: Engine, file: Path) -> None:
    """PostgreSQL notices a dead client when it next reads from it: at once, but not before."""
    for _ in range(600):
        try:
            with run_lock(database, file):
                return
        except Locked:
            with database.connect() as connection:
                if database.dialect.name == "postgresql":
                    connection.exec_driver_sql("SELECT pg_sleep(0.05)")
    pytest.fail("the lock of a dead process is still held")
