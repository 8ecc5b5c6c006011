"""Excerpts: carets under the right cells, long lines cut, nothing that steers a terminal."""

from io import StringIO

import pytest
from rich.console import Console

from recovery.campaign.cells import cells, shown
from recovery.campaign.parsing import read_campaign
from recovery.cli.diagnosis import diagnosis
from recovery.i18n import ENGLISH
from tests.support.example import CAMPAIGN


def drawn(source: str, **options: object) -> str:
    """The diagnosis of the only mistake, as a console of that kind prints it."""
    (problem,) = read_campaign(source, "x.yaml").problems
    file = StringIO()
    console = Console(file=file, markup=False, highlight=False, width=80, **options)
    console.print(diagnosis(problem, lambda _: source.split("\n"), ENGLISH), soft_wrap=True)
    return file.getvalue()


def test_carets_stand_under_wide_signs() -> None:
    told = drawn(CAMPAIGN.replace("sequence: personal", "sequence: 人工跟进"))
    line, carets = told.split("\n")[3:5]
    start = cells(line[: line.index("人")])
    assert line.endswith("人工跟进")
    assert carets == "   |" + " " * (start - 4) + "^" * 8


def test_all_signs_of_one_slip_are_marked_in_one_line() -> None:
    told = drawn(CAMPAIGN.replace("    customer: [vip]", "    customer： ［vip］"))
    assert " |     customer： ［vip］\n" in told
    assert " |             ^^ ^^   ^^\n" in told


def test_only_what_fix_writes_is_called_a_fix() -> None:
    assert "= fix: priority: 20\n" in drawn(CAMPAIGN.replace("priority: 20", "priority：20"))
    unsure = drawn(CAMPAIGN.replace("    market: [US, GB]", "    market: [US, GB"))
    assert "= suggestion: market: [US, GB]\n" in unsure


def test_a_tab_is_as_wide_as_the_line_shows_it() -> None:
    told = drawn(CAMPAIGN.replace("priority: 20", "priority:\thigh"))
    assert "4 | priority:   high\n  |             ^^^^\n" in told


def test_a_long_line_is_cut_around_the_mistake() -> None:
    words = "x" * 500
    told = drawn(CAMPAIGN.replace("priority: 20", f"priority: 2O    # {words}"))
    line, carets = told.split("\n")[3:5]
    assert line.endswith("…") and cells(line) < 100
    assert line[carets.index("^") :].startswith("2O ")


@pytest.mark.parametrize(
    ("options", "coloured"),
    [
        ({"force_terminal": True, "color_system": "standard"}, True),
        ({"force_terminal": True, "color_system": "standard", "no_color": True}, False),
        ({"force_terminal": False}, False),
    ],
)
def test_colours_are_for_terminals(options: dict[str, object], coloured: bool) -> None:
    told = drawn(CAMPAIGN.replace("priority: 20", "priority: high"), **options)
    assert ("\x1b[1;31m" in told) == coloured


@pytest.mark.parametrize(
    ("text", "width"), [("a", 1), ("催付", 4), ("é", 1), ("e\u0301", 1), ("：", 2), ("🛒", 2)]
)
def test_cells(text: str, width: int) -> None:
    assert cells(text) == width


def test_what_steers_a_terminal_is_not_printed() -> None:
    assert shown("a\x1b[2Jb\u200bc\u202ed") == "a\N{REPLACEMENT CHARACTER}[2Jb" + (
        "\N{REPLACEMENT CHARACTER}c\N{REPLACEMENT CHARACTER}d"
    )
    assert shown("a\u00a0b") == "a b"
