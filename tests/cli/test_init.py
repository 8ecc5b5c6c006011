"""`recovery init`: a folder that works at once, and nobody's files touched."""

from pathlib import Path

import pytest

from recovery.cli.init import commented_settings
from recovery.settings import load_settings
from tests.support.cli import ROOT, answered, recovery


def test_a_new_project_has_everything_shipped_and_passes_the_check(tmp_path: Path) -> None:
    made = answered("init", tmp_path / "shop")
    assert made["project"] == str(tmp_path / "shop")
    for part in ("campaigns", "templates"):
        shipped = {
            file.relative_to(ROOT).as_posix() for file in (ROOT / part).rglob("*") if file.is_file()
        }
        assert shipped
        assert shipped <= set(made["files"])
    assert (tmp_path / "shop" / ".gitignore").read_text().splitlines()[1:] == [
        "var/",
        "backup/",
        ".env",
    ]
    assert answered("check", "--project", tmp_path / "shop")["problems"] == []


def test_the_settings_file_says_everything_and_changes_nothing(tmp_path: Path) -> None:
    recovery("init", tmp_path / "shop")
    written = load_settings(tmp_path / "shop", {})
    (tmp_path / "shop" / "recovery.toml").unlink()
    assert written == load_settings(tmp_path / "shop", {})


def test_every_commented_setting_is_one_when_the_mark_is_removed(tmp_path: Path) -> None:
    lines = commented_settings().splitlines()
    alive = [line.removeprefix("# ") if " = " in line else line for line in lines]
    (tmp_path / "recovery.toml").write_text("\n".join(alive), "utf-8")
    assert load_settings(tmp_path, {}).shop.name == "Example Shop"


def test_the_settings_file_holds_no_secret() -> None:
    for word in ("api_key", "auth_token", "secret", "smtp_url"):
        assert f"# {word} =" not in commented_settings()


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / ".gitignore").write_text("mine too")
    assert recovery("init", tmp_path).exit_code == 0
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / ".gitignore").read_text() == "mine too"


@pytest.mark.parametrize("name", ["campaigns", "templates", "recovery.toml"])
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    result = recovery("init", tmp_path)
    assert result.exit_code == 2
    assert name in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [name]
