"""Tails and quantiles: known values, and the laws that tie them together."""

from math import exp, inf, log, pi, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.measure.stats.tails import (
    beta_cdf,
    chi2_p,
    log_beta,
    normal_p,
    t_of,
    t_p,
    z_of,
    z_of_power,
)

sizes = st.floats(0.01, 1e7)


@pytest.mark.parametrize(
    ("alpha", "z"), [(0.05, 1.959963984540054), (0.01, 2.5758293035489004), (1e-300, 37.06578788)]
)
def test_quantiles_of_the_normal(alpha: float, z: float) -> None:
    assert z_of(alpha) == pytest.approx(z, rel=1e-9)


def test_power_is_one_sided() -> None:
    assert z_of_power(0.8) == pytest.approx(0.8416212335729143)
    with pytest.raises(ValueError, match="power"):
        z_of_power(1.0)


@given(st.floats(1e-200, 0.999))
def test_a_normal_quantile_has_its_tail(alpha: float) -> None:
    assert normal_p(z_of(alpha)) == pytest.approx(alpha, rel=1e-11)


@given(st.floats(0, 400))
def test_chi2_of_one_degree_is_a_squared_normal(chi2: float) -> None:
    assert chi2_p(chi2, 1) == pytest.approx(normal_p(sqrt(chi2)), rel=1e-11)


@given(st.floats(0, 400))
def test_chi2_of_two_degrees_is_exponential(chi2: float) -> None:
    assert chi2_p(chi2, 2) == pytest.approx(exp(-chi2 / 2), rel=1e-11)


@given(st.floats(0.01, 400), st.integers(1, 60))
def test_chi2_grows_by_two_degrees_as_it_should(chi2: float, df: int) -> None:
    # Abramowitz and Stegun (1964), 26.4.8: Q(x | k + 2) - Q(x | k) in closed form.
    half = chi2 / 2
    log_gamma = log_gamma_of(df / 2 + 1)
    step = exp(df / 2 * log(half) - half - log_gamma)
    assert chi2_p(chi2, df + 2) == pytest.approx(chi2_p(chi2, df) + step, rel=1e-10)


def log_gamma_of(half: float) -> float:
    """ln Γ of a whole or half number, by the recurrence."""
    rest, total = half, 0.0
    while rest > 1:
        rest -= 1
        total += log(rest)
    return total + (0 if rest == 1 else log(sqrt(pi)))


def test_the_ends_of_chi2() -> None:
    assert chi2_p(0, 3) == 1.0
    assert chi2_p(5.0, 0) == 1.0
    assert chi2_p(inf, 3) == 0.0


@pytest.mark.parametrize(
    ("alpha", "df", "t"),
    [
        # Student's table, two-sided
        (0.05, 1, 12.70620473617471),
        (0.05, 10, 2.2281388519649385),
        (0.01, 30, 2.749995653567231),
        (0.05, 1e7, 1.9599642216621296),
        (1e-50, 2, sqrt(2) * 1e25 * sqrt(2) / 2),
    ],
)
def test_quantiles_of_student(alpha: float, df: float, t: float) -> None:
    assert t_of(alpha, df) == pytest.approx(t, rel=1e-9)


@given(st.floats(1e-290, 0.99), st.floats(1, 1e7))
def test_a_quantile_of_student_has_its_tail(alpha: float, df: float) -> None:
    assert t_p(t_of(alpha, df), df) == pytest.approx(alpha, rel=1e-10)


def test_the_ends_of_student() -> None:
    assert t_p(0.0, 5) == 1.0
    assert t_p(1e200, 5) == 0.0
    assert t_p(-2.0, 5) == t_p(2.0, 5)


@given(st.floats(0, 1e6))
def test_student_of_two_degrees_in_closed_form(t: float) -> None:
    # P(|T| > t) = 1 - t / sqrt(t² + 2), written so that no digits are lost for large t.
    two = 2 / (t * t + 2 + t * sqrt(t * t + 2))
    assert t_p(t, 2) == pytest.approx(two, rel=1e-11)


@given(st.floats(-8, 8))
def test_student_of_many_degrees_is_normal(t: float) -> None:
    assert t_p(t, 1e12) == pytest.approx(normal_p(t), rel=1e-9)


@given(sizes, sizes)
def test_the_beta_function_goes_on_by_its_recurrence(a: float, b: float) -> None:
    # B(a + 1, b) = B(a, b) · a / (a + b)
    step = log_beta(a + 1, b) - log_beta(a, b)
    assert step == pytest.approx(log(a / (a + b)), abs=1e-14 * (abs(log_beta(a, b)) + 100))


def test_the_beta_function_keeps_its_digits_at_ten_million() -> None:
    # ln B(½, n) = ½ ln(π / n) + 1 / (8 n) + O(n⁻³)
    n = 1e7
    assert log_beta(0.5, n) == pytest.approx(0.5 * log(pi / n) + 1 / (8 * n), rel=1e-15)


@given(st.floats(0.01, 0.99), st.floats(0.2, 500), st.floats(0.2, 500))
def test_a_beta_share_mirrors(x: float, a: float, b: float) -> None:
    assert beta_cdf(x, a, b) + beta_cdf(1 - x, b, a) == pytest.approx(1, abs=1e-10)


@given(st.floats(0, 1), st.integers(1, 40))
def test_a_beta_share_of_one_kind_is_a_power(x: float, a: int) -> None:
    assert beta_cdf(x, a, 1) == pytest.approx(x**a, abs=1e-13)
