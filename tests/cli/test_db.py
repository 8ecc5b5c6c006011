"""`recovery db upgrade`: an empty database is made, a current one is left alone."""

from pathlib import Path

from sqlalchemy import Engine

from recovery.migrations import HEAD, current
from tests.support.cli import answered, recovery


def test_an_empty_database_is_brought_to_the_newest_version(
    bare_database: Engine, tmp_path: Path
) -> None:
    url = bare_database.url.render_as_string(hide_password=False)
    words = ("db", "upgrade", "--project", tmp_path)
    done = answered(*words, RECOVERY_DATABASE_URL=url)
    assert done == {"before": None, "version": HEAD, "changed": True}
    assert current(bare_database) == HEAD
    again = answered(*words, RECOVERY_DATABASE_URL=url)
    assert again == {"before": HEAD, "version": HEAD, "changed": False}


def test_a_folder_that_is_no_project_gets_no_database(tmp_path: Path) -> None:
    result = recovery("db", "upgrade", "--project", tmp_path)
    assert result.exit_code == 2
    assert "is no project" in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_project_without_data_gets_its_database(project: Path) -> None:
    assert answered("db", "upgrade", "--project", project)["changed"] is True
    assert (project / "var" / "recovery.db").exists()
