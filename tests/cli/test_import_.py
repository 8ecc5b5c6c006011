"""`recovery import`: words for people, one document for scripts, and the exit codes."""

import json
from pathlib import Path

from click.testing import CliRunner

from recovery.cli.main import main
from tests.support.cli import answered, recovery
from tests.support.order_rows import jsonl, row, table_csv


def test_good_rows_are_counted(project: Path, tmp_path: Path):
    file = tmp_path / "orders.csv"
    file.write_text(table_csv([row(), row(order_id="2")]), encoding="utf-8")
    first = recovery("import", file, "--project", project)
    assert first.exit_code == 0, first.output
    assert "2 rows read: 2 new" in first.stdout
    again = answered("import", file, "--project", project)
    assert (again["read"], again["unchanged"], again["rejects"]) == (2, 2, [])
    other = answered("import", file, "--project", project, "--source", "outlet")
    assert other["inserted"] == 2


def test_one_is_not_told_as_many(project: Path, tmp_path: Path):
    file = tmp_path / "orders.jsonl"
    file.write_bytes(jsonl([row()]))
    assert "1 row read: 1 new" in recovery("import", file, "--project", project).stdout


def test_refused_rows_are_told_with_place_and_cure(project: Path, tmp_path: Path):
    file, rejects = tmp_path / "orders.jsonl", tmp_path / "bad.jsonl"
    file.write_bytes(jsonl([row(), row(order_id="2", amount="19,99")]))
    told = recovery("import", file, "--project", project, "--rejects", rejects)
    assert told.exit_code == 1
    assert f"{file}:2 amount: '19,99' has a comma" in told.stdout
    assert str(rejects) in told.stdout
    document = json.loads(
        recovery("import", file, "--project", project, "--json").stdout,
    )
    (bad,) = document["rejects"]
    assert (bad["line"], bad["field"]) == (2, "amount")
    assert document["rejected"] == 1
    assert json.loads(rejects.read_text(encoding="utf-8"))["_line"] == 2


def test_only_twenty_mistakes_are_printed(project: Path, tmp_path: Path):
    file = tmp_path / "orders.jsonl"
    file.write_bytes(jsonl(row(order_id=str(n), amount="x") for n in range(25)))
    told = recovery("import", file, "--project", project)
    assert told.stdout.count(" amount: ") == 20
    assert "and 5 more mistakes" in told.stdout


def test_a_foreign_encoding_is_named_on_both_channels(project: Path, tmp_path: Path):
    file = tmp_path / "orders.csv"
    file.write_text(table_csv([row(name="张伟")]), encoding="gb18030")
    told = recovery("import", file, "--project", project, "--json")
    assert told.exit_code == 1
    assert "GBK/GB18030" in told.stderr
    assert "GBK/GB18030" in json.loads(told.stdout)["rejects"][0]["error"]


def test_standard_input_is_a_file_too(project: Path):
    words = ["import", "-", "--project", str(project), "--json"]
    result = CliRunner().invoke(main, words, input=jsonl([row(name="Jürgen")]))
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["inserted"] == 1


def test_a_wrong_call_is_a_usage_error(project: Path, tmp_path: Path):
    assert recovery("import", "--project", project).exit_code == 2
    assert recovery("import", tmp_path / "nowhere.csv", "--project", project).exit_code == 2
