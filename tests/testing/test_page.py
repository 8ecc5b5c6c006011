"""docs/testing.md, in both languages, and the example project: every block is a test that runs."""

import re
import shutil
from pathlib import Path

import pytest

from tests.support.pages import ROOT, blocks
from tests.testing.test_plugin import run

EXAMPLE = ROOT / "docs/examples/tested-shop"
FURTHER_MARKETS = 3  # one test is run for four
PAGE, SISTER = "docs/testing.md", "docs/zh-CN/testing.md"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the example, without tests yet."""
    (folder := tmp_path / "shop").mkdir()
    shutil.copytree(EXAMPLE / "campaigns", folder / "campaigns")
    return folder


def code(page: str, kind: str) -> list[str]:
    return [text for found, text in blocks(page) if found == kind]


def test_every_example_of_the_page_holds(shop: Path) -> None:
    (shop / "tests").mkdir()
    for number, text in enumerate(code(PAGE, "python")):
        (shop / "tests" / f"test_block_{number}.py").write_text(text, "utf-8")
    said = run(shop, "")
    tests = sum(len(re.findall("^def test_", text, re.M)) for text in code(PAGE, "python"))
    assert f"{tests + FURTHER_MARKETS} passed" in said, said


def test_the_failing_example_fails_as_the_page_shows(shop: Path) -> None:
    (failing,), (shown,) = code(PAGE, "py"), code(PAGE, "text")
    said = [_plain(line) for line in run(shop, failing).splitlines()]
    assert "1 failed" in said[-1]
    assert [line for line in shown.splitlines() if _plain(line) not in said] == []


def _plain(line: str) -> str:
    """Rules are as wide as the terminal."""
    return re.sub("-{5,}", "--", line)


def test_the_examples_own_tests_pass(shop: Path) -> None:
    assert "9 passed" in (
        said := run(shop, (EXAMPLE / "tests/test_second_chance.py").read_text())
    ), said


def test_both_languages_show_the_same() -> None:
    assert [text for _, text in blocks(PAGE)] == [text for _, text in blocks(SISTER)]
