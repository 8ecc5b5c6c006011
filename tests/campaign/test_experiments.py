"""How a campaign says whose it is, how it is decided, and what holds for all of them."""

import pytest

from recovery.campaign.experiments import Decision, Rule
from recovery.campaign.loader import CampaignError, parse_campaign, parse_defaults, read_folder
from recovery.campaign.parsing import NO_DEFAULTS, check_defaults
from recovery.campaign.schema import Campaign
from recovery.campaign.versions import Change, Reach, changes
from tests.support.campaigns import a_campaign


def read(added: str = "", defaults: str = "") -> Campaign:
    shared = parse_defaults(defaults) if defaults else NO_DEFAULTS
    return parse_campaign(a_campaign() + added, "x.yaml", shared).campaign


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", Decision(rule=Rule.ANYTIME, customers=5000, smallest_lift=3000)),
        ("decision: anytime", Decision()),
        ("decision: fixed", Decision(rule=Rule.FIXED)),
        ("decision: {customers: 800}", Decision(customers=800)),
        (
            "decision: {rule: fixed, customers: 8000, smallest_lift: 12.5%}",
            Decision(rule=Rule.FIXED, customers=8000, smallest_lift=1250),
        ),
        (
            "decision:\n  rule: anytime\n  customers: 012\n  smallest_lift: 150 %",
            Decision(customers=12, smallest_lift=15_000),
        ),
    ],
)
def test_a_decision_as_it_is_written(written: str, meant: Decision) -> None:
    assert read(written).decision == meant


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("decision: fixd", "CR022 did you mean 'fixed'?"),
        ("decision: {rule: someday}", "CR022 one of: anytime, fixed"),
        ("decision: {customer: 800}", "CR020 did you mean 'customers'?"),
        ("decison: fixed", "CR020 did you mean 'decision'?"),
        ("decision: {customers: 0}", "CR029 compare with the page on campaign files"),
        ("decision: {customers: many}", "CR034 write digits only, such as 20"),
        ("decision: {smallest_lift: 0%}", "CR033 write more than 0% and at most 1000%"),
        ("decision: {smallest_lift: 0.3}", "CR033 write 30% or 0.3%"),
        ("decision: {}", "CR026 add at least one, or delete it"),
        ("decision: [fixed]", "CR024 write its keys below it, one a line"),
        ("owner: [a, b]", "CR014 put the whole value in double quotes"),
        ("ownr: growth", "CR020 did you mean 'owner'?"),
        ("global_holdout: 5%", "CR052 write it in campaigns/defaults.yaml"),
        ("no_incentive: 5%", "CR052 write it in campaigns/defaults.yaml"),
    ],
)
def test_nonsense_is_refused_with_a_cure(written: str, told: str) -> None:
    with pytest.raises(CampaignError) as refused:
        read(written)
    (problem,) = refused.value.problems
    assert f"{problem.code} {problem.cure}" == told
    assert problem.line == len(a_campaign().splitlines()) + 1


def test_defaults_give_what_a_campaign_does_not_say() -> None:
    shared = "owner: crm\ndecision: fixed\nglobal_holdout: 5%\nno_incentive: 2.5%\n"
    campaign = read(defaults=shared)
    assert (campaign.owner, campaign.decision.rule) == ("crm", Rule.FIXED)
    assert (campaign.global_holdout, campaign.no_incentive) == (500, 250)
    own = read("owner: growth team\ndecision: {customers: 9}", shared)
    assert (own.owner, own.decision) == ("growth team", Decision(customers=9))


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("global_holdout: 0.05", "CR033"),
        ("no_incentive: 101%", "CR033"),
        ("globel_holdout: 5%", "CR020"),
        ("no_incentive: 51%", "CR073"),
        ("global_holdout: 60%", "CR073"),
    ],
)
def test_defaults_are_judged_where_they_stand(written: str, code: str) -> None:
    (problem,) = check_defaults(f"holdout: 10%\n{written}\n", "defaults.yaml")
    assert (problem.code, problem.line) == (code, 2)


def test_a_doubtful_default_is_told_and_stops_nobody(tmp_path) -> None:
    (tmp_path / "defaults.yaml").write_text("global_holdout: 60%\n")
    (tmp_path / "winback.yaml").write_text(a_campaign())
    doubtful, sound = read_folder(tmp_path)
    assert [one.code for one in doubtful.problems] == ["CR073"]
    assert not doubtful.errors
    assert sound.loaded is not None
    assert sound.loaded.campaign.global_holdout == 6000


def test_a_new_decision_holds_for_the_next_experiment() -> None:
    before = read("decision: fixed\nowner: crm")
    after = read("decision: {customers: 800}", "no_incentive: 5%")
    assert list(changes(before, after)) == [
        Change("owner", "crm", None, Reach.NOBODY),
        Change("decision.rule", "fixed", "anytime", Reach.EXPERIMENT),
        Change("decision.customers", "5000", "800", Reach.EXPERIMENT),
        Change("no_incentive", "0%", "5%", Reach.NEWCOMERS),
    ]
