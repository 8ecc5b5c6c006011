"""`recovery codes`: the list, and one code with its example."""

import re

import pytest

from recovery.problems.codes import CODES
from tests.support.cli import ROOT, answered, recovery


def test_all_codes_are_listed() -> None:
    listed = recovery("codes").stdout
    assert all(f"[{code}]" in listed for code in CODES)
    assert [one["code"] for one in answered("codes")["codes"]] == list(CODES)


def test_one_code_is_explained_by_example() -> None:
    assert recovery("codes", "cr030").stdout == (
        "error[CR030] '72' is no duration\n"
        "= help: write 72m, 72h or 72d\n\n"
        f"{CODES['CR030'].why}\n\n"
        "wrong:\n\n"
        "    goal: {paid_within: 72}\n"
        "                        ^^\n\n"
        "right:\n\n"
        "    goal: {paid_within: 7d}\n\n"
    )


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_no_place_is_left_empty(lang: str) -> None:
    for one in answered("codes", "--lang", lang)["codes"]:
        told = f"{one['message']} {one['help']}"
        assert not re.search(r"(?<![{$])\{\w+\}(?!\})", told.replace("{name}", "")), told
        assert "{name}" not in told or one["code"] == "CR129", told


def test_in_chinese() -> None:
    assert recovery("codes", "CR030", LANG="zh_CN.UTF-8").stdout.startswith("错误[CR030] ")


def test_an_unknown_code_is_a_usage_error() -> None:
    result = recovery("codes", "CR3")
    assert result.exit_code == 2
    assert "there is no code CR3; " in result.stderr


@pytest.mark.parametrize(("page", "lang"), [("codes.md", "en"), ("zh-CN/codes.md", "zh-CN")])
def test_the_page_has_all_of_them(page: str, lang: str) -> None:
    told = recovery("codes", "--page", "--lang", lang).stdout
    written = (ROOT / "docs" / page).read_text("utf-8")
    assert written == told, f"run: recovery codes --page --lang {lang} > docs/{page}"
