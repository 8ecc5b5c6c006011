"""docs/course: the very tasks that trainees get, all of them on the index, in both languages."""

import json
import re
import shlex
from pathlib import Path

import pytest

from recovery.simulate.lab.course import course
from recovery.simulate.lab.desk import MEMORY
from tests.support.cli import recovery
from tests.support.course_pages import FOLDERS, ROOT, pages
from tests.test_tours import steps

PAGES = dict(pages())


@pytest.mark.parametrize("place", PAGES, ids=str)
def test_a_page_is_the_task(place: Path) -> None:
    assert (ROOT / place).read_text("utf-8") == PAGES[place], (
        "write them anew: python -m tests.support.course_pages"
    )


@pytest.mark.parametrize("lang", FOLDERS)
def test_the_index_names_every_exercise(lang: str) -> None:
    index = (ROOT / FOLDERS[lang] / "README.md").read_text("utf-8")
    listed = re.findall(r"^\| (\d+) \| \[(.+?)\]\((.+?)\) \| (\d+) \|", index, re.M)
    assert listed == [
        (str(one.exercise), one.title.in_(lang), f"{one.folder.name}.md", str(one.minutes))
        for one in course()
    ]
    assert {file.name for file in (ROOT / FOLDERS[lang]).glob("*.md")} == {
        "README.md",
        *(f"{one.folder.name}.md" for one in course()),
    }


def test_both_indexes_say_the_same() -> None:
    texts = [(ROOT / folder / "README.md").read_text("utf-8") for folder in FOLDERS.values()]
    headings = [re.findall(r"^(#+) ", text, re.M) for text in texts]
    assert headings[0] == headings[1]
    commands = [re.findall(r"^\$ (.+)$", text, re.M) for text in texts]
    assert commands[0] == commands[1]


@pytest.fixture(scope="module")
def memory() -> dict[str, str]:
    """The points of reference answers, played once for both languages."""
    return {}


@pytest.mark.parametrize("lang", FOLDERS)
def test_the_index_shows_what_is_printed(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: dict[str, str]
) -> None:
    """Line by line; how large a number is depends on the market, and may change with it."""
    monkeypatch.chdir(tmp_path)
    page = (FOLDERS[lang] / "README.md").as_posix()
    for command, shown in steps(page):
        if command.startswith("recovery lab grade"):  # what a class hands in is tried elsewhere
            break
        if command == "recovery lab check 3" and memory:
            (tmp_path / "lab-3" / MEMORY).write_text(memory["points"], "utf-8")
        told = recovery(*shlex.split(command)[1:], LANG=lang.replace("-", "_"), COLUMNS="120")
        lines = [line.strip() for line in told.stdout.splitlines() if line.strip()]
        if "…" in shown:
            lines = ["…", *lines[-len(shown) + 1 :]]
        assert _numberless(lines) == _numberless(shown), command
    kept = json.loads((tmp_path / "lab-3" / MEMORY).read_text("utf-8"))
    memory["points"] = json.dumps(kept | {"tries": 0})


def _numberless(lines: list[str]) -> list[str]:
    return [re.sub(r"[-+]?\d[\d,.]*", "#", line) for line in lines]
