"""The search on real simulations: it finds what was planted, and judges it again elsewhere."""

import pytest

from recovery.campaign.loader import load_campaign
from recovery.errors import UsageError
from recovery.i18n import words
from recovery.markets.reading import MarketError
from recovery.settings import Settings, load_settings
from recovery.simulate.many import theatre
from recovery.simulate.optimise.candidates import AS_WRITTEN, Change, Key, Space
from recovery.simulate.optimise.limits import read_limits
from recovery.simulate.optimise.search import FRESH, Draft, Search
from tests.support.cli import ROOT
from tests.support.plays import ask, campaign_file, settings

# Early messages cost sales, those of the second day win, later ones come to nothing.
PLANTED = """\
messages:
  email:
    moves: [{until: 1d, wins: -60%}, {until: 2d, wins: 80%}]
    then: 0%
sources: {messages: assumed}
"""


def search(
    tmp_path, limits: str, more: str = PLANTED, seeds: int = 2, project: Settings | None = None
):
    file = tmp_path / "limits.yaml"
    file.write_text(limits, "utf-8")
    path = campaign_file(tmp_path)
    draft = Draft(project or settings(), path, load_campaign(path))
    asks = tuple(ask(tmp_path, more, seed=seed) for seed in range(1, seeds + 1))
    folder = tmp_path / f"candidates-{len(list(tmp_path.iterdir()))}"
    folder.mkdir()
    space = Space(draft.loaded.campaign, read_limits(file))
    with theatre(1, lambda done: None) as play:
        return Search(draft, space, asks, folder, play).run(tries=9)


def test_the_planted_delay_is_found(tmp_path):
    found = search(tmp_path, "steps: {reminder: {after: [1h, 20h, 3d]}}")
    assert found.winner == (Change("reminder", Key.AFTER, "20h"),)
    assert found.tried[found.winner].points > found.tried[AS_WRITTEN].points
    assert found.fresh[found.winner].points > found.fresh[AS_WRITTEN].points
    assert found.fresh_seeds == (FRESH + 1, FRESH + 2)
    assert found.fresh[found.winner] != found.tried[found.winner]


def test_what_goes_over_the_budget_is_out(tmp_path):
    dear = load_settings(ROOT, {"RECOVERY_COSTS_EMAIL": "1 USD"})
    limits = "steps: {reminder: {after: [0m, 1h]}}\nbudget: "
    found = search(tmp_path, f"{limits} 9999 USD", seeds=1, project=dear)
    assert found.over_budget == 0
    with pytest.raises(UsageError, match="within the budget"):
        search(tmp_path, f"{limits} 3 USD", seeds=1, project=dear)


def test_a_budget_counts_what_is_spent_in_any_currency(tmp_path):
    dear = load_settings(ROOT, {"RECOVERY_COSTS_EMAIL": "1 USD"})
    limits = "steps: {reminder: {after: [0m, 1h]}}\nbudget: "
    with pytest.raises(UsageError, match="within the budget"):
        search(tmp_path, f"{limits} 3 EUR", seeds=1, project=dear)
    with pytest.raises(UsageError, match=r"no rate for KWD: .* USD"):
        search(tmp_path, f"{limits} 9 KWD", seeds=1, project=dear)


def test_unsound_candidates_are_told_and_not_tried(tmp_path):
    found = search(tmp_path, "steps: {reminder: {offer: [none, no-such-offer]}}", "", seeds=1)
    assert list(found.refused) == [(Change("reminder", Key.OFFER, "no-such-offer"),)]
    assert list(found.tried) == [AS_WRITTEN]


def test_a_hidden_scenario_is_not_searched_in(tmp_path):
    with pytest.raises(UsageError, match="for grading"):
        search(tmp_path, "steps: {reminder: {after: [0m, 1d]}}", "hidden: yes\n")


def test_candidates_are_drawn_the_same_every_time(tmp_path):
    file = tmp_path / "limits.yaml"
    file.write_text("steps: {reminder: {after: {from: 0m, to: 9d, every: 1h}}}", "utf-8")
    campaign = load_campaign(campaign_file(tmp_path)).campaign
    space = Space(campaign, read_limits(file))
    assert space.size == 9 * 24 + 1
    drawn = space.draw(20, seed=1)
    assert len(set(drawn)) == 20
    assert drawn == space.draw(20, seed=1) != space.draw(20, seed=2)
    assert set(space.draw(1000, seed=1)) == {space.candidate(n) for n in range(space.size)}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("steps:\n  reminder: {after: soon}\n", 2, "no time"),
        ("steps:\n  reminder: {channel: [email, fax]}\n", 2, "no channel"),
        ("steps:\n  reminder: {after: {from: 2d, to: 1d, every: 1h}}\n", 2, "nowhere"),
        ("steps: {reminder: {after: 1d}}\nbudgt: 3 USD\n", 2, "budget"),
        ("steps: {reminder: {after: 1d}}\nbudget: much\n", 2, "500 USD"),
        ("messages: 2\n", 1, "steps is missing"),
    ],
)
def test_limits_are_told_with_their_line(tmp_path, text, line, said):
    file = tmp_path / "limits.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(MarketError, match=said) as told:
        read_limits(file)
    assert told.value.mistakes[0].line == line


def test_limits_are_told_in_chinese_too(tmp_path):
    file = tmp_path / "limits.yaml"
    file.write_text("steps:\n  reminder: {after: soon}\n", "utf-8")
    with pytest.raises(MarketError) as told:
        read_limits(file)
    assert "不是时间" in told.value.mistakes[0].line_in(words("zh-CN"))


def test_a_step_that_is_nowhere_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no step of unpaid is called 'other'; there are reminder"):
        search(tmp_path, "steps: {other: {after: 1d}}")
