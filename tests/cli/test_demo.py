"""`recovery demo`, as a person or a script calls it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

SMALL = ("--days", "1", "--orders", "250")


def recovery(
    *words: str, cwd: Path | None = None, **environ: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "recovery", *words],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environ,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    for part in ("campaigns", "templates"):
        shutil.copytree(ROOT / part, folder / part)
    return folder


@pytest.fixture(scope="module")
def answer(shop: Path) -> dict[str, Any]:
    done = recovery(
        "demo", *SMALL, "--json", "--project", str(shop), RECOVERY_EMAIL_SENDER="sendgrid"
    )
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_one_document_names_what_happened_and_where_it_lies(
    answer: dict[str, Any], shop: Path
) -> None:
    assert answer["orders"]["placed"] == 250
    assert answer["orders"]["read"] == 250 + answer["orders"]["earlier"]
    assert answer["orders"]["unpaid"] > 50
    assert answer["orders"]["rejected"] == 0
    emails = list((shop / "var" / "demo" / "outbox" / "email").iterdir())
    texts = list((shop / "var" / "demo" / "outbox").glob("sms/*.json"))
    assert answer["messages"]["email"] == len(emails) > 10
    assert answer["messages"]["sent"] == len(emails) + len(texts)
    rows = answer["report"]["sequences"]
    assert answer["recovered"] == sum(row["recovered"] for row in rows if not row["holdout"]) > 0
    assert answer["true_effect"]["caused"] > 0
    assert "<svg" in Path(answer["html"]).read_text("utf-8")
    assert Path(answer["html"]) == shop / "var" / "demo" / "report.html"
    assert not (shop / "var" / "recovery.db").exists()


def test_its_folder_is_a_project_that_other_commands_work_on(
    answer: dict[str, Any], shop: Path
) -> None:
    folder = str(shop / "var" / "demo")
    at = answer["report"]["at"]
    report = recovery("report", "--json", "--project", folder, "--at", at)
    assert json.loads(report.stdout) == answer["report"]
    story = recovery("explain", answer["explain"], "--project", folder)
    assert story.returncode == 0, story.stderr
    assert "recovered" in story.stdout


def test_people_are_told_what_happened_and_what_to_try_next(project: Path, tmp_path: Path) -> None:
    page = tmp_path / "pages" / "mine.html"
    done = recovery(
        *("demo", *SMALL, "--html", str(page)),
        cwd=project,
        RECOVERY_DATABASE_URL="postgresql+psycopg://nobody@db.example/none",
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for words in (
        "250 orders came in from 9 markets",
        "earlier, paid orders of returning customers",
        "the true effect is known",
        "no promise",
        "Recovery report",
        "Hold-out",
        f"The report as a page: {page}",
        "var/demo/outbox",
        "env -u RECOVERY_DATABASE_URL recovery explain",
        "--project var/demo",
        "edit campaigns/card-declined.yaml",
    ):
        assert words in done.stdout
    letter = done.stdout.partition("Open a message:")[2].split()[0]
    assert (project / letter).is_file()
    assert page.is_file()


def test_a_broken_campaign_is_named_with_exit_code_65(project: Path) -> None:
    (project / "campaigns" / "unpaid.yaml").write_text("campaign: unpaid\nstatus: activ\n")
    done = recovery("demo", *SMALL, "--project", str(project))
    assert done.returncode == 65
    assert "unpaid.yaml:2" in done.stderr
    assert not (project / "var" / "demo").exists()
