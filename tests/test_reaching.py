"""A database that does not let us is told in words, with the cure, wherever a command meets it."""

from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import make_url, text

from recovery.db import open_engine, writing
from recovery.errors import Exit
from tests.support.cli import recovery

# What PostgreSQL does with the connection → what has to be said.
REFUSALS = {
    "-c role=pg_read_all_data": "GRANT TEMPORARY ON DATABASE",  # it reads, and has no other right
    "-c default_transaction_read_only=on": "the primary server",  # as a replica does
}
WORKING = [("report",), ("report", "--by", "week"), ("plan",), ("run",)]
READING = [("report", "--cash", "month"), ("funnel",), ("alerts",), ("tasks", "list")]
# SQLite has no roles, and keeps its temporary tables in files of its own.
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def strict(database_url: str) -> str:
    """A database in which only its owner may make temporary tables."""
    engine = open_engine(database_url)
    with writing(engine) as connection:
        name = make_url(database_url).database
        connection.execute(text(f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC"))
    engine.dispose()
    return database_url


@pytest.mark.parametrize("command", WORKING, ids=" ".join)
@pytest.mark.parametrize("option", REFUSALS)
def test_what_is_not_allowed_is_told_with_its_cure(
    option: str, command: tuple[str, ...], strict: str, project: Path
) -> None:
    found = asked(strict, option, *command, "--project", project)
    assert found.exit_code == Exit.UNAVAILABLE, found.output
    assert REFUSALS[option] in " ".join(found.output.split())


@pytest.mark.parametrize("command", READING, ids=" ".join)
@pytest.mark.parametrize("option", REFUSALS)
def test_who_only_reads_needs_no_more(
    option: str, command: tuple[str, ...], strict: str, project: Path
) -> None:
    found = asked(strict, option, *command, "--project", project)
    assert found.exit_code == Exit.DONE, found.output


def asked(database: str, option: str, *words: object) -> Result:
    """One command on a connection with this option."""
    url = make_url(database).update_query_dict({"options": option})
    return recovery(*words, RECOVERY_DATABASE_URL=url.render_as_string(hide_password=False))
