"""`recovery history` as a marketer uses it: what ran when, and the way back."""

import json
from pathlib import Path

import pytest

from tests.support.campaigns import a_campaign
from tests.support.cli import recovery

HEAD = "order_id,status,placed_at,amount,currency,country,email\n"
ORDER = "A-1,pending,2026-11-02T09:00:00Z,20.00,USD,US,kim@example.com\n"
LATER = {"plain": ["{step: later, after: 2d, email: unpaid-reminder}"]}
AT = ("--at", "2026-11-02T10:00:00Z")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose only campaign has been published twice, with one order in flight."""
    assert recovery("init", tmp_path / "shop").exit_code == 0
    project = tmp_path / "shop"
    for file in (project / "campaigns").glob("*.yaml"):
        file.unlink()
    (project / "orders.csv").write_text(HEAD + ORDER, encoding="utf-8")
    assert recovery("import", project / "orders.csv", "--project", project).exit_code == 0
    for text in (a_campaign(sequences=LATER), a_campaign(sequences=LATER).replace("2d", "3d")):
        (project / "campaigns" / "winback.yaml").write_text(text, encoding="utf-8")
        told = recovery("run", *AT, "--project", project)
        assert told.exit_code == 0, told.output
    assert "sequences.plain.later.after: 2d → 3d (reaches 1 in flight)" in told.stdout
    return project


def test_versions_dates_and_head_counts(project: Path) -> None:
    told = recovery("history", "winback", "--json", "--project", project)
    newer, older = json.loads(told.stdout)["editions"]
    assert (newer["live"], newer["enrolled"], older["enrolled"]) == (True, 0, 1)
    assert older["at"].startswith("2026-11-02T10:00")
    assert [change["road"] for change in newer["changes"]] == ["sequences.plain.later.after"]
    told = recovery("history", "--project", project)
    assert "1 entered, 1 in flight" in told.stdout
    assert "2d → 3d" in told.stdout


def test_the_way_back_is_the_old_text(project: Path) -> None:
    editions = json.loads(recovery("history", "--json", "--project", project).stdout)["editions"]
    old = editions[1]["version"][:8]
    told = recovery("history", "winback", "--show", old, "--project", project)
    assert told.stdout == a_campaign(sequences=LATER)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--show", "abc"), "needs the campaign's name"),
        (("winback", "--show", "zzz"), "no version of winback"),
        (("no-such",), "ever live"),
    ],
)
def test_what_is_not_there_is_said(project: Path, words: tuple[str, ...], said: str) -> None:
    told = recovery("history", *words, "--project", project)
    assert told.exit_code == 2
    assert said in told.stderr


def test_a_broken_file_is_told_beside_the_version_that_goes_on(project: Path) -> None:
    file = project / "campaigns" / "winback.yaml"
    file.write_text(file.read_text("utf-8").replace("after: 3d", "aftr: 3d"), "utf-8")
    told = recovery("history", "winback", "--lang", "en", "--project", project).stdout
    assert "mistake; this version goes on" in told or "mistakes; this version goes on" in told
    told = recovery("history", "winback", "--project", project, LANG="zh_CN.UTF-8").stdout
    assert "处错误；此版本继续生效" in told
    assert "影响在途的 1 个" in told


def test_a_run_speaks_chinese_and_its_document_stays_as_it_is(project: Path) -> None:
    file = project / "campaigns" / "winback.yaml"
    file.write_text(file.read_text("utf-8").replace("after: 3d", "aftr: 3d"), "utf-8")
    told = recovery("run", *AT, "--dry-run", "--project", project, LANG="zh_CN.UTF-8")
    assert told.exit_code == 65
    problem = next(line for line in told.stdout.splitlines() if "winback.yaml:" in line)
    assert problem.startswith("  问题 campaigns/winback.yaml:")
    assert "以最后一个正确的版本" in told.stdout
    assert "PROBLEM" not in told.stdout
    words = ("run", *AT, "--dry-run", "--json", "--project", project)
    chinese, english = (json.loads(recovery(*words, LANG=one).stdout) for one in ("zh_CN", "C"))
    assert chinese["problems"] == english["problems"]
    assert chinese["warnings"] == english["warnings"]
    assert all(isinstance(one, str) and one.isascii() for one in english["warnings"])
