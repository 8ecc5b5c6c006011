"""Several comparisons never say more than one, and versions are not thrown together."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.measure.stats import bh, bonferroni, holm, stratified_lift

chances = st.lists(st.floats(0, 1), max_size=12)


@given(chances)
def test_corrections_stand_in_their_order(p: list[float]) -> None:
    """p ≤ Benjamini-Hochberg ≤ Holm ≤ Bonferroni ≤ 1, in the order the p-values came."""
    ladders = zip(p, bh(p).adjusted, holm(p).adjusted, bonferroni(p).adjusted, strict=True)
    for raw, *rungs in ladders:
        steps = [raw, *rungs, 1.0]
        assert all(low <= high + 1e-15 for low, high in pairwise(steps))


@given(chances)
def test_a_smaller_p_never_gets_a_larger_one(p: list[float]) -> None:
    for correct in (bh, holm, bonferroni):
        pairs = sorted(zip(p, correct(p).adjusted, strict=True))
        adjusted = [one for _, one in pairs]
        assert adjusted == sorted(adjusted)


@given(st.floats(0, 1))
def test_one_comparison_alone_is_left_as_it_is(p: float) -> None:
    for correct in (bh, holm, bonferroni):
        assert correct([p]) == {"adjusted": [p], "rejections": int(p <= 0.05)}


def test_no_comparison_rejects_nothing() -> None:
    for correct in (bh, holm, bonferroni):
        assert correct([]) == {"adjusted": [], "rejections": 0}


def test_equal_p_values_get_equal_ones() -> None:
    assert holm([0.03, 0.03, 0.03]).adjusted == pytest.approx([0.09] * 3)
    assert bh([0.03, 0.03, 0.03]).adjusted == pytest.approx([0.03] * 3)


@pytest.mark.parametrize("p", [[-0.1], [1.1], [float("nan")]])
def test_what_is_no_p_value(p: list[float]) -> None:
    for correct in (bh, holm, bonferroni):
        with pytest.raises(ValueError, match="p-value"):
            correct(p)


def test_versions_with_other_shares_find_no_lift_that_is_not_there() -> None:
    calm = {"kt": 100, "nt": 1000, "kc": 100, "nc": 1000}
    busy = {"kt": 2700, "nt": 9000, "kc": 300, "nc": 1000}
    found = stratified_lift([calm, busy])
    assert found.diff == 0.0
    assert found.lo < 0 < found.hi
    assert found.wrong_pooled_diff == pytest.approx(0.08)


def test_one_version_is_a_plain_difference() -> None:
    found = stratified_lift([{"kt": 30, "nt": 100, "kc": 20, "nc": 100}])
    assert found.diff == pytest.approx(0.1)
    assert found.se == pytest.approx((0.0021 + 0.0016) ** 0.5)
    assert found.wrong_pooled_diff == pytest.approx(found.diff)


def test_a_version_weighs_as_much_as_it_treated() -> None:
    small = {"kt": 10, "nt": 100, "kc": 0, "nc": 100}
    large = {"kt": 90, "nt": 300, "kc": 60, "nc": 300}
    none = {"kt": 0, "nt": 0, "kc": 5, "nc": 50}
    assert stratified_lift([small, large, none]).diff == pytest.approx(0.1)
    assert stratified_lift([small, large]).diff == pytest.approx(0.1)


def test_without_any_variance_there_is_no_interval() -> None:
    found = stratified_lift([{"kt": 0, "nt": 10, "kc": 0, "nc": 10}])
    assert (found.diff, found.lo, found.hi) == (0.0, None, None)


def test_what_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="nobody was treated"):
        stratified_lift([])
    with pytest.raises(ValueError, match="nobody was counted"):
        stratified_lift([{"kt": 1, "nt": 10, "kc": 0, "nc": 0}])
