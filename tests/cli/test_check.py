"""`recovery check`: mistakes with file, line and road, and 65."""

import json
from pathlib import Path

from tests.support.cli import answered, recovery

CAMPAIGN = """\
campaign: hello
description: one step
status: active
trigger: {on: unpaid, after: 1h}
goal: {paid_within: 7d}
segments:
  - segment: all
    sequence: plain
sequences:
  plain:
    - {step: reminder, after: 0m, email: unpaid-reminder}
"""


def wrong(project: Path, text: str) -> Path:
    file = project / "campaigns" / "hello.yaml"
    file.write_text(text, "utf-8")
    return file


def test_the_shipped_project_has_no_mistakes(project: Path) -> None:
    found = answered("check", "--project", project)
    assert found["problems"] == []
    assert len(found["campaigns"]) >= 5
    assert {"payment-failed", "unpaid-reminder", "last-call"} <= set(found["templates"])


def test_a_mistake_is_told_with_file_line_and_road(project: Path) -> None:
    wrong(project, CAMPAIGN.replace("sequence: plain", "sequence: plian"))
    result = recovery("check", "--project", project)
    assert result.exit_code == 65
    assert result.stdout.startswith("campaigns/hello.yaml:8:")
    assert "segments[0].sequence" in result.stdout


def test_the_same_in_json(project: Path) -> None:
    wrong(project, CAMPAIGN.replace("after: 1h", "after: soon"))
    result = recovery("check", "--project", project, "--json")
    assert result.exit_code == 65
    [problem] = json.loads(result.stdout)["problems"]
    assert problem["file"] == "campaigns/hello.yaml"
    assert (problem["line"], problem["road"]) == (4, "trigger.after")
    assert problem["cure"]


def test_a_template_that_is_not_there_is_a_mistake_of_the_campaign(project: Path) -> None:
    wrong(project, CAMPAIGN.replace("unpaid-reminder", "unpaid-remainder"))
    result = recovery("check", "--project", project)
    assert result.exit_code == 65
    assert result.stdout.startswith("campaigns/hello.yaml:11:")
    assert "unpaid-reminder" in result.stdout


def test_one_file_is_checked_alone(project: Path) -> None:
    bad = wrong(project, CAMPAIGN.replace("status: active", "status: lively"))
    good = project / "campaigns" / "unpaid.yaml"
    assert recovery("check", good, "--project", project).exit_code == 0
    assert recovery("check", bad, "--project", project).exit_code == 65
    both = recovery("check", good, bad, "--project", project)
    assert both.exit_code == 65
    assert both.stdout.startswith("campaigns/hello.yaml:3:")


def test_a_file_outside_of_the_project_is_named_in_full(project: Path, tmp_path: Path) -> None:
    bad = tmp_path / "elsewhere.yaml"
    bad.write_text(CAMPAIGN.replace("status: active", "status: lively"), "utf-8")
    assert f"{bad}:3:" in recovery("check", bad, "--project", project).stdout


def test_a_broken_template_is_65_alone_and_with_all(project: Path) -> None:
    folder = project / "templates" / "unpaid-reminder"
    description = folder / "message.yaml"
    description.write_text("class: gossip\n", "utf-8")
    for words in ([], [description], [folder]):
        result = recovery("check", *words, "--project", project)
        assert result.exit_code == 65, words
        assert "unpaid-reminder/message.yaml" in result.stdout


def test_a_project_without_campaigns_is_a_usage_error(tmp_path: Path) -> None:
    result = recovery("check", "--project", tmp_path)
    assert result.exit_code == 2
    assert "recovery init" in result.stderr
