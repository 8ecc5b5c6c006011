"""`recovery compare` from outside."""

import pytest

from tests.support.cli import ROOT, answered, recovery
from tests.support.plays import campaign_file, scenario_file

SMALL = ("--orders", 80, "--days", 2, "--project", ROOT)
# The second campaign comes when nothing can be won any more.
PLANTED = """\
messages: {email: {read: 95%, moves: [{until: 1d, wins: 90%}], then: 0%}}
sources: {messages: assumed}
"""


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    early, late = folder / "early", folder / "late"
    early.mkdir()
    late.mkdir()
    campaign_file(early, holdout="0%")
    campaign_file(late, holdout="0%", after="4d", window="5d")
    return "compare", early, late / "unpaid.yaml", "--scenario", scenario_file(folder, PLANTED)


def test_who_is_better(words, tmp_path):
    page = tmp_path / "page.html"
    found = answered(*words, *SMALL, "--seeds", "1-2", "--html", page)
    assert found["best"] == "early"
    assert [one["name"] for one in found["campaigns"]] == ["early", "unpaid"]
    (pair,) = found["pairs"]
    assert (pair["better"], pair["answer"]) == ("early", "clear")
    low, high = pair["points"]["ci95"]
    assert 0 < low < pair["points"]["per_1000_orders"] < high
    scores = [one["score"]["points"] for one in found["campaigns"]]
    exact = (scores[0] - scores[1]) / 80 * 1000  # what the two really came to, on these shoppers
    assert pair["points"]["per_1000_orders"] == pytest.approx(exact, abs=0.5)
    assert "early is better" in page.read_text("utf-8")


def test_the_same_twice_is_the_same(words):
    _, early, *rest = words
    result = recovery("compare", early, early / "unpaid.yaml", *rest[1:], *SMALL, LANG="C")
    assert result.exit_code == 0
    assert "It is not clear which is better" in result.stdout
    assert "No number of orders would tell them apart" in result.stdout


def test_a_hidden_scenario_shows_no_differences(words, tmp_path):
    hidden = scenario_file(tmp_path, PLANTED + "hidden: yes\n")
    found = answered(*words[:-1], hidden, *SMALL)
    assert found["hidden"] is True
    assert found["pairs"] == []
    assert found["best"] is None
    assert "curves" not in found


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["unpaid"], "two campaigns or more"),
        (["unpaid", "unpaid"], "named twice"),
        (["unpaid", "result.json"], "same ones"),
        (["unpaid", str(ROOT / "docs/pictures")], "no campaign files"),
    ],
)
def test_usage(given, said):
    result = recovery("compare", *given, "--scenario", "base", "--project", ROOT)
    assert result.exit_code == 2
    assert said in result.stderr
