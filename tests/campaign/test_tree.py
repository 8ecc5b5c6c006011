"""YAML as a tree of text, and what YAML itself would do to us."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recovery.campaign.loader import CampaignError, parse_campaign
from recovery.campaign.tree import grow

SAMPLE = (Path(__file__).parent / "sample.yaml").read_text(encoding="utf-8")


def test_every_value_is_text() -> None:
    tree = grow("a: [NO, 21:00, 012, 1.10, null, ~, true, 2026-01-01]\non: {yes: 0x10}\n", "x")
    words = ["NO", "21:00", "012", "1.10", "null", "~", "true", "2026-01-01"]
    assert tree.data == {"a": words, "on": {"yes": "0x10"}}


def test_every_key_and_value_has_a_place() -> None:
    tree = grow("a:\n  - b: 催付 x\n", "x")
    key, value = tree.key(("a", 0, "b")), tree.value(("a", 0, "b"))
    assert (key.line, key.column, key.end) == (2, 5, 6)
    assert (value.line, value.column, value.end) == (2, 8, 12)


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 12)]
    with pytest.raises(CampaignError) as error:
        grow("\n".join(lines), "x.yaml")
    (problem,) = error.value.problems
    assert (problem.code, problem.message) == ("CR009", "too many values or aliases")


def test_lists_may_have_names() -> None:
    source = SAMPLE.replace("market: [US, GB]\n", "market: &here [US, GB]\n")
    source = source.replace("market: [US, GB, DE, NO]", "market: *here")
    assert parse_campaign(source, "x.yaml").campaign.segments[1].market == ["US", "GB"]


@pytest.mark.parametrize("depth", [150, 100_000])
def test_a_well_of_brackets_is_refused(depth: int) -> None:
    with pytest.raises(CampaignError, match="CR009"):
        grow("a: " + "[" * depth + "]" * depth, "x.yaml")


def test_a_key_is_one_word() -> None:
    (problem,) = grow("{[a, b]: c, d: e}", "x.yaml").problems
    assert (problem.code, problem.message) == ("CR006", "not valid YAML: a key must be one word")


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, len(SAMPLE) - 1),
    st.integers(0, 12),
    st.text(alphabet=" \t\n:-{}[],%&*!|>'\"#a1：催", max_size=6),
)
def test_whatever_is_written_the_answer_is_a_campaign_or_problems(
    at: int, length: int, text: str
) -> None:
    try:
        parse_campaign(SAMPLE[:at] + text + SAMPLE[at + length :], "x.yaml")
    except CampaignError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.line >= 1
            assert problem.column >= 1
            assert problem.message
            assert problem.cure
