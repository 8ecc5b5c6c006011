"""`recovery import --map`, `--map-draft`, `--pseudonymise`, as somebody at a terminal does it."""

import json
import stat
from pathlib import Path

from sqlalchemy import select

from recovery.db import open_engine, reading, table
from recovery.models import Order
from tests.support.cli import answered, recovery
from tests.support.exports import SHOP

PEOPLE = ("kim@", "anna@", "王小明", "Muster", "901820", "#1001", "5551")


def export(folder: Path, text: str = SHOP) -> tuple[Path, Path]:
    """An export, and a mapping drafted for it."""
    file, mapping = folder / "orders.csv", folder / "mapping.yaml"
    file.write_text(text, "utf-8")
    drafted = recovery("import", file, "--map-draft")
    assert drafted.exit_code == 0, drafted.output
    mapping.write_text(drafted.stdout, "utf-8")
    return file, mapping


def test_a_draft_imports_the_file_it_was_made_for(project: Path, tmp_path: Path) -> None:
    file, mapping = export(tmp_path)
    told = answered("import", file, "--map", mapping, "--project", project)
    assert (told["read"], told["inserted"], told["rejected"]) == (2, 2, 0)


def test_a_mapping_that_does_not_fit_ends_with_65(project: Path, tmp_path: Path) -> None:
    file, mapping = export(tmp_path)
    mapping.write_text(mapping.read_text("utf-8").replace("total", "totl"), "utf-8")
    done = recovery("import", file, "--map", mapping, "--project", project)
    assert done.exit_code == 65
    assert "mapping.yaml:10:" in done.output
    assert "has no column 'totl'; did you mean 'total'?" in done.output


def test_a_bad_row_names_their_column(project: Path, tmp_path: Path) -> None:
    file, mapping = export(tmp_path)
    file.write_text(SHOP.replace("voided", "verloren"), "utf-8")
    done = recovery("import", file, "--map", mapping, "--project", project)
    assert done.exit_code == 1
    assert "orders.csv:4 status: 'verloren' is no status" in done.output
    assert "(column 'financial status')" in done.output


def test_nothing_of_a_person_is_kept(project: Path, tmp_path: Path) -> None:
    file, mapping = export(tmp_path)
    file.write_text(SHOP + "#1003,kim@@example.com,paid,,EUR,1,2,3,1,a,1,Anna Muster,DE,,no\n")
    rejects = tmp_path / "rejects.jsonl"
    done = recovery(
        *("import", file, "--map", mapping, "--pseudonymise", "--rejects", rejects),
        *("--project", project, "--json"),
    )
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert (told["inserted"], told["rejected"], told["pseudonymised"]) == (2, 1, True)
    line = json.loads(rejects.read_text("utf-8"))
    assert line.keys() == {"_file", "_line", "_errors"}
    assert {"field": "email"} in line["_errors"]
    assert stat.S_IMODE((project / "var" / "pseudonym.key").stat().st_mode) == 0o600
    kept = [one.read_bytes() for one in (project / "var").rglob("*") if one.is_file()]
    for personal in PEOPLE:
        assert personal not in done.output
        assert not any(personal.encode() in one for one in kept)


def test_an_order_told_again_is_the_same_order(project: Path, tmp_path: Path) -> None:
    file, mapping = export(tmp_path)
    words = ("import", file, "--map", mapping, "--pseudonymise", "--project", project)
    answered(*words)
    assert answered(*words)["unchanged"] == 2
    database = open_engine(f"sqlite:///{project / 'var' / 'recovery.db'}")
    with reading(database) as connection:
        found = connection.execute(select(table(Order).c.email)).scalars().all()
    assert all(email.endswith("@example.invalid") for email in found)
    database.dispose()


def test_a_draft_is_of_one_file(tmp_path: Path) -> None:
    file, _ = export(tmp_path)
    assert recovery("import", file, file, "--map-draft").exit_code == 2
