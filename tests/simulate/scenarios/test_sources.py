"""Where numbers are from: who changes one says so, or it counts as assumed."""

from pathlib import Path

import pytest

from recovery.simulate.scenarios import SHIPPED, ScenarioError, find_scenario, read_scenario
from recovery.simulate.scenarios.evidence import evidence
from recovery.simulate.scenarios.schema import Scenario
from recovery.simulate.scenarios.sources import leads, source_of

HEAD = "scenario: mine\nlike: base\n"


def mine(folder: Path, text: str, head: str = HEAD) -> Scenario:
    file = folder / "mine.yaml"
    file.write_text(head + text, "utf-8")
    return read_scenario(file)


def codes(folder: Path, text: str, head: str = HEAD) -> list[tuple[str, str]]:
    with pytest.raises(ScenarioError) as refused:
        mine(folder, text, head)
    return [(one.code, one.road) for one in refused.value.problems]


def test_what_is_not_changed_keeps_its_source(tmp_path: Path) -> None:
    base, found = find_scenario("base").sources, mine(tmp_path, "offers: {wins: 3%}\n").sources
    assert found == base
    assert found["offers.wins"] == "coupon"


def test_what_is_changed_without_a_word_is_assumed(tmp_path: Path) -> None:
    found = mine(tmp_path, "offers: {wins: 80%}\ncauses: {funds: {pays: 9%}}\n").sources
    assert found["offers.wins"] == found["causes.funds.pays"] == "assumed"
    assert found["offers.teaches"] == "taught-to-wait"


def test_who_changes_a_number_may_name_its_source(tmp_path: Path) -> None:
    text = "offers: {wins: 4%}\nsources: {offers.wins: coupon}\n"
    assert mine(tmp_path, text).sources["offers.wins"] == "coupon"


def test_a_list_takes_the_place_of_the_whole_one_below(tmp_path: Path) -> None:
    text = "messages: {email: {moves: [{until: 1h, wins: -2%}]}}\n"
    found = mine(tmp_path, text).sources
    assert found["messages.email.moves.0.wins"] == "assumed"
    assert "messages.email.moves.1.wins" not in found


def test_a_number_that_names_evidence_agrees_with_it(tmp_path: Path) -> None:
    text = "causes: {funds: {pays: 60%}}\nsources: {causes.funds.pays: anyway-funds}\n"
    assert codes(tmp_path, text) == [("CR311", "causes.funds.pays")]
    text = "causes: {funds: {kept: 60h}}\nsources: {causes.funds.kept: anyway-funds}\n"
    assert codes(tmp_path, text) == [("CR311", "causes.funds.kept")]  # a time is no share


def test_the_mix_of_refusals_is_held_against_its_row(tmp_path: Path) -> None:
    entries = ", ".join(
        f"markets.*.causes.{one}: card-reasons" for one in evidence()["card-reasons"].mix
    )
    text = f"markets: {{US: {{causes: {{fraud: 3%}}}}}}\nsources: {{{entries}}}\n"
    assert codes(tmp_path, text) == [("CR317", "markets.US.causes.fraud")]
    text = "markets: {US: {causes: {fraud: 3%}}}\n"
    assert mine(tmp_path, text).sources["markets.US.causes.fraud"] == "assumed"


def test_the_lowest_file_names_the_source_of_every_number(tmp_path: Path) -> None:
    whole = (SHIPPED / "_common.yaml").read_text("utf-8").replace("  people: assumed\n", "")
    extra = (
        "scenario: mine\ntitle: {en: Mine, zh: 我的}\nabout: {en: Mine, zh: 我的}\n"
        "markets: {US: {share: 100%, causes: {funds: 10%}}}\n"
    )
    file = tmp_path / "mine.yaml"
    file.write_text(extra + whole, "utf-8")
    with pytest.raises(ScenarioError) as refused:
        read_scenario(file)
    (one,) = refused.value.problems
    assert one.code == "CR310"
    assert "markets.US.share" in one.message
    assert (
        whole.splitlines()[0]
        and one.line == (extra + whole)[: (extra + whole).index("sources:")].count("\n") + 1
    )
    file.write_text(extra + whole + "  people: assumed\n  markets: assumed\n", "utf-8")
    assert read_scenario(file).sources["people.guests"] == "assumed"


def test_whatever_stands_on_a_hidden_scenario_is_hidden(tmp_path: Path) -> None:
    head = "scenario: mine\nlike: exam-spring\n"
    assert mine(tmp_path, "hidden: false\n", head).hidden
    assert mine(tmp_path, "title: {en: Mine}\n", head).hidden
    assert not mine(tmp_path, "hidden: false\n").hidden


@pytest.mark.parametrize(
    ("entry", "road", "does"),
    [
        ("offers", "offers.wins", True),
        ("markets.*.causes", "markets.US.causes.funds", True),
        ("markets.*", "markets", False),
        ("offer", "offers.wins", False),
    ],
)
def test_an_entry_is_a_road_or_its_beginning(entry: str, road: str, does: bool) -> None:
    assert leads(entry, tuple(road.split("."))) is does


def test_the_nearest_entry_counts() -> None:
    named = {"markets": "a", "markets.*.causes": "b", "markets.US.causes": "c"}
    assert source_of(("markets", "US", "causes", "funds"), named) == "c"
    assert source_of(("markets", "DE", "causes", "funds"), named) == "b"
    assert source_of(("markets", "DE", "share"), named) == "a"
    assert source_of(("people", "guests"), named) is None
