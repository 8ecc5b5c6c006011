"""What people read beside the segments: variants, the hold-outs over all campaigns, in words."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from recovery.campaign.experiments import Decision
from recovery.db import reading, writing
from recovery.measure.across import Everything, Offers
from recovery.measure.costs import Costs
from recovery.measure.drawn import Place
from recovery.measure.evidence.layered import Quarter
from recovery.measure.formats.arms import Arms
from recovery.measure.formats.paper import markdown
from recovery.measure.judging import Health, Verdict, judge
from recovery.measure.lift import Stratum, lifts
from recovery.measure.report import Report, report
from recovery.measure.stats import Effect, Proportion
from recovery.measure.steps import StepTest, Variant
from recovery.measure.wording import LANGUAGES, Wording
from tests.support.ledger import Ledger

CALM, URGENT = Proportion(400, 2_000), Proportion(600, 2_000)
LIFT = lifts({"urgent": [Stratum(URGENT, CALM)]}, Decision(), {"urgent": 0.5})["urgent"]
TEST = StepTest(
    Place("unpaid", "plain", "reminder"),
    Decision(),
    Health(),
    (
        Variant("calm", 0.5, 2_100, CALM, None, None),
        Variant("urgent", 0.5, 2_100, URGENT, LIFT, judge(LIFT, Health(), draws=True, over=False)),
    ),
)
QUARTER = Quarter("2026Q4", Ledger.at(0), Ledger.at(2_000), URGENT, CALM, (2_000, 2_000))
EVERYTHING = Everything((QUARTER,), LIFT, Verdict.LIFT, 0.5, 1.0)
OFFERS = Offers(
    measured=True,
    active=(900, 100),
    abandonments=Effect(0.25, -0.125, 0.625, 0.19, 0.19),
    net=(("EUR", Effect(-250.0, -500.0, 0.0, 128.0, 0.05)),),
)


@pytest.fixture
def whole(database: Engine) -> Report:
    """A report of one order, with everything that lies beside the segments."""
    with writing(database) as connection:
        ledger = Ledger(connection)
        ledger.enrolment(ledger.order(paid=5))
    with reading(database) as connection:
        found = report(connection, Ledger.at(500), Costs())
    return replace(found, steps=(TEST,), everything=EVERYTHING, offers=OFFERS)


def told(found: Report, lang: str = "en") -> str:
    return markdown(Arms(found, Wording.of(lang)).paper()).replace("\N{NO-BREAK SPACE}", " ")


def test_variants_stand_beside_the_first(whole: Report) -> None:
    words = told(whole)
    assert "## Variants of step reminder · unpaid · plain" in words
    assert "| calm | 50.0% | 2,100 | 20.0%<br>18.3–21.8% |  |  |" in words
    assert "| urgent | 50.0% | 2,100 | 30.0%<br>28.0–32.0% | +10.0<br>+" in words
    assert "| Better |" in words


def test_what_lies_across_all_campaigns_is_told(whole: Report) -> None:
    words = told(whole)
    assert "| 2026Q4 | 30.0%<br>28.0–32.0% | 20.0%<br>18.3–21.8% |" in words
    assert "- Difference to hold-out: +10.0 +" in words
    assert "- 900 active customers may get offers, 100 never do" in words
    assert "unpaid orders for each active customer: +0.25 (95 %: −0.12 to +0.62)" in words
    assert "difference in what each active customer left: -€2.50 (95 %: -€5.00 to €0.00)" in words


def test_arms_that_do_not_fit_the_draw_show_no_number(whole: Report) -> None:
    wrong = replace(EVERYTHING, verdict=Verdict.SRM_FAIL, srm_p=1e-9)
    words = told(replace(whole, everything=wrong))
    assert "- Difference to hold-out: – · Not to be trusted" in words


def test_what_was_not_measured_is_said(whole: Report) -> None:
    words = told(replace(whole, offers=Offers(measured=False)))
    assert "not measured: the orders told of leave out those that were simply paid" in words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_collecting_arm_has_no_difference(whole: Report, lang: str) -> None:
    row = replace(whole.rows[0], lift=LIFT, verdict=Verdict.COLLECTING)
    for verdict, shown in ((Verdict.COLLECTING, False), (Verdict.LIFT, True)):
        words = told(
            replace(whole, rows=(replace(row, verdict=verdict),), steps=(), everything=None), lang
        )
        assert ("+10.0<br>" in words) == shown
