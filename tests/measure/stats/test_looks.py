"""What checks our checks: the cost of peeking, and the probability to be best."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recovery.measure.stats import p_best, peeking


def test_one_look_costs_nothing() -> None:
    assert peeking(1, 0.05).false_positive_rate == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("looks", "rate"),
    # Armitage, McPherson and Rowe (1969), table 2, nominal level 5 %
    [(2, 0.083), (3, 0.107), (4, 0.126), (5, 0.142), (10, 0.193), (20, 0.248)],
)
def test_peeking_costs_what_the_table_says(looks: int, rate: float) -> None:
    assert peeking(looks).false_positive_rate == pytest.approx(rate, abs=5e-4)


def test_looks_are_no_independent_tests() -> None:
    assert peeking(10).false_positive_rate < 1 - 0.95**10 - 0.15


@pytest.mark.parametrize(("looks", "alpha"), [(0, 0.05), (3, 0.0)])
def test_what_is_no_peeking(looks: int, alpha: float) -> None:
    with pytest.raises(ValueError, match=r"looks are none|alpha"):
        peeking(looks, alpha)


arms = st.lists(
    st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=3,
)


@settings(max_examples=20)
@given(arms)
def test_some_arm_is_the_best(counted: list[tuple[int, int]]) -> None:
    assert sum(p_best(counted).p_best) == pytest.approx(1, abs=1e-8)


@pytest.mark.parametrize("arm", [(0, 0), (0, 10_000), (5, 5), (300, 2500), (10_000, 10_000)])
def test_equal_arms_are_equally_good(arm: tuple[int, int]) -> None:
    assert p_best([arm] * 2).p_best == pytest.approx([0.5, 0.5], abs=1e-9)


def test_two_uniform_arms_against_a_sure_one() -> None:
    # P(X > max of two uniforms) for Beta(2, 1): ∫ 2x · x² dx = ½
    assert p_best([(1, 1), (0, 0), (0, 0)]).p_best == pytest.approx([0.5, 0.25, 0.25])


def test_more_than_everybody_is_no_arm() -> None:
    with pytest.raises(ValueError, match="proportion"):
        p_best([(3, 2)])
