"""The course as pages: each task as trainees get it, with a link to the other language. Written by
`python -m tests.support.course_pages`, and held equal by a test.
"""

from collections.abc import Iterator
from pathlib import Path

from recovery.simulate.lab.course import course
from recovery.simulate.lab.exercise import Exercise

ROOT = Path(__file__).parents[2]
FOLDERS = {"en": Path("docs/course"), "zh-CN": Path("docs/zh-CN/course")}
_TONGUES = {
    "en": "**English** · [简体中文](../zh-CN/course/{file}) · [The course](README.md)",
    "zh-CN": "[English](../../course/{file}) · **简体中文** · [课程](README.md)",
}


def pages() -> Iterator[tuple[Path, str]]:
    """Each page of a task by its place in the repository, and its text."""
    for exercise in course():
        for lang, folder in FOLDERS.items():
            yield folder / _file(exercise), _page(exercise, lang)


def _file(exercise: Exercise) -> str:
    return f"{exercise.folder.name}.md"


def _page(exercise: Exercise, lang: str) -> str:
    title, _, rest = exercise.task(lang).partition("\n")
    return f"{title}\n\n{_TONGUES[lang].format(file=_file(exercise))}\n{rest}"


if __name__ == "__main__":
    for place, text in pages():
        (ROOT / place).write_text(text, "utf-8")
