"""A difference between customers: one look or all of them, one sequence or several, one version or
two with other shares."""

from itertools import pairwise
from math import inf, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.campaign.experiments import Decision, Rule
from recovery.measure import stats
from recovery.measure.lift import Lift, Stratum, lifts
from recovery.measure.stats import Proportion

FIXED = Decision(rule=Rule.FIXED, customers=4_000)


def stratum(kt: int, nt: int, kc: int, nc: int) -> Stratum:
    return Stratum(Proportion(kt, nt), Proportion(kc, nc))


def one(*strata: Stratum, decision: Decision | None = None, share: float = 0.8) -> Lift:
    return lifts({"plain": strata}, decision or Decision(), {"plain": share})["plain"]


ROOMY = stratum(480, 3_200, 80, 800)


def test_at_every_look_the_interval_is_the_sequence() -> None:
    lift = one(ROOMY)
    sums = [
        {"t": "prop", "n": side.total, "sum": side.count} for side in (ROOMY.control, ROOMY.treated)
    ]
    expected = stats.asymptotic_cs(*sums, nstar=5_000)
    assert lift.interval is not None
    assert (lift.absolute, lift.p) == pytest.approx((0.05, expected.p))
    assert (lift.interval.low, lift.interval.high) == pytest.approx((expected.lo, expected.hi))
    assert lift.incremental == pytest.approx(160)
    assert lift.one_look is not None
    assert lift.interval.low < lift.one_look.low < lift.one_look.high < lift.interval.high


def test_the_planned_number_tunes_it() -> None:
    widths = []
    for planned in (1_000, 4_000, 100_000):
        interval = one(ROOMY, decision=Decision(customers=planned)).interval
        assert interval is not None
        widths.append(interval.high - interval.low)
    assert min(widths) == widths[1]  # 4,000 have matured


def test_at_one_look_the_interval_is_newcombe_s_and_waits_for_the_planned_number() -> None:
    lift = one(ROOMY, decision=FIXED)
    assert lift.interval == lift.one_look == stats.newcombe(*ROOMY.cells).interval
    assert lift.enough_data
    later = Decision(rule=Rule.FIXED, customers=4_001)
    assert not one(ROOMY, decision=later).enough_data


@pytest.mark.parametrize(
    ("cells", "enough"),
    [
        ((10, 20, 10, 20), True),
        ((9, 20, 10, 20), False),
        ((11, 20, 10, 20), False),
        ((10, 20, 9, 20), False),
        ((10, 20, 11, 20), False),
    ],
)
def test_the_burn_in_wants_ten_of_each_kind_in_each_arm(
    cells: tuple[int, int, int, int], enough: bool
) -> None:
    assert one(stratum(*cells)).enough_data is enough


def test_before_it_the_interval_is_no_narrower_than_for_one_look() -> None:
    lift = one(stratum(3, 3, 0, 2))  # without variance a sequence has no width
    assert lift.interval is not None and lift.one_look is not None
    assert lift.interval.low <= lift.one_look.low <= lift.one_look.high <= lift.interval.high


def test_versions_with_other_shares_are_compared_within() -> None:
    """Nothing happened; thrown together, it would look like −4 points."""
    strata = (stratum(200, 1_000, 200, 1_000), stratum(900, 9_000, 100, 1_000))
    lift = one(*strata)
    assert (lift.absolute, lift.relative) == pytest.approx((0, 0), abs=1e-12)
    found = stats.stratified_lift(
        [dict(zip(("kt", "nt", "kc", "nc"), one.cells, strict=True)) for one in strata]
    )
    assert lift.one_look is not None
    assert (lift.one_look.low, lift.one_look.high) == pytest.approx((found.lo, found.hi))
    assert lift.relative_interval is not None and 0 in lift.relative_interval
    assert lift.harm_p is None


def test_a_version_with_nobody_in_one_arm_says_nothing() -> None:
    lift = one(ROOMY, stratum(50, 100, 0, 0), stratum(0, 0, 7, 10))
    assert lift.treated == ROOMY.treated
    assert lift.absolute == one(ROOMY).absolute


def test_nobody_to_compare_with_is_no_lift() -> None:
    lift = one(stratum(5, 10, 0, 0))
    assert (lift.absolute, lift.interval, lift.incremental, lift.smallest) == (None,) * 4
    assert not lift.enough_data


def test_two_sequences_share_the_chance_of_an_error() -> None:
    both = lifts({"a": [ROOMY], "b": [ROOMY]}, Decision(), {"a": 0.8, "b": 0.8})
    alone = one(ROOMY).interval
    assert alone is not None
    for lift in both.values():
        assert lift.interval is not None
        assert lift.interval.low < alone.low < alone.high < lift.interval.high


def test_at_one_look_the_surest_is_tested_the_hardest() -> None:
    weak, strong = stratum(352, 3_200, 80, 800), ROOMY
    both = lifts({"weak": [weak], "strong": [strong]}, FIXED, {"weak": 0.8, "strong": 0.8})
    assert both["strong"].interval == stats.newcombe(*strong.cells, alpha=0.025).interval
    assert both["weak"].interval == stats.newcombe(*weak.cells).interval


def test_after_one_that_is_not_sure_the_others_are_not_tested_easier() -> None:
    weak, weaker = stratum(352, 3_200, 80, 800), stratum(336, 3_200, 80, 800)
    both = lifts({"a": [weak], "b": [weaker]}, FIXED, {"a": 0.8, "b": 0.8})
    for name, cells in (("a", weak.cells), ("b", weaker.cells)):
        assert both[name].interval == stats.newcombe(*cells, alpha=0.025).interval


@pytest.mark.parametrize("rule", list(Rule))
@given(
    kt=st.integers(0, 900),
    kc=st.integers(0, 100),
    more=st.tuples(st.integers(0, 400), st.integers(0, 400)),
)
def test_relative_and_absolute_lie_on_the_same_side_of_zero(
    rule: Rule, kt: int, kc: int, more: tuple[int, int]
) -> None:
    decision = Decision(rule=rule, customers=1_000)
    first = stratum(kt, 900, kc, 100)
    for strata in ([first], [first, stratum(more[0], 400, more[1], 400)]):
        lift = one(*strata, decision=decision)
        if lift.interval is None or lift.relative_interval is None:
            assert lift.interval is lift.relative_interval is None
            continue
        sure = min(abs(end) for end in (lift.interval.low, lift.interval.high)) > 1e-9
        assert not sure or (0 in lift.interval) == (0 in lift.relative_interval)
        assert lift.relative_interval.low >= -1
        assert lift.relative is None or lift.relative in lift.relative_interval


def test_the_relative_interval_is_that_of_t_less_r_times_c() -> None:
    """At its ends the interval of t − r·c just touches zero."""
    lift = one(ROOMY)
    assert lift.relative == pytest.approx(0.5)
    assert lift.relative_interval is not None
    (nt, pt), (nc, pc) = ((side.total, side.rate) for side in (ROOMY.treated, ROOMY.control))
    for end in (lift.relative_interval.low, lift.relative_interval.high):
        ratio = 1 + end
        error = sqrt(pt * (1 - pt) / (nt - 1) + ratio**2 * pc * (1 - pc) / (nc - 1))
        assert abs(pt - ratio * pc) == pytest.approx(lift.reach * error, rel=1e-3)
    none = one(stratum(20, 80, 0, 20))
    assert none.relative is None
    assert none.relative_interval is not None and none.relative_interval.high == inf


def test_what_one_look_would_say_is_not_told_before_its_day() -> None:
    early = one(ROOMY, decision=Decision(rule=Rule.FIXED, customers=4_001))
    assert (early.interval, early.relative_interval, early.p) == (None, None, None)
    assert (early.incremental_interval, early.enough_data) == (None, False)
    assert early.one_look == stats.newcombe(*ROOMY.cells).interval
    small = stratum(48, 320, 8, 80)
    both = lifts({"a": [ROOMY], "b": [small]}, FIXED, {"a": 0.8, "b": 0.8})
    assert both["a"].interval is None, "it waits for the last"
    few = one(stratum(700, 3_900, 9, 100), decision=FIXED)
    assert (few.interval, few.enough_data) == (None, False), "ten of each kind, too"


def test_several_sequences_share_the_chance_of_a_false_harm() -> None:
    worse = stratum(160, 3_200, 80, 800)
    alone = one(worse).harm_p
    three = lifts({name: [worse] for name in "abc"}, Decision(), dict.fromkeys("abc", 0.8))
    assert alone is not None
    assert [lift.harm_p for lift in three.values()] == pytest.approx([3 * alone] * 3)


def test_harm_is_what_the_exact_test_says_of_fewer_only() -> None:
    better, worse = one(ROOMY), one(stratum(160, 3_200, 80, 800))
    assert better.harm_p == 1
    assert worse.harm_p == stats.beta_binomial_anytime(160, 80, 0.8).p < 0.01


def test_the_smallest_lift_that_can_be_seen_shrinks_with_customers() -> None:
    found = [one(stratum(12 * n, 80 * n, 3 * n, 20 * n)).smallest for n in (1, 10, 100)]
    sizes = [smallest.mde_abs for smallest in found if smallest]
    assert all(a > b for a, b in pairwise(sizes)) and len(sizes) == 3


def test_the_smallest_lift_is_what_the_interval_that_decides_can_see() -> None:
    """Were the truth just that, four of five intervals of that width would lie above zero."""
    daily, once = one(ROOMY), one(ROOMY, decision=FIXED)
    sizes = [lift.smallest.mde_abs for lift in (daily, once) if lift.smallest]
    assert sizes[1] == stats.mde_rr(0.1, 4_000, 0.8).mde_abs
    assert daily.interval is not None and daily.absolute is not None
    width = daily.absolute - daily.interval.low
    assert sizes[0] is not None and sizes[0] == pytest.approx(
        width * (daily.reach + 0.8416) / daily.reach, rel=0.05
    )


def test_silenced_it_has_no_number_left() -> None:
    lift = one(ROOMY).silent()
    assert (lift.absolute, lift.interval, lift.one_look, lift.relative, lift.p) == (None,) * 5
    assert (lift.incremental, lift.enough_data) == (None, False)
    assert lift.treated == ROOMY.treated
