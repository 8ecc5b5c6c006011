"""docs/course: the very tasks that trainees get, all of them on the index, in both languages."""

import re
from pathlib import Path

import pytest

from recovery.simulate.lab.course import course
from tests.support.course_pages import FOLDERS, ROOT, pages

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
