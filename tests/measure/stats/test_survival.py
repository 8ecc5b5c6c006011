"""Recovery curves: complete windows give plain rates, open ones count for as long as they were."""

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.measure.stats import at_risk, cumulative_recovery, km, logrank

watched = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 1)), min_size=1, max_size=60)


def split(rows: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [time for time, _ in rows], [event for _, event in rows]


def counted(rows: list[tuple[int, int]]) -> dict[int, tuple[int, int]]:
    return {
        time: (rows.count((time, 1)), rows.count((time, 0))) for time in {time for time, _ in rows}
    }


@given(watched)
def test_counts_and_rows_give_the_same_curve(rows: list[tuple[int, int]]) -> None:
    times, events = split(rows)
    assert dict(km(times, events).S) == dict(km(counted(rows)).S)
    one = cumulative_recovery(times, events, 24)
    other = cumulative_recovery(counted(rows), horizon=24)
    assert one.rmst_h == other.rmst_h
    assert dict(one.ci95_loglog) == dict(other.ci95_loglog)
    assert at_risk(times, events, 7) == at_risk(counted(rows), at=7)


@given(watched)
def test_without_open_windows_it_is_the_share_paid(rows: list[tuple[int, int]]) -> None:
    """Everybody was watched to hour 31: the curve is a plain count, its error the binomial one."""
    closed = [(time, 1) if paid else (31, 0) for time, paid in rows]
    found, curve = km(*split(closed)), cumulative_recovery(*split(closed), 31)
    for hour in (0, 5, 12, 30):
        share = sum(time <= hour and paid for time, paid in closed) / len(closed)
        assert curve.F.at(hour) == pytest.approx(share)
        if 0 < share < 1:
            error = (share * (1 - share) / len(closed)) ** 0.5
            assert found.greenwood_se.at(hour) == pytest.approx(error)
    mean = sum(min(time, 31) if paid else 31 for time, paid in closed) / len(closed)
    assert curve.rmst_h == pytest.approx(mean)


@given(watched)
def test_a_curve_only_rises_and_stays_within_its_interval(rows: list[tuple[int, int]]) -> None:
    found = cumulative_recovery(*split(rows), 30)
    values = list(found.F.values())
    assert values == sorted(values)
    for key, value in found.F.items():
        low, high = found.ci95_loglog[key]
        assert -1e-12 <= low <= value + 1e-12
        assert value <= high + 1e-12 <= 1 + 2e-12


def test_who_is_last_looked_at_when_another_pays_was_at_risk() -> None:
    assert km([5, 5], [1, 0]).S["5"] == 0.5


def test_a_cancelled_order_stays_at_risk() -> None:
    """Five orders: two paid, one cancelled first. 2 of 5 paid, not 2 of 4."""
    times, events = [10, 2, 20, 48, 48], [1, 2, 1, 0, 0]
    assert cumulative_recovery(times, events, 48).F["48"] == pytest.approx(0.4)
    censored = [0 if event == 2 else event for event in events]
    assert cumulative_recovery(times, censored, 48).F["48"] == pytest.approx(0.5)


def test_before_the_first_payment_and_after_the_last_order() -> None:
    found = cumulative_recovery([4, 6], [1, 1])
    assert (found.F["3"], found.ci95_loglog["3"]) == (0.0, [0.0, 0.0])
    assert (found.F["6"], found.ci95_loglog["6"]) == (1.0, [1.0, 1.0])
    assert found.rmst_h == 5.0
    assert km([4, 6], [1, 1]).greenwood_se["6"] is None


def test_the_mean_goes_on_level_to_a_horizon_after_the_last_look() -> None:
    assert cumulative_recovery([4, 6], [1, 0], 10).rmst_h == 4 + 6 * 0.5


def test_another_alpha_makes_another_interval() -> None:
    wide, narrow = (cumulative_recovery([1, 2, 3], [1, 0, 0], alpha=a) for a in (0.01, 0.5))
    assert wide.ci95_loglog["1"][0] < narrow.ci95_loglog["1"][0]


@given(watched, watched)
def test_two_groups_compare_alike_from_either_side(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    there, back = logrank(*split(one), *split(other)), logrank(*split(other), *split(one))
    assert (there.p is None) == (back.p is None)
    if there.chi2 is not None:
        assert back.chi2 == pytest.approx(there.chi2, abs=1e-9)
        assert logrank(t1=counted(one), t2=counted(other)).chi2 == pytest.approx(there.chi2)


def test_a_group_and_itself_do_not_differ() -> None:
    found = logrank([1, 2, 3], [1, 1, 0], [1, 2, 3], [1, 1, 0])
    assert (found.chi2, found.p) == (0.0, 1.0)


def test_without_a_payment_nothing_is_compared() -> None:
    assert logrank([1, 2], [0, 0], [1, 2], [0, 0]) == {"chi2": None, "p": None}


@pytest.mark.parametrize(
    ("times", "events", "message"),
    [
        ([], [], "nobody was watched"),
        ({}, None, "nobody was watched"),
        ({3.0: (0, 0)}, None, "nobody was watched"),
        ([-1], [1], "-1 is no time since the start"),
        ([1, nan], [1, 1], "nan is no time since the start"),
        ([1], [3], "no event"),
        ([1, 2], [1], "2 times and 1 events"),
    ],
)
def test_what_has_no_curve(times: list[int], events: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        km(times, events)


@pytest.mark.parametrize("horizon", [-1, nan])
def test_no_horizon_ends_before_the_start(horizon: float) -> None:
    with pytest.raises(ValueError, match="over before the start"):
        cumulative_recovery([1, 2], [1, 0], horizon)
