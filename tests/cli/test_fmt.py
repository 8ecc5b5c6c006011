"""`recovery fmt`: the normal form on disk, and a broken file left alone."""

from pathlib import Path

from tests.support.cli import answered, recovery

WIDE = """\
campaign: hello
status: active
trigger: {on: unpaid, after: PT1H}
goal: {paid_within: 7d}
segments:
    -   segment: all     # everybody
        sequence: plain
sequences:
    plain:
        - {step: reminder, after: 0m, email: unpaid-reminder}
limits: {quiet: 21:00-08:00}
"""


def test_files_are_written_once(project: Path) -> None:
    file = project / "campaigns" / "hello.yaml"
    file.write_text(WIDE.replace("\n", "\r\n"), "utf-8", newline="")
    checked = recovery("fmt", file, "--check", "--project", project)
    assert (checked.exit_code, checked.stdout) == (1, "would change campaigns/hello.yaml\n")
    assert b"\r\n" in file.read_bytes()
    assert answered("fmt", file, "--project", project)["changed"] == ["campaigns/hello.yaml"]
    text = file.read_text("utf-8")
    assert "  - segment: all     # everybody\n    sequence: plain\n" in text
    assert "after: 1h}" in text
    assert 'quiet: "21:00-08:00"' in text
    assert recovery("fmt", file, "--check", "--project", project).exit_code == 0


def test_a_fresh_project_is_in_its_normal_form(tmp_path: Path) -> None:
    assert recovery("init", tmp_path / "fresh").exit_code == 0
    result = recovery("fmt", "--check", "--project", tmp_path / "fresh")
    assert (result.exit_code, result.stdout) == (0, "All files are in their normal form.\n")


def test_a_broken_file_is_left_alone(project: Path) -> None:
    file = project / "campaigns" / "hello.yaml"
    broken = WIDE.replace("status: active", "status: activ")
    file.write_text(broken, "utf-8")
    result = recovery("fmt", file, "--project", project)
    assert result.exit_code == 65
    assert (
        result.stdout == "left alone campaigns/hello.yaml:2: 'activ' is not allowed for 'status'\n"
    )
    assert file.read_text("utf-8") == broken


def test_the_shipped_campaigns_keep_their_meaning(project: Path) -> None:
    before = answered("check", "--project", project)
    assert recovery("fmt", "--project", project).exit_code == 0
    assert answered("check", "--project", project) == before
    assert recovery("fmt", "--check", "--project", project).exit_code == 0
