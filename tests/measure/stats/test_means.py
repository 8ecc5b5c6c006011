"""Means, ratios and adjusted means: the same from sums as from rows, and honest about clusters."""

from statistics import fmean, linear_regression, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.measure.stats import order_rate_delta, order_rates, welch_delta
from recovery.measure.stats.moments import mean, moments, ratio

money = st.lists(st.integers(-(10**7), 10**9), min_size=2, max_size=30)
baskets = st.lists(
    st.integers(1, 8).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d))),
    min_size=2,
    max_size=40,
)


def sums(rows: list[int]) -> dict[str, float]:
    return {"n": len(rows), "sum": sum(rows), "ss": sum(x * x for x in rows)}


def clusters(rows: list[tuple[int, int]]) -> dict[str, float]:
    return {
        "n": len(rows),
        "ms": sum(m for m, _ in rows),
        "mss": sum(m * m for m, _ in rows),
        "ds": sum(d for _, d in rows),
        "dss": sum(d * d for _, d in rows),
        "md": sum(m * d for m, d in rows),
    }


@given(money)
def test_sums_of_whole_cents_lose_nothing(rows: list[int]) -> None:
    found = mean(**sums(rows))
    assert found.mean == pytest.approx(fmean(rows))
    assert found.variance == pytest.approx(variance(rows), rel=1e-12)


def test_a_large_sum_keeps_its_small_variance() -> None:
    rows = [10**12, 10**12 + 1, 10**12 + 2]
    assert mean(**sums(rows)).variance == 1.0


@given(money, money)
def test_swapping_the_arms_mirrors_the_effect(a: list[int], b: list[int]) -> None:
    found, mirror = welch_delta(sums(a), sums(b)), welch_delta(sums(b), sums(a))
    assert mirror.est == pytest.approx(-found.est)
    if found.lo is not None:
        assert (mirror.lo, mirror.hi) == pytest.approx((-found.hi, -found.lo))
        assert mirror.p == pytest.approx(found.p)


@given(baskets)
def test_the_error_of_a_ratio_is_that_of_its_residuals(rows: list[tuple[int, int]]) -> None:
    whole = sum(m for m, _ in rows) / sum(d for _, d in rows)
    residuals = [m - whole * d for m, d in rows]
    middle = sum(d for _, d in rows) / len(rows)
    found = ratio(**clusters(rows))
    assert found.mean == pytest.approx(whole)
    assert found.variance == pytest.approx(variance(residuals) / middle**2, abs=1e-9)


@given(baskets)
def test_customers_twice_as_many_halve_the_variance(rows: list[tuple[int, int]]) -> None:
    once, twice = ratio(**clusters(rows)), ratio(**clusters(rows * 2))
    n = len(rows)
    assert twice.variance / (2 * n) == pytest.approx(
        once.variance / n / 2 * (n - 1) * 2 / (2 * n - 1), abs=1e-12
    )


@given(baskets, baskets)
def test_order_rates_from_rows_and_from_sums_agree(
    t: list[tuple[int, int]], c: list[tuple[int, int]]
) -> None:
    lists = [list(column) for rows in (t, c) for column in zip(*rows, strict=True)]
    found = order_rate_delta(*lists)
    assert found == order_rates(clusters(t), clusters(c))
    assert found.diff == pytest.approx(found.rate_t - found.rate_c)
    assert found.lo_z <= found.diff <= found.hi_z


def test_orders_that_hang_together_are_no_strangers() -> None:
    """Each customer pays all eight orders or none: eight orders say as much as one."""
    payers, others = [8] * 20 + [0] * 20, [8] * 40
    found = order_rate_delta(payers, others, payers, others)
    assert found.se / found.naive_binomial_se == pytest.approx((8 * 40 / 39) ** 0.5)


def test_one_order_a_customer_is_a_plain_rate() -> None:
    found = order_rate_delta([1, 0, 0, 1], [1] * 4, [1, 0, 0, 0], [1] * 4)
    assert found.se_t == pytest.approx((0.25 / 3) ** 0.5)
    assert found.se_c == pytest.approx((0.25 * 0.75 / 3) ** 0.5)


def test_an_adjusted_mean_takes_out_what_was_known_before() -> None:
    before, after = [3, 5, 8, 13, 21, 2], [7, 9, 18, 25, 44, 6]
    slope = linear_regression(before, after).slope
    left = [y - slope * x for x, y in zip(before, after, strict=True)]
    arm = {
        "t": "ra",
        "n": 6,
        "ps": sum(after),
        "pss": sum(y * y for y in after),
        "xs": sum(before),
        "xss": sum(x * x for x in before),
        "px": sum(x * y for x, y in zip(before, after, strict=True)),
    }
    one, _ = moments(arm, arm)
    assert one.mean == pytest.approx(fmean(left))
    # Both arms are the same twelve customers, which leaves the slope where it was.
    assert one.variance == pytest.approx(variance(left))
    assert one.base == pytest.approx(fmean(after))


def test_what_never_varied_before_adjusts_nothing() -> None:
    arm = {"t": "ra", "n": 3, "ps": 6, "pss": 14, "xs": 3, "xss": 3, "px": 6}
    assert moments(arm, arm)[0].mean == 2.0


def test_a_relative_effect_is_measured_against_the_control() -> None:
    control, treated = sums([10, 12, 8, 10]), sums([15, 15, 14, 16])
    absolute = welch_delta(control, treated)
    relative = welch_delta(control, treated, diff="relative")
    assert relative.est == pytest.approx(absolute.est / 10)
    assert relative.se > absolute.se / 10  # the control's mean is itself uncertain


def test_what_is_not_defined_is_none() -> None:
    zero = {"n": 3, "sum": 0, "ss": 0}
    some = sums([1, 2, 3])
    one = {"n": 1, "sum": 5, "ss": 25}
    nothing = dict.fromkeys(("est", "lo", "hi", "se", "p"))
    assert welch_delta(zero, some, diff="relative") == nothing
    assert welch_delta(zero, zero) == {**nothing, "est": 0.0, "se": 0.0}
    assert welch_delta(some, one) == {**nothing, "est": 3.0}


def test_what_is_impossible_is_refused() -> None:
    some = sums([1, 2, 3])
    with pytest.raises(ValueError, match="nobody was counted"):
        welch_delta(some, {"n": 0, "sum": 0, "ss": 0})
    with pytest.raises(ValueError, match="'median'"):
        welch_delta(some, {"t": "median", "n": 3})
    with pytest.raises(ValueError, match="'utest'"):
        welch_delta(some, some, kind="utest")
    with pytest.raises(ValueError, match="'odds'"):
        welch_delta(some, some, diff="odds")
    with pytest.raises(ValueError, match="two customers"):
        order_rate_delta([1], [1], [1, 0], [1, 1])
    with pytest.raises(ValueError, match="2 numerators, 1 denominators"):
        order_rate_delta([1, 0], [1], [1, 0], [1, 1])
