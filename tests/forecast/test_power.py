"""Planning numbers against the closed form, worked out apart from this code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.forecast.power import needed, smallest_lift


@pytest.mark.parametrize(
    ("baseline", "ratio", "treated", "total"),
    [
        (0.12, 1.2, 0.5, 6237.243095562742),
        (0.12, 1.2, 0.9, 16255.90202758523),
        (0.12, 1.3, 0.8, 4194.426795073681),
        (0.20, 1.25, 0.5, 2181.988566149047),
    ],
)
def test_how_many_are_needed(baseline: float, ratio: float, treated: float, total: float) -> None:
    lift = baseline * (ratio - 1)
    assert needed(baseline, lift, treated, 1 - treated) == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize(
    ("total", "treated", "lift"),
    [
        (300, 0.9, 0.18378334367264748),
        (3000, 0.9, 0.056437693845383254),
        (3000, 0.5, 0.03519372670954906),
    ],
)
def test_what_a_number_can_show(total: int, treated: float, lift: float) -> None:
    found = smallest_lift(0.12, total * treated, total * (1 - treated))
    assert found == pytest.approx(lift, abs=1e-9)


@given(
    baseline=st.floats(0.01, 0.6),
    treated=st.floats(0.05, 0.95),
    total=st.integers(500, 1_000_000),
)
def test_the_two_are_each_others_inverse(baseline: float, treated: float, total: int) -> None:
    lift = smallest_lift(baseline, total * treated, total * (1 - treated))
    if lift is not None:
        assert needed(baseline, lift, treated, 1 - treated) == pytest.approx(total, rel=1e-6)


@pytest.mark.parametrize(("treated", "control"), [(0, 10), (10, 0), (0, 0)])
def test_an_empty_arm_shows_nothing(treated: int, control: int) -> None:
    assert smallest_lift(0.12, treated, control) is None
    assert needed(0.12, 0.02, treated, control) is None


def test_no_lift_goes_beyond_everybody() -> None:
    assert smallest_lift(0.9, 5, 5) is None
    assert needed(0.99, 0.02, 0.5, 0.5) is None
