"""`recovery simulate` from outside: what it answers, refuses, and never says."""

import json

import pytest

from tests.support.cli import ROOT, answered, recovery
from tests.support.plays import campaign_file, scenario_file

SMALL = ("--orders", 60, "--days", 2, "--project", ROOT)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulate")
    page = folder / "page.html"
    words = (campaign_file(folder), "--scenario", scenario_file(folder), *SMALL)
    return answered("simulate", *words, "--seed", 3, "--html", page), page


def test_the_document(told):
    found, page = told
    assert found["scenario"] == "tiny"
    assert (found["seed"], found["orders"], found["placed"]) == (3, 60, 60)
    assert 0 < found["enrolled"] <= found["unpaid"] < 60
    assert {"points", "net", "annoyance", "breaches"} == found["score"].keys()
    (row,) = [row for row in found["sequences"] if not row["holdout"]]
    assert {"lift", "caught", "caused", "harmed", "anyway", "credited"} <= row["truth"].keys()
    assert [day["day"] for day in found["curve"]] == [1, 2, 3]
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert found["html"] == str(page)


def test_outside_of_any_project_the_shipped_templates_serve(tmp_path):
    folder = tmp_path / "nothing-here"
    folder.mkdir()
    words = (campaign_file(tmp_path), "--scenario", scenario_file(tmp_path), "--orders", 20)
    found = answered("simulate", *words, "--days", 1, "--project", folder)
    assert found["placed"] == 20
    assert list(folder.iterdir()) == []


def test_a_campaign_of_the_project_by_its_name(tmp_path):
    scenario = scenario_file(tmp_path)
    result = recovery("simulate", "unpaid", "--scenario", scenario, *SMALL, LANG="C")
    assert result.exit_code == 0
    assert "without a single message" in result.stdout
    assert "Score" in result.stdout
    assert result.stderr == ""


def test_a_hidden_scenario_tells_a_trainee_no_truth(tmp_path):
    page = tmp_path / "page.html"
    words = ("simulate", campaign_file(tmp_path), "--scenario")
    hidden = scenario_file(tmp_path, "hidden: yes\n")
    found = answered(*words, hidden, *SMALL, "--html", page)
    assert not {"money", "curve", "incidents"} & found.keys()
    assert found["score"]["points"] is found["score"]["net"] is None
    text = recovery(*words, hidden, *SMALL).stdout
    several = recovery(*words, hidden, *SMALL, "--seeds", "1-2").stdout
    both = json.dumps(answered(*words, hidden, *SMALL, "--seeds", "1-2"))
    drawn = page.read_text("utf-8").partition("</style>")[2]
    for answer in (json.dumps(found), text, several, both, drawn):
        for word in ("truth", "caused", "TRUE", "True lift", "without any message"):
            assert word not in answer.replace("what is true of it", ""), word


def test_several_seeds(tmp_path):
    words = ("simulate", campaign_file(tmp_path), "--scenario", scenario_file(tmp_path), *SMALL)
    found = answered(*words, "--seeds", "4,7-8")
    assert found["seeds"] == [4, 7, 8]
    assert [run["seed"] for run in found["runs"]] == [4, 7, 8]
    (one,) = found["overall"]["sequences"]
    assert one["seeds"] == 3
    assert one["caught"] <= one["judged"] <= 3
    alone = answered(*words, "--seed", 7)
    assert found["runs"][1]["score"] == alone["score"]


def test_a_wrong_campaign_is_told_as_check_tells_it(tmp_path):
    file = campaign_file(tmp_path, after="soon")
    words = ("simulate", file, "--scenario", scenario_file(tmp_path), *SMALL)
    result = recovery(*words)
    assert result.exit_code == 65
    assert "error[CR030]" in result.stderr
    assert "after: soon" in result.stderr  # the line itself
    result = recovery(*words, "--json")
    assert result.exit_code == 65
    assert json.loads(result.stdout)["error"]["problems"][0]["code"] == "CR030"


def test_a_wrong_scenario_is_told_with_its_line(tmp_path):
    scenario = scenario_file(tmp_path, "markets: {US: {share: many}}\n")
    result = recovery("simulate", campaign_file(tmp_path), "--scenario", scenario, *SMALL)
    assert result.exit_code == 65
    assert "tiny.yaml:4" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["unpiad", "--scenario", "base"], "did you mean 'unpaid'?"),
        (["unpaid", "--scenario", "atlantis"], "atlantis"),
        (["unpaid"], "--scenario"),
        (["unpaid", "--scenario", "base", "--seeds", "9-1"], "no seeds"),
        (["unpaid", "--scenario", "base", "--seeds", "1-2", "--html", "x.html"], "one seed"),
        (["unpaid", "unpaid", "--scenario", "base"], "two files"),
        ([], "CAMPAIGN"),
    ],
)
def test_usage(words, said):
    result = recovery("simulate", *words, "--project", ROOT)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_diary_is_followed_and_a_story_may_be_stopped_to_look(tmp_path):
    diary = tmp_path / "diary.yaml"
    diary.write_text("- {at: 0d 12:00, pause: all}\n- {at: 9d, resume: all}\n", "utf-8")
    words = (campaign_file(tmp_path), "--scenario", scenario_file(tmp_path), *SMALL)
    found = answered("simulate", *words, "--diary", diary, "--until", "1d 12:00")
    (done,) = found["diary"]
    assert (done["action"], done["what"]) == ("pause", "all")
    assert 0 < found["placed"] < 60
    assert found["to"][11:] == "12:00:00Z"
    free = answered("simulate", *words, "--until", "1d 12:00")
    assert sum(found["messages"].values()) < sum(free["messages"].values())


def test_a_wrong_diary_is_told_with_its_line_in_the_readers_language(tmp_path):
    diary = tmp_path / "diary.yaml"
    diary.write_text("- {at: 1d, pause: all}\n- {at: noon, pause: all}\n", "utf-8")
    words = ("simulate", campaign_file(tmp_path), "--scenario", scenario_file(tmp_path), *SMALL)
    for lang, said in (("en", "'noon' is no instant"), ("zh-CN", "“noon”不是时刻")):
        result = recovery(*words, "--diary", diary, "--lang", lang)
        assert result.exit_code == 65
        assert f"diary.yaml:2:8: {said}" in result.stderr
    assert recovery(*words, "--until", "noon").exit_code == 2
