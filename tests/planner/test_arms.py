"""A campaign's draw: shares as written, independence, and who stays where."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.planner.arms import Arm, draw, drawer


def test_campaigns_whose_names_run_on_draw_apart():
    draws = {
        (
            draw("exp1", f"1{n}", 5000, {"a": 10_000}).holdout,
            draw("exp11", f"{n}", 5000, {"a": 10_000}).holdout,
        )
        for n in range(50)
    }
    assert len(draws) == 4


def test_the_draws_that_were_made_stay():
    """Whoever was drawn yesterday is drawn the same today: these never change."""
    shares = {"plain": 5000, "free-shipping": 5000}
    arms = [draw("card-declined", f"shop:c-{n}", 1000, shares) for n in range(101, 107)]
    assert [(arm.sequence, arm.holdout) for arm in arms] == [
        ("plain", False),
        ("free-shipping", False),
        ("free-shipping", False),
        ("plain", False),
        ("free-shipping", False),
        ("plain", False),
    ]


def test_shares_come_out_as_written():
    shares = {"plain": 5000, "free-shipping": 3000, "call": 2000}
    arms = Counter(draw("card", f"shop:c{n}", 1000, shares) for n in range(50_000))
    held = sum(count for arm, count in arms.items() if arm.holdout)
    assert abs(held - 5_000) < 4 * 67  # four standard deviations of a binomial
    for name, share in shares.items():
        count = sum(count for arm, count in arms.items() if arm.sequence == name)
        assert abs(count - 5 * share) < 4 * 112


def test_a_bigger_holdout_moves_nobody_between_sequences():
    shares = {"a": 5000, "b": 5000}
    for n in range(2_000):
        before, after = (draw("x", f"k{n}", holdout, shares) for holdout in (1000, 2000))
        assert before.sequence == after.sequence
        assert after.holdout or not before.holdout


def test_campaigns_draw_independently():
    shares = {"a": 5000, "b": 5000}
    both = Counter(
        (draw("one", f"k{n}", 0, shares).sequence, draw("two", f"k{n}", 0, shares).sequence)
        for n in range(20_000)
    )
    assert all(abs(count - 5_000) < 4 * 62 for count in both.values())


KEYS = st.text(st.characters(max_codepoint=126, min_codepoint=33), min_size=1)


@given(st.lists(KEYS, max_size=9), st.sampled_from([0, 1500]))
def test_many_at_once_draw_as_one_does(keys, holdout):
    segments = [{"a": 10_000}, {"a": 2500, "b": 7500}]
    many = drawer("campaign", holdout, segments)
    for index, shares in enumerate(segments):
        expected = [draw("campaign", key, holdout, shares) for key in keys]
        assert many(keys, [index] * len(keys)) == expected


def test_no_holdout_holds_nobody_out():
    assert draw("x", "k", 0, {"a": 10_000}) == Arm("a", False)


def test_shares_that_do_not_sum_are_refused():
    with pytest.raises(ValueError, match="99 %"):
        draw("x", "k", 0, {"a": 5000, "b": 4900})
