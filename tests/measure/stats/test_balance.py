"""Arms that don't have the sizes they were drawn for are found, and only these."""

from math import exp, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.measure.stats import dirichlet_multinomial_p, log_marginal_likelihoods, srm

counts = st.lists(st.integers(0, 5000), min_size=2, max_size=5).filter(any)


@given(counts, st.integers(1, 100))
def test_weights_need_not_sum_to_one(sizes: list[int], scale: int) -> None:
    shares = [1 / len(sizes)] * len(sizes)
    found = srm(sizes, shares)
    assert srm(sizes, [scale * share for share in shares])["chi2"] == pytest.approx(found.chi2)
    assert 0 <= found.p <= 1
    assert found.srm == (found.p < 0.001)


@given(counts)
def test_the_order_of_the_arms_means_nothing(sizes: list[int]) -> None:
    weights = [0.1 + place for place in range(len(sizes))]
    found, turned = srm(sizes, weights), srm(sizes[::-1], weights[::-1])
    assert turned.p == pytest.approx(found.p, abs=1e-12)
    sequential = dirichlet_multinomial_p(sizes, weights).log_bayes_factor
    again = dirichlet_multinomial_p(sizes[::-1], weights[::-1]).log_bayes_factor
    assert again == pytest.approx(sequential, abs=1e-7)


def test_a_tenth_of_the_hold_out_lost_is_seen() -> None:
    assert srm([45_000, 4_500], [0.9, 0.1]).srm
    assert dirichlet_multinomial_p([45_000, 4_500], [0.9, 0.1]).p < 1e-6
    assert not srm([45_000, 5_000], [0.9, 0.1]).srm


def test_somebody_in_an_arm_without_a_share_is_a_mismatch() -> None:
    assert srm([50, 50, 1], [0.5, 0.5, 0]) == {"chi2": inf, "p": 0.0, "srm": True}
    assert srm([50, 50, 0], [0.5, 0.5, 0]) == srm([50, 50], [0.5, 0.5])


def test_one_arm_alone_is_balanced() -> None:
    assert srm([12], [1.0]) == {"chi2": 0.0, "p": 1.0, "srm": False}


def test_nobody_drawn_speaks_neither_way_in_the_sequential_test() -> None:
    assert dirichlet_multinomial_p([0, 0], [0.9, 0.1]) == {"log_bayes_factor": 0.0, "p": 1.0}


@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=1, max_size=6))
def test_batching_does_not_change_the_evidence(rows: list[list[int]]) -> None:
    weights, prior = [0.4, 0.4, 0.2], [4.0, 4.0, 2.0]
    whole = [[sum(column) for column in zip(*rows, strict=True)]]
    one, other = (log_marginal_likelihoods(data, weights, prior) for data in (rows, whole))
    assert one.log_bayes_factor == pytest.approx(other.log_bayes_factor, abs=1e-9)
    assert one.log_M1 - one.log_M0 == pytest.approx(one.log_bayes_factor, abs=1e-9)
    sequential = dirichlet_multinomial_p(whole[0], weights, conc=10)
    assert sequential.log_bayes_factor == pytest.approx(one.log_bayes_factor, abs=1e-9)


def test_likelihoods_of_all_splits_sum_to_one() -> None:
    splits = [[[n, 5 - n]] for n in range(6)]
    found = [log_marginal_likelihoods(data, [0.7, 0.3], [2.0, 1.0]) for data in splits]
    assert sum(exp(one.log_M1) for one in found) == pytest.approx(1)
    assert sum(exp(one.log_M0) for one in found) == pytest.approx(1)


@pytest.mark.parametrize(
    ("sizes", "weights", "message"),
    [
        ([0, 0], [0.5, 0.5], "nobody was counted"),
        ([1, 2], [1.0], "2 counts and 1 weights"),
        ([], [], "0 counts"),
        ([-1, 2], [0.5, 0.5], "never below 0"),
        ([1, 2], [0, 0], "some weight"),
    ],
)
def test_what_cannot_be_balanced(sizes: list[int], weights: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        srm(sizes, weights)


def test_a_prior_needs_weights_and_a_concentration() -> None:
    with pytest.raises(ValueError, match="prior"):
        dirichlet_multinomial_p([1, 2], [1.0, 0.0])
    with pytest.raises(ValueError, match="prior"):
        dirichlet_multinomial_p([1, 2], [0.5, 0.5], conc=0)
    with pytest.raises(ValueError, match="prior"):
        log_marginal_likelihoods([[1, 2]], [0.5, 0.5], [1.0])
