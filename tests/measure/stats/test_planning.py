"""How many show what: the two questions are each other's inverse, and the answer holds."""

from math import sqrt
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.measure.stats import mde_rr, planned_total_n, total_for

rates, shares = st.floats(0.01, 0.6), st.floats(0.05, 0.95)


@given(rates, shares, st.integers(500, 1_000_000), st.sampled_from([0.8, 0.9]))
def test_the_two_are_each_others_inverse(pc: float, pi: float, n: int, power: float) -> None:
    found = mde_rr(pc, n, pi, power)
    if found.mde_rr is not None:
        plan = planned_total_n(pc, found.mde_rr, pi, power)
        assert plan.total_n_exact == pytest.approx(n, rel=1e-6)
        assert found.mde_abs == pytest.approx(pc * (found.mde_rr - 1))


@given(rates, shares, st.sampled_from([0.7, 1.2, 1.5]))
def test_the_planned_number_has_the_power_that_was_asked_for(
    pc: float, pi: float, rr: float
) -> None:
    pt = pc * rr
    plan = planned_total_n(pc, rr, pi, 0.8, 0.05)
    n = plan.total_n_exact
    error = sqrt(pt * (1 - pt) / (pi * n) + pc * (1 - pc) / ((1 - pi) * n))
    assert NormalDist().cdf(abs(pt - pc) / error - 1.959963984540054) == pytest.approx(0.8)
    assert plan.n_treat + plan.n_ctrl == plan.total_n
    assert 0 <= plan.total_n - n < 1
    assert 0 <= plan.n_treat - pi * plan.total_n < 1


def test_sensible_numbers_are_taken_where_none_are_given() -> None:
    assert planned_total_n(0.12, 1.3, 0.8) == planned_total_n(0.12, 1.3, 0.8, 0.8, 0.05)
    assert mde_rr(0.12, 300, 0.9) == mde_rr(0.12, 300, 0.9, 0.8, 0.05)


def test_no_ratio_to_a_rate_of_nothing_but_a_rise() -> None:
    found = mde_rr(0.0, 1000, 0.5)
    assert found.mde_rr is None
    assert total_for(0.0, found.mde_abs, 0.5) == pytest.approx(1000)


@pytest.mark.parametrize(("pc", "n"), [(0.9, 10), (1.0, 1000), (0.5, 2)])
def test_no_lift_goes_beyond_everybody(pc: float, n: int) -> None:
    assert mde_rr(pc, n, 0.5) == {"mde_rr": None, "mde_abs": None}


@pytest.mark.parametrize(
    ("pc", "rr", "pi"), [(0.12, 1.0, 0.5), (0.6, 2.0, 0.5), (-0.1, 2.0, 0.5), (0.1, 1.3, 1.0)]
)
def test_what_cannot_be_planned(pc: float, rr: float, pi: float) -> None:
    with pytest.raises(ValueError, match=r"no number of customers|leaves an arm empty"):
        planned_total_n(pc, rr, pi)


@pytest.mark.parametrize(("pc", "n", "pi"), [(0.1, 0, 0.5), (1.1, 100, 0.5), (0.1, 100, 0.0)])
def test_what_shows_nothing(pc: float, n: int, pi: float) -> None:
    with pytest.raises(ValueError, match=r"no lift to be seen|leaves an arm empty"):
        mde_rr(pc, n, pi)
