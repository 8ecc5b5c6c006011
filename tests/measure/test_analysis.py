"""Counts in, verdict out: the worked examples of docs/measurement.md, and what they rest on."""

from collections.abc import Mapping

import pytest

from recovery.campaign.experiments import Decision, Rule
from recovery.measure.analysis import Drawn, Finding, analyze
from recovery.measure.cash import Cash
from recovery.measure.evidence.purses import Purse
from recovery.measure.judging import Verdict
from recovery.measure.stats import Interval, Proportion, cumulative_recovery, mde_rr, peeking, srm
from tests.support.pages import text_of

PAGES = ("docs/measurement.md", "docs/zh-CN/measurement.md")
TENTH: Mapping[str | None, float] = {"plain": 0.9, None: 0.1}
EXAMPLE = Drawn(TENTH, {"plain": Proportion(675, 4500), None: Proportion(60, 500)})


def plain(*drawn: Drawn, decision: Decision | None = None, over: bool = False) -> Finding:
    return analyze(drawn, decision, over=over)["plain"]


def points(interval: Interval | None) -> tuple[float, float]:
    """In percentage points, as the page tells them."""
    assert interval is not None
    return round(100 * interval.low, 1), round(100 * interval.high, 1)


def told(*words: str) -> None:
    """Both pages have these numbers."""
    for page in PAGES:
        missing = [word for word in words if word not in text_of(page)]
        assert not missing, (page, missing)


def test_the_example_is_not_settled() -> None:
    found = plain(EXAMPLE)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.lift.incremental == pytest.approx(135)
    assert found.lift.relative == pytest.approx(0.25)
    assert points(found.lift.interval) == (-1.7, 7.7)
    assert points(found.lift.one_look) == (-0.3, 5.8)
    ends = found.lift.incremental_interval
    assert ends is not None and (round(ends.low), round(ends.high)) == (-76, 346)
    assert found.lift.smallest is not None and round(100 * found.lift.smallest.mde_abs, 1) == 6.1
    told("−1.7", "+7.7", "−0.3", "+5.8", "−76", "+346", "6.1", "4.4", "**135**")


def test_more_customers_or_a_larger_hold_out_settle_it() -> None:
    four = plain(Drawn(TENTH, {"plain": Proportion(2700, 18_000), None: Proportion(240, 2000)}))
    fifth = Drawn(
        {"plain": 0.8, None: 0.2}, {"plain": Proportion(1200, 8000), None: Proportion(240, 2000)}
    )
    assert (four.verdict, points(four.lift.interval)) == (Verdict.LIFT, (0.6, 5.4))
    assert points(plain(fifth).lift.interval) == (0.5, 5.5)
    told("+0.6", "+5.4", "+0.5", "+5.5")


def test_two_sequences_share_the_chance_of_being_wrong() -> None:
    drawn = Drawn(
        {"plain": 0.45, "offer": 0.45, None: 0.1},
        {
            "plain": Proportion(675, 4500),
            "offer": Proportion(720, 4500),
            None: Proportion(120, 1000),
        },
    )
    found = analyze([drawn])
    assert points(found["plain"].lift.interval) == (-0.8, 6.8)
    assert points(found["offer"].lift.interval) == (0.2, 7.8)
    verdicts = {name: one.verdict for name, one in found.items()}
    assert verdicts == {"plain": Verdict.INCONCLUSIVE, "offer": Verdict.LIFT}
    told("−0.8", "+6.8", "+0.2", "+7.8")


def test_other_shares_are_strata() -> None:
    may = Drawn(TENTH, {"plain": Proportion(180, 3600), None: Proportion(20, 400)})
    june = Drawn(
        {"plain": 0.5, None: 0.5}, {"plain": Proportion(400, 2000), None: Proportion(400, 2000)}
    )
    assert plain(may, june).lift.absolute == pytest.approx(0)
    assert round(100 * (580 / 5600 - 420 / 2400), 1) == -7.1
    told("−7.1")


def test_harm_is_told_by_an_exact_test() -> None:
    found = plain(Drawn(TENTH, {"plain": Proportion(28, 900), None: Proportion(22, 100)}))
    assert found.verdict is Verdict.HARM
    assert found.lift.harm_p == pytest.approx(0.0059, abs=0.0001)
    hasty = plain(Drawn(TENTH, {"plain": Proportion(9, 90), None: Proportion(1, 10)}))
    assert hasty.verdict is Verdict.COLLECTING


def test_groups_of_the_wrong_size_have_no_lift() -> None:
    lost = plain(Drawn(TENTH, {"plain": Proportion(675, 4500), None: Proportion(48, 400)}))
    assert lost.verdict is Verdict.SRM_FAIL
    assert srm([4500, 400], [0.9, 0.1]).p == pytest.approx(0.00002, abs=0.000005)
    assert srm([4500, 450], [0.9, 0.1]).p == pytest.approx(0.03, abs=0.005)
    told("0.00002", "0.03")


def test_a_fixed_test_waits_for_its_number() -> None:
    at_5000 = Decision(rule=Rule.FIXED, customers=5000)
    at_5001 = Decision(rule=Rule.FIXED, customers=5001)
    assert plain(EXAMPLE, decision=at_5000).verdict is Verdict.FINAL
    assert points(plain(EXAMPLE, decision=at_5000).lift.interval) == (-0.3, 5.8)
    early = plain(EXAMPLE, decision=at_5001)
    assert early.verdict is Verdict.COLLECTING
    assert (early.lift.interval, early.lift.p, early.lift.relative_interval) == (None, None, None)
    assert points(early.lift.one_look) == (-0.3, 5.8)
    on_the_day = plain(EXAMPLE, decision=at_5000).lift.smallest
    assert on_the_day is not None and round(100 * on_the_day.mde_abs, 1) == 4.4
    assert plain(EXAMPLE, over=True).verdict is Verdict.FINAL


def test_an_arm_that_nobody_is_in_has_no_lift() -> None:
    found = plain(Drawn(TENTH, {"plain": Proportion(3, 9)}))
    assert (found.verdict, found.lift.absolute) == (Verdict.COLLECTING, None)


def test_looking_often_is_wrong_as_often_as_told() -> None:
    chances = [round(100 * peeking(looks).false_positive_rate) for looks in (1, 5, 10, 20, 50)]
    assert chances == [5, 14, 19, 25, 32]
    told("| 5% | 14% | 19% | 25% | 32% |")


def test_the_curve_of_ten_customers() -> None:
    found = cumulative_recovery(
        {10.0: (2, 0), 20.0: (1, 0), 30.0: (0, 4), 50.0: (1, 0), 72.0: (0, 2)}, horizon=72
    )
    shares = [round(100 * (1 - found.F.at(hour)), 1) for hour in (10, 20, 50)]
    assert (shares, round(found.rmst_h)) == ([80.0, 70.0, 46.7], 49)
    told("= 80%", "= 70%", "= 46.7%", "53.3%")


def test_the_money_of_nine_hundred_customers() -> None:
    parts = {"list": 18_000_00, "discount": 600_00, "subsidy": 40_00, "refunds": 300_00}
    treated = Purse(units=900, payers=180, leaked=20_00, **parts)
    cash = Cash("EUR", treated, messages=30_00, organic=900 * 16_00)
    assert (cash.net, cash.per_customer, cash.incremental) == (17_010_00, 18_90, 2_610_00)
    spent = cash.incentives + cash.messages
    assert (spent, round(spent / (0.04 * 900))) == (690_00, 19_17)
    told("17,010.00", "18.90", "14,400.00", "2,610.00", "690.00", "19.17", "290.00")


def test_small_shops_see_what_triples() -> None:
    assert round(mde_rr(0.12, 300, 0.9).mde_rr, 1) == 2.5
