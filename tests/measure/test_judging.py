"""What may be said, and what stands before it."""

from typing import Any

import pytest

from recovery.campaign.experiments import Rule
from recovery.measure.judging import Health, Verdict, alike, balance, judge, outcome
from recovery.measure.lift import Lift
from recovery.measure.stats import Interval, Proportion

SOME = Proportion(50, 100)
WELL = Health(srm_p=0.4)


def a_lift(low: float = -0.1, high: float = 0.1, **values: Any) -> Lift:
    usual = {"absolute": (low + high) / 2, "interval": Interval(low, high), "enough_data": True}
    return Lift(SOME, SOME, **(usual | values))


def judged(lift: Lift | None, health: Health = WELL, **values: Any) -> Verdict:
    return judge(lift, health, **({"draws": True, "over": False} | values))


def test_the_interval_decides() -> None:
    assert judged(a_lift()) is Verdict.INCONCLUSIVE
    assert judged(a_lift(0.01, 0.2)) is Verdict.LIFT
    assert judged(a_lift(-0.2, -0.01)) is Verdict.HARM
    assert judged(a_lift(0.0, 0.2)) is Verdict.INCONCLUSIVE  # zero is in it


def test_without_enough_data_nothing_is_said() -> None:
    assert judged(a_lift(0.01, 0.2, enough_data=False)) is Verdict.COLLECTING
    assert judged(a_lift(0.01, 0.2, enough_data=False), over=True) is Verdict.COLLECTING


def test_without_a_holdout() -> None:
    assert judged(None, draws=False) is Verdict.UNKNOWN
    assert judged(None) is Verdict.UNDRAWN


SPOILT = [
    (Health(srm_p=0.0009), Verdict.SRM_FAIL),
    (Health(srm_p=0.001), Verdict.LIFT),
    (Health(contaminated=1, held_out=99), Verdict.CONTAMINATED),
    (Health(contaminated=1, held_out=100), Verdict.LIFT),  # up to one in a hundred
    (Health(srm_p=0.0009, contaminated=9, held_out=9), Verdict.SRM_FAIL),
    (Health(early_p=1e-9), Verdict.LIFT),  # told, and blocks nothing
]


@pytest.mark.parametrize(("health", "verdict"), SPOILT)
def test_what_cannot_be_trusted_is_not_judged(health: Health, verdict: Verdict) -> None:
    assert judged(a_lift(0.01, 0.2), health) is verdict
    fixed = judged(a_lift(0.01, 0.2, rule=Rule.FIXED), health)
    assert (fixed is Verdict.FINAL) == (verdict is Verdict.LIFT)


def test_harm_is_told_from_the_first_converters_on() -> None:
    early = {"enough_data": False, "absolute": -0.1}
    assert judged(a_lift(harm_p=0.0099, **early)) is Verdict.HARM
    assert judged(a_lift(harm_p=0.01, **early)) is Verdict.COLLECTING


def test_one_look_is_final_and_never_before_it_is_due() -> None:
    fixed = {"rule": Rule.FIXED, "harm_p": 0.001}
    assert judged(a_lift(0.01, 0.2, **fixed)) is Verdict.FINAL
    assert judged(a_lift(0.01, 0.2, enough_data=False, **fixed)) is Verdict.COLLECTING


def test_over_is_final_with_its_outcome() -> None:
    lift = a_lift(0.01, 0.2)
    assert judged(lift, over=True) is Verdict.FINAL
    assert outcome(lift) is Verdict.LIFT


def test_sizes_are_asked_about_when_five_are_expected_in_each() -> None:
    assert balance([8_700, 1_300], [9_000, 1_000]) < 1e-20
    assert balance([45, 5], [45, 5]) == 1
    assert balance([46, 4], [45.1, 4.9]) is None
    assert balance([100], [100]) is None


def test_alike_before_anything_differed() -> None:
    assert alike([Proportion(50, 500), Proportion(10, 100)]) == pytest.approx(1)
    assert alike([Proportion(100, 500), Proportion(2, 100)]) < 0.001
    assert alike([Proportion(1, 500), Proportion(0, 100)]) is None
    assert alike([Proportion(50, 500)]) is None
    assert alike([]) is None
