"""What `recovery check` foretells of the markets' rules, and a merchant's own files."""

from pathlib import Path

import pytest

from recovery.campaign.parsing import read_campaign
from recovery.examination import examine
from recovery.lawful import lawful
from recovery.markets import load_markets
from recovery.problems import Severity
from recovery.settings import load_settings
from recovery.template.catalog import Catalog
from tests.support.campaigns import a_campaign
from tests.support.pages import ROOT

CATALOG = Catalog(ROOT / "templates")
LINKED = "{step: text, after: 0m, sms: unpaid-reminder}"


def judged(markets: str, *steps: str) -> tuple[bool, list[tuple[str, int, str]]]:
    """Whether the campaign may run, and what is said of it: code, line, words."""
    segment = f"{{segment: everyone{markets}, sequence: plain}}"
    text = a_campaign(segments=[segment], sequences={"plain": steps})
    reading = lawful(read_campaign(text, "x.yaml"), CATALOG, load_markets())
    told = [(one.code, one.line, one.message) for one in reading.problems]
    return reading.loaded is not None, told


def test_a_link_that_can_not_arrive_anywhere_stops_the_campaign():
    runs, told = judged(", market: [MY, AE]", LINKED)
    assert not runs
    words = "an SMS with a link never arrives in AE, MY, and this step reaches no other market"
    assert told == [("CR202", 13, words)]


def test_a_link_that_arrives_in_some_markets_is_warned_of():
    runs, told = judged(", market: [MY, DE]", LINKED)
    assert runs
    assert told == [("CR203", 13, "an SMS with a link never arrives in MY")]
    assert [code for code, *_ in judged("", LINKED)[1]] == ["CR203"]


@pytest.mark.parametrize(
    ("markets", "step"),
    [
        (", market: [US, GB, DE, NO]", LINKED),
        (
            ", market: [MY, DE]",
            "{step: text, after: 0m, sms: unpaid-reminder, if: {market: [DE]}}",
        ),
        (", market: [MY]", "{step: mail, after: 0m, email: unpaid-reminder}"),
    ],
)
def test_what_arrives_is_not_talked_about(markets: str, step: str):
    assert judged(markets, step) == (True, [])


def test_a_second_sms_is_more_than_a_market_stands():
    again = "{step: again, after: 1d, sms: unpaid-reminder}"
    runs, told = judged(", market: [DE, FR]", LINKED, again)
    assert runs
    words = "this is SMS number 2 about one order; DE, FR stand no more than 1"
    assert told == [("CR204", 14, words)]
    depends = "{step: again, after: 1d, sms: unpaid-reminder, if: {not_clicked: text}}"
    assert [code for code, *_ in judged(", market: [DE]", LINKED, depends)[1]] == ["CR204"]


def test_an_sms_after_one_that_may_not_have_gone_is_no_second():
    again = "{step: again, after: 1d, sms: unpaid-reminder}"
    for asked in ("amount: {from: 50 EUR}", "market: [FR]", "customer: vip, market: [DE]"):
        first = f"{{step: text, after: 0m, sms: unpaid-reminder, if: {{{asked}}}}}"
        told = judged(", market: [DE, FR]", first, again)[1]
        words = ["this is SMS number 2 about one order; FR stand no more than 1"]
        assert [one[2] for one in told] == (words if asked == "market: [FR]" else [])


def test_the_cure_of_a_second_sms_works():
    vips = "{step: text, after: 0m, sms: unpaid-reminder, if: {customer: vip}}"
    others = "{step: again, after: 1d, sms: unpaid-reminder, if: {customer: [guest, new]}}"
    assert judged(", market: [DE]", vips, others) == (True, [])


def test_own_rules_are_examined_with_the_project(project: Path):
    (project / "markets").mkdir()
    (project / "markets" / "DE.yaml").write_text(
        "market: DE\nby: Kim\nreason: asked\nlimits: {service_messages: 2, sms: 0}\n", "utf-8"
    )
    (project / "markets" / "FR.yaml").write_text("market: FR\nlimit: {}\n", "utf-8")
    found = [one for one in examine(load_settings(project, {})).problems if "markets/" in one.file]
    assert [(one.file, one.code, one.line, one.severity) for one in found] == [
        ("markets/DE.yaml", "CR201", 4, Severity.NOTE),
        ("markets/FR.yaml", "CR021", 1, Severity.ERROR),
        ("markets/FR.yaml", "CR021", 1, Severity.ERROR),
        ("markets/FR.yaml", "CR020", 2, Severity.ERROR),
    ]
    assert found[0].message == "'limits.service_messages' is looser than the shipped rule (1)"
    assert "did you mean 'limits'" in found[3].cure


def test_own_rules_can_be_checked_by_themselves(project: Path):
    (project / "markets").mkdir()
    file = project / "markets" / "FR.yaml"
    file.write_text("market: FR\nby: Kim\nreason: asked\nsms: {links: maybe}\n", "utf-8")
    found = examine(load_settings(project, {}), [file])
    assert [(one.file, one.line, one.code) for one in found.problems] == [
        ("markets/FR.yaml", 4, "CR022")
    ]
    assert found.files == []
