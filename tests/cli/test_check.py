"""`recovery check`: mistakes with file, line and road, and 65."""

import json
from pathlib import Path

import pytest

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
    assert " --> campaigns/hello.yaml:8:15 " in result.stdout
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
    assert " --> campaigns/hello.yaml:11:42 " in result.stdout
    assert "unpaid-reminder" in result.stdout


def test_one_file_is_checked_alone(project: Path) -> None:
    bad = wrong(project, CAMPAIGN.replace("status: active", "status: lively"))
    good = project / "campaigns" / "unpaid.yaml"
    assert recovery("check", good, "--project", project).exit_code == 0
    assert recovery("check", bad, "--project", project).exit_code == 65
    both = recovery("check", good, bad, "--project", project)
    assert both.exit_code == 65
    assert both.stdout.count(" --> campaigns/hello.yaml:3:9 ") == 1


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


BROKEN = CAMPAIGN.replace("status: active", "status：active").replace("after: 1h", "after: 72")


def test_a_compiler_would_show_it_like_this(project: Path) -> None:
    wrong(project, BROKEN.replace("one step", "第一步：催付 [[x"))
    shown = recovery("check", project / "campaigns/hello.yaml", "--project", project).stdout
    assert shown == (
        "error[CR002]: a full-width '：' where YAML needs ': '\n"
        " --> campaigns/hello.yaml:3:7\n"
        "  |\n"
        "3 | status：active\n"
        "  |       ^^\n"
        "  = help: write ': ': switch the input method to half-width (半角)\n"
        "  = fix: status: active\n\n"
        "error[CR030]: '72' is no duration\n"
        " --> campaigns/hello.yaml:4:30 (trigger.after)\n"
        "  |\n"
        "4 | trigger: {on: unpaid, after: 72}\n"
        "  |                              ^^\n"
        "  = help: write 72m, 72h or 72d\n\n"
        "Checked 1 campaign and 0 templates: 2 errors.\n"
        "Some of it can be mended by itself: recovery check --fix\n"
    )


def test_both_places_of_a_duplicate_are_shown(project: Path) -> None:
    wrong(project, CAMPAIGN + "status: draft\n")
    shown = recovery("check", project / "campaigns/hello.yaml", "--project", project).stdout
    assert "3 | status: active\n   | ------ first written here\n...\n" in shown.replace(
        " 3 |", "3 |"
    )
    assert "12 | status: draft\n   | ^^^^^^\n" in shown


def test_a_list_for_programs(project: Path) -> None:
    wrong(project, BROKEN)
    result = recovery("check", "--format", "json", "--project", project)
    assert result.exit_code == 65
    first, second = json.loads(result.stdout)
    assert {"code", "severity", "file", "line", "column", "message", "help", "fix"} <= set(first)
    assert (first["code"], first["severity"], first["fix"]) == ("CR002", "error", "status: active")
    assert (second["file"], second["line"]) == ("campaigns/hello.yaml", 4)
    assert second["message"] == "'72' is no duration"


def test_annotations_on_github_are_escaped(project: Path) -> None:
    wrong(project, CAMPAIGN.replace("after: 1h", 'after: "50%\\n::stop"'))
    result = recovery("check", "--format", "github", "--project", project)
    assert result.exit_code == 65
    (line,) = result.stdout.splitlines()
    assert line.startswith("::error file=campaigns/hello.yaml,line=4,endLine=4,col=30,")
    assert line.count("::") == 3  # the command's own two, and those of the text
    assert "'50%25%0A::stop' is no duration" in line


def test_a_log_in_sarif(project: Path) -> None:
    wrong(
        project,
        CAMPAIGN.replace("status: active", "status: activ") + "limits: {min_gap: x}\nlimits: 1\n",
    )
    result = recovery("check", "--format", "sarif", "--project", project)
    (run,) = json.loads(result.stdout)["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules))
    for found in run["results"]:
        assert rules[found["ruleIndex"]] == found["ruleId"]
        (place,) = found["locations"]
        region = place["physicalLocation"]["region"]
        assert 1 <= region["startColumn"] <= region["endColumn"]
        assert place["physicalLocation"]["artifactLocation"]["uri"] == "campaigns/hello.yaml"
    assert [found["ruleId"] for found in run["results"]] == ["CR022", "CR030", "CR010"]
    assert run["results"][2]["relatedLocations"]
    (fix,) = run["results"][0]["fixes"]
    assert fix["artifactChanges"][0]["replacements"][0]["insertedContent"] == {"text": "active"}


def test_safe_fixes_are_written_once(project: Path) -> None:
    file = wrong(project, BROKEN.replace("status：", "# 注释：x\r\nstatus："))
    result = recovery("check", "--fix", "--project", project)
    assert result.exit_code == 65  # 72 of what, a person has to say
    assert "mended campaigns/hello.yaml:4: a full-width '：'" in result.stderr
    text = file.read_bytes().decode()
    assert "# 注释：x\r\nstatus: active\n" in text and "after: 72}" in text
    again = recovery("check", "--fix", "--project", project)
    assert again.stderr == ""
    assert file.read_bytes().decode() == text


def test_what_was_written_is_told(project: Path) -> None:
    wrong(project, CAMPAIGN.replace("status: active", "status: Active"))
    result = recovery("check", "--fix", "--project", project)
    assert "[CR022]: Active -> active\n" in result.stderr


def test_a_guess_gives_no_hint_of_fix(project: Path) -> None:
    wrong(project, CAMPAIGN.replace("status: active", "status: activ"))
    result = recovery("check", "--project", project)
    assert "did you mean 'active'?" in result.stdout
    assert "recovery check --fix" not in result.stdout


def test_a_gbk_file_is_read_told_and_mended(project: Path) -> None:
    file = project / "campaigns" / "hello.yaml"
    file.write_bytes(CAMPAIGN.replace("one step", "第一步：催付").replace("1h", "1").encode("gbk"))
    result = recovery("check", "--format", "json", "--project", project)
    assert [(one["code"], one["line"]) for one in json.loads(result.stdout)] == [
        ("CR007", 2),
        ("CR030", 4),
    ]
    recovery("check", "--fix", "--project", project)
    assert "第一步：催付" in file.read_text("utf-8")


def test_a_note_is_told_and_stops_nothing(project: Path) -> None:
    file = project / "campaigns" / "hello.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + CAMPAIGN.encode())
    assert recovery("check", "--project", project).exit_code == 0
    strict = recovery("check", "--strict", "--project", project)
    assert strict.exit_code == 65
    assert "note[CR011]" in strict.stdout


def test_chinese(project: Path) -> None:
    wrong(project, BROKEN)
    asked = recovery("check", "--lang", "zh-CN", "--project", project).stdout
    assert recovery("check", "--project", project, LANG="zh_CN.UTF-8").stdout == asked
    assert "错误[CR030]: '72' 不是时长" in asked
    assert recovery("check", "--lang", "fr", "--project", project).exit_code == 2


@pytest.mark.parametrize(
    ("raw", "code", "said"),
    [
        (b"", "CR008", "says nothing"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "CR019", "no text"),
        (b"a\n" * 1_000_000, "CR019", "larger than 1 MB"),
        (("a: " + "[" * 90_000).encode(), "CR009", "lie in each other"),
        (b"a: 1\n" * 100_000, "CR010", "written twice"),
        ("　a: 1\n".encode() * 50_000, "CR001", "full-width space"),
        ((" " * 99 + "- a\n").encode() * 9_000, "CR024", "block of keys"),
        (CAMPAIGN.encode("utf-16"), "CR007", "UTF-16"),
    ],
)
def test_nothing_hangs_it_and_all_gets_an_answer(
    project: Path, raw: bytes, code: str, said: str
) -> None:
    (project / "campaigns" / "hello.yaml").write_bytes(raw)
    result = recovery("check", "--format", "json", "--project", project)
    assert result.exit_code == 65
    first = json.loads(result.stdout)[0]
    assert first["code"] == code
    assert said in first["message"]


def test_a_folder_and_a_file_without_rights(project: Path) -> None:
    (project / "campaigns" / "odd.yaml").mkdir()
    told = json.loads(recovery("check", "--format", "json", "--project", project).stdout)
    assert [(one["code"], one["file"]) for one in told] == [("CR018", "campaigns/odd.yaml")]


def test_a_folder_is_all_that_lies_in_it(project: Path) -> None:
    wrong(project, BROKEN)
    whole = json.loads(recovery("check", "--format", "json", "--project", project).stdout)
    folder = recovery("check", project / "campaigns", "--format", "json", "--project", project)
    assert json.loads(folder.stdout) == whole
    (project / "templates/last-call/message.yaml").write_text("class: gossip\n", "utf-8")
    templates = recovery("check", project / "templates", "--format", "json", "--project", project)
    assert [one["code"] for one in json.loads(templates.stdout)] == ["CR109"]
