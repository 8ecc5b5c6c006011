"""Broken files, each with the exact list of what must be told about it, and nothing else."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recovery.campaign.mending import mended
from recovery.campaign.parsing import read_campaign
from recovery.problems import Problem
from tests.support.broken_habits import HABITS
from tests.support.broken_pastes import PASTES
from tests.support.broken_text import TEXT
from tests.support.broken_values import VALUES

FOLDER = Path(__file__).parents[2] / "campaigns"
SAMPLE = (Path(__file__).parent / "sample.yaml").read_text(encoding="utf-8")
SHIPPED = [SAMPLE, *(file.read_text("utf-8") for file in sorted(FOLDER.glob("[!d]*.yaml")))]
CASES = TEXT | VALUES | HABITS | PASTES
SIGNS = " \t\n:-{}[],%&*!|>'\"#@a1：，　\u00a0“％é催\ufeff\x07"


def broken(edits: tuple[tuple[str, str], ...]) -> str:
    text = SAMPLE
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1) if old else new
    return text


def check(text: str) -> tuple[Problem, ...]:
    return read_campaign(text, "x.yaml").problems


def test_there_are_enough_of_them() -> None:
    assert len(CASES) == len(TEXT) + len(VALUES) + len(HABITS) + len(PASTES) > 140


@pytest.mark.parametrize("name", CASES)
def test_exactly_this_is_told(name: str) -> None:
    edits, expected = CASES[name]
    assert [(one.code, one.line, one.column) for one in check(broken(edits))] == expected


@pytest.mark.parametrize("name", CASES)
def test_a_safe_fix_does_what_it_says(name: str) -> None:
    text = broken(CASES[name][0])
    assert_mended(text)


@pytest.mark.parametrize("source", SHIPPED)
def test_a_right_file_is_left_in_peace(source: str) -> None:
    assert check(source) == ()
    assert mended(source.encode(), "x.yaml", check) == (source.encode(), ())


def assert_mended(text: str) -> None:
    raw, done = mended(text.encode(), "x.yaml", check)
    left = {(one.code, one.line) for one in check(raw.decode())}
    assert not left & {(one.code, one.line) for one in done}
    assert mended(raw, "x.yaml", check) == (raw, ()), "once more changes nothing"


def assert_sound(problems: tuple[Problem, ...], text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for one in problems:
        assert 1 <= one.line <= len(lines), one
        assert 1 <= one.column <= len(lines[one.line - 1]) + 1, one
        assert one.message and one.cure
        places = [edit.place for edit in one.fix.edits] if one.fix else []
        for place in (*places, *(other.place for other in one.related)):
            assert 1 <= place.line <= len(lines)
            assert 1 <= place.column <= len(lines[place.line - 1]) + 1


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(SHIPPED),
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 12), st.text(alphabet=SIGNS, max_size=4)),
        min_size=1,
        max_size=3,
    ),
)
def test_whatever_is_typed_the_check_ends_and_points_into_the_file(
    source: str, edits: list[tuple[float, int, str]]
) -> None:
    for where, length, text in edits:
        at = int(where * len(source))
        source = source[:at] + text + source[at + length :]
    assert_sound(check(source), source)
    assert_mended(source)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(SHIPPED),
    st.floats(0, 0.999),
    st.sampled_from(["delete", "double", "deeper", "higher", "swap"]),
)
def test_whatever_happens_to_a_line(source: str, where: float, what: str) -> None:
    lines = source.split("\n")
    at = int(where * len(lines))
    line = lines[at]
    changed = {
        "delete": [],
        "double": [line, line],
        "deeper": [f"   {line}"],
        "higher": [line.removeprefix(" ")],
        "swap": [*lines[at + 1 : at + 2], line],
    }[what]
    end = at + 2 if what == "swap" else at + 1
    text = "\n".join(lines[:at] + changed + lines[end:])
    assert_sound(check(text), text)
    assert_mended(text)


def test_many_signs_of_one_line_are_one_problem_with_one_fix() -> None:
    old = "trigger: {on: payment_failed, after: 30m, not_after: 3d}"
    (one,) = check(
        SAMPLE.replace(old, "trigger：｛on：payment_failed，after: 30m，not_after: 3d｝")
    )
    assert one.fix and one.fix.shown == old
    assert [place.column for place in (one, *(other.place for other in one.related))] == [
        *(8, 9, 12, 27, 38, 52),
    ]
    assert one.message == "a full-width '：', '｛', '，', '｝' where YAML needs ':', '{', ',', '}'"


@pytest.mark.parametrize(
    ("old", "new", "fix"),
    [
        ("{from: 200 USD}", "{from: 2k USD}", "2000 USD"),
        ("{from: 200 USD}", "{from: 2万 CNY}", "20000 CNY"),
        ("{from: 200 USD}", "{from: 2x USD}", None),
        ("{from: 200 USD}", "{from: 1.200,00€}", "1200 EUR"),
        ("[US, GB]\n", "[GBR]\n", "GB"),
        ("[US, GB]\n", "[德国]\n", "DE"),
        ("500 USD per month", "500 USD／month", "500 USD per month"),
    ],
)
def test_a_fix_says_what_was_meant(old: str, new: str, fix: str | None) -> None:
    (one,) = check(SAMPLE.replace(old, new, 1))
    assert (one.fix.shown if one.fix else None) == fix


def test_braces_are_put_around_a_condition() -> None:
    text = SAMPLE.replace("if: {not_clicked: reminder}", "if: not_clicked: reminder")
    (one,) = check(text)
    lines = text.split("\n")
    for edit in reversed(one.fix.edits if one.fix else ()):
        line = lines[edit.place.line - 1]
        start, end = edit.place.column - 1, edit.place.end - 1
        lines[edit.place.line - 1] = line[:start] + edit.text + line[end:]
    assert "\n".join(lines) == SAMPLE


def test_a_cure_is_the_right_form_and_the_key_that_was_written() -> None:
    def cure(old: str, new: str) -> tuple[str, str]:
        one = next(one for one in check(SAMPLE.replace(old, new, 1)) if one.severity == "error")
        return one.message, one.cure

    assert cure("percent: 10%, min", "value: 10, min")[1] == "write 'percent: 10%'"
    assert "reminder" in cure("not_clicked: reminder", "not_clicked: ofer")[1]
    assert cure("[vip, returning]", "[[vip], new]")[0].startswith("'customer' must be one value")
    assert "300 EUR per day" in cure("500 USD per month", "300 EUR per year")[1]


@pytest.mark.parametrize("line", ['k: "\n', "description: '\n", "amount:\n", "trigger:\non: x\n"])
def test_very_many_mistakes_are_told_up_to_a_bound(line: str) -> None:
    problems = check(line * (300_000 // len(line)))
    assert len(problems) <= 501
    assert problems[-1].code == "CR099"
