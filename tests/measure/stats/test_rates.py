"""Rates, their difference and ratio, against the papers and against what must always hold."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.measure.stats import (
    Interval,
    Proportion,
    enough,
    enough_payers,
    newcombe,
    pooled_z,
    rr_log_adjusted,
    score_test,
    wilson,
)

counted = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
alphas = st.sampled_from([0.5, 0.1, 0.05, 0.001, 1e-12])


@pytest.mark.parametrize(
    ("count", "total", "expected"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
        # worked by hand: p = 0.5, n = 4, z² = 3.8415 -> 0.5 ± 0.98 / 2.7998
        (2, 4, (0.15, 0.85)),
        (0, 1, (0.0, 0.7935)),
        (1, 1, (0.2065, 1.0)),
    ],
)
def test_wilson_agrees_with_the_paper(
    count: int, total: int, expected: tuple[float, float]
) -> None:
    found = wilson(count, total)
    assert (round(found.lo, 4), round(found.hi, 4)) == expected
    assert found.interval == Interval(found.lo, found.hi)


@pytest.mark.parametrize(
    ("treated", "control", "difference", "expected"),
    [
        # Newcombe 1998, Statistics in Medicine 17:873, table II, method 10, examples a to h
        ((56, 70), (48, 80), 0.2, (0.0524, 0.3339)),
        ((9, 10), (3, 10), 0.6, (0.1705, 0.8090)),
        ((6, 7), (2, 7), 0.5714, (0.0582, 0.8062)),
        ((5, 56), (0, 29), 0.0893, (-0.0381, 0.1926)),
        ((0, 10), (0, 10), 0.0, (-0.2775, 0.2775)),
        ((10, 10), (0, 20), 1.0, (0.6791, 1.0)),
    ],
)
def test_newcombe_agrees_with_the_paper(
    treated: tuple[int, int],
    control: tuple[int, int],
    difference: float,
    expected: tuple[float, float],
) -> None:
    found = newcombe(*treated, *control)
    assert round(found.diff, 4) == difference
    assert (round(found.lo, 4), round(found.hi, 4)) == expected
    assert found.interval == Interval(found.lo, found.hi)


@given(counted, alphas)
def test_a_wilson_interval_holds_its_rate_and_stays_between_0_and_1(
    seen: tuple[int, int], alpha: float
) -> None:
    found = wilson(*seen, alpha)
    assert 0 <= found.lo <= found.rate <= found.hi <= 1
    assert found.lo < found.hi


@given(counted)
def test_wilson_is_where_the_score_test_turns(seen: tuple[int, int]) -> None:
    k, n = seen
    found = wilson(k, n, 0.05)
    for bound in {found.lo, found.hi} - {0.0, 1.0}:
        z = (k / n - bound) / (bound * (1 - bound) / n) ** 0.5
        assert abs(z) == pytest.approx(1.959963984540054, rel=1e-6)


@given(counted, counted)
def test_swapping_the_arms_mirrors_the_difference(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    found, mirror = newcombe(*one, *other), newcombe(*other, *one)
    assert mirror.diff == pytest.approx(-found.diff)
    assert (mirror.lo, mirror.hi) == pytest.approx((-found.hi, -found.lo))
    assert -1 <= found.lo <= found.diff <= found.hi <= 1


@given(counted, counted)
def test_swapping_the_arms_turns_the_ratio_over(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    found, turned = rr_log_adjusted(*one, *other), rr_log_adjusted(*other, *one)
    assert (turned.lo, turned.hi) == pytest.approx((1 / found.hi, 1 / found.lo))
    assert (found.rr is None) == (other[0] == 0)


def test_a_ratio_to_nobody_is_unknown_but_its_interval_is_not() -> None:
    found = rr_log_adjusted(30, 200, 0, 50)
    assert found.rr is None
    assert 0 < found.lo < found.hi


@pytest.mark.parametrize(("k", "n"), [(0, 10), (10, 10)])
def test_equal_arms_without_any_variance_have_no_test(k: int, n: int) -> None:
    assert pooled_z(k, n, k, n) == {"z": None, "p": None}


def test_the_score_test_of_no_difference_is_the_pooled_z() -> None:
    assert score_test(1350, 9000, 120, 1000) == pooled_z(1350, 9000, 120, 1000)


@pytest.mark.parametrize("alpha", [0, 1, -0.1, 1.5])
def test_alpha_lies_between_0_and_1(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        wilson(1, 2, alpha)


@pytest.mark.parametrize(("k", "n"), [(0, 0), (3, 2), (-1, 2), (1, inf)])
def test_what_is_no_proportion_is_refused(k: int, n: float) -> None:
    with pytest.raises(ValueError, match=r"nobody was counted|is no proportion"):
        wilson(k, n)
    for compare in (newcombe, rr_log_adjusted, pooled_z):
        with pytest.raises(ValueError, match=r"nobody was counted|is no proportion"):
            compare(1, 2, k, n)


def test_more_than_everybody_is_no_proportion() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        Proportion(3, 2)


def test_enough_wants_ten_of_both_kinds_in_both_arms() -> None:
    assert enough(Proportion(10, 20), Proportion(500, 1000))
    assert not enough(Proportion(9, 1000), Proportion(500, 1000))
    assert not enough(Proportion(500, 1000), Proportion(11, 20))


def test_money_wants_a_hundred_payers_in_every_arm() -> None:
    assert enough_payers(100, 2500)
    assert not enough_payers(99, 2500)
