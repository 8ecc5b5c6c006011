"""p-values of a rise, against tables, counting by hand and another program's tails."""

from itertools import combinations
from math import comb
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.measure.alerts.chance import at_least, exact_rise, rise, unrest
from recovery.measure.alerts.series import Cell


def test_fishers_tea() -> None:
    """The lady who told three of four cups rightly: 17 of 70."""
    assert exact_rise(Cell(3, 4), Cell(1, 4)) == pytest.approx(17 / 70)
    assert exact_rise(Cell(4, 4), Cell(0, 4)) == pytest.approx(1 / 70)


@given(
    st.tuples(st.integers(0, 5), st.integers(1, 5)).filter(lambda one: one[0] <= one[1]),
    st.tuples(st.integers(0, 5), st.integers(1, 5)).filter(lambda one: one[0] <= one[1]),
)
def test_the_exact_test_counts_every_deal(last: tuple[int, int], usual: tuple[int, int]) -> None:
    hits, total = last[0] + usual[0], last[1] + usual[1]
    deals = list(combinations(range(total), hits))
    as_high = sum(sum(card < last[1] for card in deal) >= last[0] for deal in deals)
    assert exact_rise(Cell(*last), Cell(*usual)) == pytest.approx(as_high / len(deals))


def test_the_score_test_is_one_sided() -> None:
    """56 of 70 and 48 of 80, together 104 of 150: z is 0.2 over the root of 0.005695."""
    up = rise(Cell(56, 70), Cell(48, 80))
    z = 0.2 / (104 / 150 * 46 / 150 * (1 / 70 + 1 / 80)) ** 0.5
    assert z == pytest.approx(2.65, abs=0.001)
    assert up == pytest.approx(1 - NormalDist().cdf(z))
    assert rise(Cell(48, 80), Cell(56, 70)) == pytest.approx(1 - up)


def test_nothing_is_no_rise_and_nobody_no_rate() -> None:
    assert rise(Cell(0, 500), Cell(0, 9000)) == 1
    assert rise(Cell(500, 500), Cell(9000, 9000)) == 1
    with pytest.raises(ValueError, match="nobody"):
        rise(Cell(0, 0), Cell(1, 2))


def test_small_counts_are_counted_exactly() -> None:
    last, usual = Cell(6, 200), Cell(3, 6000)
    assert rise(last, usual) == pytest.approx(exact_rise(last, usual))
    assert rise(last, usual) < 1e-6


def test_a_rate_that_jumps_about_is_believed_less() -> None:
    calm = [Cell(100, 1000)] * 14
    wild = [Cell(40, 1000), Cell(160, 1000)] * 7
    last, usual = Cell(150, 1000), Cell(1400, 14_000)
    assert unrest(calm) == 1
    # Each day is 60 off, so χ² = 14 · 60² / (1000 · 0.1 · 0.9) over 13 degrees of freedom.
    assert unrest(wild) == pytest.approx(14 * 3600 / 90 / 13)
    assert rise(last, usual, calm) < 1e-3
    assert rise(last, usual, wild) > 0.1


@given(st.integers(1, 30), st.integers(0, 30), st.sampled_from([0.001, 0.02, 0.3, 0.9]))
def test_at_least_adds_up_the_binomial(total: int, count: int, rate: float) -> None:
    count = min(count, total)
    summed = sum(
        comb(total, k) * rate**k * (1 - rate) ** (total - k) for k in range(count, total + 1)
    )
    assert at_least(count, total, rate) == pytest.approx(summed, rel=1e-9)
