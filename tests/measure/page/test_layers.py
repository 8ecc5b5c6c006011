"""What lies across segments: tests of words, the global hold-out, and customers without offers."""

from dataclasses import replace
from datetime import timedelta

from recovery.campaign.experiments import Decision
from recovery.measure.across import Everything, Offers
from recovery.measure.drawn import Place
from recovery.measure.evidence.layered import Quarter
from recovery.measure.judging import Health, Verdict
from recovery.measure.lift import Stratum, lifts
from recovery.measure.page import page
from recovery.measure.report import Report
from recovery.measure.stats import Effect, Proportion
from recovery.measure.steps import StepTest, Variant
from tests.measure.page.test_page import text_of
from tests.support import reported

CALM, URGENT = Proportion(180, 900), Proportion(330, 900)
LIFT = lifts({"urgent": [Stratum(URGENT, CALM)]}, Decision(), {"urgent": 0.5})["urgent"]
ROWS = reported.report(reported.segment({"plain": (330, 900)}, (180, 900)))


def step_test(health: Health) -> StepTest:
    return StepTest(
        Place("card-declined", "plain", "reminder"),
        Decision(),
        health,
        (
            Variant("calm", 0.5, 950, CALM, None, None),
            Variant("urgent", 0.5, 951, URGENT, LIFT, Verdict.LIFT),
        ),
    )


def text(report: Report) -> str:
    return text_of(page(report))


def test_a_test_of_words_stands_with_its_campaign() -> None:
    told = text(replace(ROWS, steps=(step_test(Health(srm_p=0.4)),)))
    assert "Test of words: step reminder of plain" in told
    assert "each against calm" in told
    assert "+16.7 of every 100 (95 %: +10.1 … +23.2)" in told
    assert "Test of words" not in text(ROWS)


def test_variants_of_wrong_sizes_are_not_compared() -> None:
    told = text(replace(ROWS, steps=(step_test(Health(srm_p=1e-9)),)))
    assert "+10.1 … +23.2" not in told
    assert "Not shown: the comparison can't be trusted." in told


def everything(verdict: Verdict) -> Everything:
    quarters = tuple(
        Quarter(name, reported.NOW, reported.NOW + timedelta(days=90), URGENT, CALM, (1000, 990))
        for name in ("2026Q3", "2026Q4")
    )
    return Everything(quarters, LIFT, verdict, 0.05, 0.6)


def test_all_campaigns_together_are_held_against_nothing() -> None:
    told = text(replace(ROWS, everything=everything(Verdict.LIFT)))
    assert "All campaigns together" in told
    assert "2026Q3 · Hold-out" in told
    assert "+16.7 of every 100 (95 %: +10.1 … +23.2)" in told
    assert "Share of the draw: 5%" in told


def test_nor_may_the_global_hold_out_be_compared_when_its_size_is_wrong() -> None:
    told = text(replace(ROWS, everything=everything(Verdict.SRM_FAIL)))
    assert "+10.1 … +23.2" not in told
    assert "2026Q3 · Hold-out" not in told


def test_a_young_global_hold_out_says_so() -> None:
    told = text(replace(ROWS, everything=everything(Verdict.COLLECTING)))
    assert "+10.1 … +23.2" not in told
    assert "Not known yet." in told


def test_offers_are_told_for_each_active_customer() -> None:
    net = (
        ("JPY", Effect(13.4, -30.0, 50.0, 9.0, 0.2)),
        ("EUR", Effect(-120.0, None, None, 9.0, 1)),
    )
    found = Offers(True, (9000, 500), Effect(0.02, -0.01, 0.05, 0.01, 0.3), net)
    told = text(replace(ROWS, offers=found))
    assert "9,000 may get offers, 500 never do" in told
    assert "Abandoned orders +0.020 −0.010 … +0.050" in told
    assert "Net in JPY ¥13 -¥30 … ¥50" in told
    assert "Net in EUR -€1.20 –" in told


def test_what_was_not_measured_is_called_so() -> None:
    told = text(replace(ROWS, offers=Offers(measured=False)))
    assert "Not measured." in told
