"""A real experiment with a known answer: 64,000 customers, two mails against none (K. Hillstrom,
2008). The data may not be passed on: where it is absent, this is skipped."""

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest

from recovery.campaign.experiments import Decision, Rule
from recovery.measure import stats
from recovery.measure.judging import Health, Verdict, balance, judge, outcome
from recovery.measure.lift import Lift, Stratum, lifts
from recovery.measure.stats import Proportion

FILE = Path(__file__).parents[3] / "shared" / "data" / "real" / "hillstrom_email_experiment.csv.gz"
NONE, MENS, WOMENS = "No E-Mail", "Mens E-Mail", "Womens E-Mail"


@pytest.fixture(scope="module")
def arms() -> dict[str, tuple[Proportion, tuple[float, float]]]:
    """By mail: who bought, of how many; sum and sum of squares of what they spent."""
    if not FILE.exists():
        pytest.skip(f"no {FILE.name} beside the project: it may not be passed on")
    sizes, bought = Counter[str](), Counter[str]()
    spent, squares = Counter[str](), Counter[str]()
    with gzip.open(FILE, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            arm, spend = row["segment"], float(row["spend"])
            sizes[arm] += 1
            bought[arm] += int(row["conversion"])
            spent[arm] += spend
            squares[arm] += spend**2
    return {a: (Proportion(bought[a], sizes[a]), (spent[a], squares[a])) for a in sizes}


def compared(arms: dict[str, tuple[Proportion, object]], rule: Rule) -> dict[str, Lift]:
    strata = {mail: [Stratum(arms[mail][0], arms[NONE][0])] for mail in (MENS, WOMENS)}
    return lifts(strata, Decision(rule=rule, customers=40_000), {MENS: 0.5, WOMENS: 0.5})


def test_the_arms_are_as_they_were_published(arms) -> None:
    counts = {mail: (one.count, one.total) for mail, (one, _) in arms.items()}
    assert counts == {NONE: (122, 21_306), MENS: (267, 21_307), WOMENS: (189, 21_387)}
    assert balance([one.total for one, _ in arms.values()], [64_000 / 3] * 3) > 0.5


@pytest.mark.parametrize(
    ("mail", "lift", "low", "high", "anyway"),
    [(MENS, 0.0068, 0.00499, 0.00861, 0.457), (WOMENS, 0.00311, 0.0015, 0.00472, 0.648)],
)
def test_the_known_lifts(
    arms, mail: str, lift: float, low: float, high: float, anyway: float
) -> None:
    found = stats.newcombe(*Stratum(arms[mail][0], arms[NONE][0]).cells)
    assert found.diff == pytest.approx(lift, abs=6e-6)
    assert (found.lo, found.hi) == pytest.approx((low, high), abs=6e-5)  # theirs is Wald's
    assert arms[NONE][0].rate / arms[mail][0].rate == pytest.approx(anyway, abs=6e-4)


@pytest.mark.parametrize("rule", list(Rule))
def test_both_mails_work_whichever_rule_decides(arms, rule: Rule) -> None:
    for lift in compared(arms, rule).values():
        verdict = judge(lift, Health(srm_p=0.8), draws=True, over=False)
        assert verdict is (Verdict.FINAL if rule is Rule.FIXED else Verdict.LIFT)
        assert outcome(lift) is Verdict.LIFT
        assert lift.incremental == pytest.approx(lift.absolute * lift.treated.total)


def test_credit_would_claim_twice_what_was_caused(arms) -> None:
    """All buyers among the men's mail's readers: 267; without it 122 would have bought as well."""
    men = compared(arms, Rule.ANYTIME)[MENS]
    assert men.treated.count == 267
    assert men.incremental == pytest.approx(145, abs=0.1)


def test_money_is_compared_with_buyers_enough(arms) -> None:
    assert stats.enough_payers(*(one.count for one, _ in arms.values()))
    sides = {
        mail: {"t": "mean", "n": one.total, "sum": sums[0], "ss": sums[1]}
        for mail, (one, sums) in arms.items()
    }
    found = stats.welch_delta(sides[NONE], sides[MENS])
    assert found.est == pytest.approx(1.4226 - 0.6528, abs=1e-4)
    assert found.lo > 0
