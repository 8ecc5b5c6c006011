"""`recovery failures` as the person who looks after payments uses it."""

import json
from pathlib import Path

import pytest

from tests.support.cli import recovery

HEAD = "order_id,status,placed_at,amount,currency,country,email,failure_source,failure_code\n"
ROWS = (
    "A-1,failed,2026-11-20T10:00:00Z,20.00,USD,US,kim@example.com,stripe,insufficient_funds\n"
    "A-2,failed,2026-11-20T10:00:00Z,20.00,USD,US,lee@example.com,ourbank,X77\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "orders.csv").write_text(HEAD + ROWS, encoding="utf-8")
    told = recovery("import", tmp_path / "orders.csv", "--project", tmp_path)
    assert told.exit_code == 0, told.output
    return tmp_path


def test_what_each_code_is_taken_for(project: Path) -> None:
    told = recovery("failures", "--json", "--project", project)
    assert told.exit_code == 0, told.output
    found = {one["code"]: one for one in json.loads(told.stdout)["failures"]}
    first, second = found["insufficient_funds"], found["X77"]
    assert (first["reason"], first["listed"]) == ("insufficient_funds", True)
    assert (first["orders"], first["suggest"], first["soonest_seconds"]) == (1, "other_method", 900)
    assert (second["reason"], second["listed"]) == ("unknown", False)


def test_only_what_nobody_knows(project: Path) -> None:
    told = recovery("failures", "--unknown", "--project", project)
    assert "X77" in told.stdout
    assert "in no list" in told.stdout
    assert "insufficient_funds" not in told.stdout


def test_in_chinese(project: Path) -> None:
    told = recovery("failures", "--lang", "zh-CN", "--project", project).stdout
    assert "账户余额不足" in told
    assert told.split()[:3] == ["订单", "服务商", "代码"]
    by_environment = recovery("failures", "--project", project, LANG="zh_CN.UTF-8").stdout
    assert by_environment == told


def test_reading_anew_says_how_many_changed(project: Path) -> None:
    told = recovery("failures", "reread", "--json", "--project", project)
    assert json.loads(told.stdout) == {"moved": 0}
