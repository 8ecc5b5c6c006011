"""A simulation in words: what it came to, what is true, and what a hidden one never says."""

import re
from dataclasses import replace

import pytest

from recovery.measure.formats.paper import markdown
from recovery.simulate.page import page
from recovery.simulate.page.speech import Speech
from recovery.simulate.page.told import Told, bars
from recovery.simulate.play import simulate
from recovery.simulate.verdict import Verdict
from tests.support.plays import ask, campaign_file, settings

PLANTED = "messages: {email: {moves: [{until: 9d, wins: 90%}]}}\nsources: {messages: assumed}\n"


@pytest.fixture(scope="module")
def verdict(tmp_path_factory) -> Verdict:
    folder = tmp_path_factory.mktemp("told")
    return simulate(
        settings(), [campaign_file(folder, holdout="50%")], ask(folder, PLANTED)
    ).verdict()


@pytest.fixture
def hidden(verdict) -> Verdict:
    question = verdict.played.ask
    secret = question.scenario.model_copy(update={"hidden": True})
    return Verdict(replace(verdict.played, ask=replace(question, scenario=secret)))


def read(verdict: Verdict, lang: str = "en") -> str:
    return markdown(Told(verdict, Speech.of(lang)).paper())


def test_the_truth_stands_beside_the_report(verdict):
    row = next(row for row in verdict.played.report.rows if not row.arm.holdout)
    effect, told = verdict.effect(row), read(verdict)
    assert effect.caused > 3
    assert "True: $" in told
    assert "more than without a single message" in told
    assert f"{effect.caused} customers would not have paid without the messages" in told
    credited = sum(row.credits["last_touch"].values())
    assert f"the last touch is credited with {credited} orders" in told
    assert "TRUE lift" in told
    assert "No rule was broken." in told


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_hidden_scenario_says_nothing_that_is_true(verdict, hidden, lang):
    say = Speech.of(lang)
    for told in (read(hidden, lang), page(hidden, lang)):
        assert say("sim_hidden") in told
        for word in (
            "true_lift",
            "caught",
            "sim_money",
            "bar_caused",
            "line_silent",
            "line_caused",
        ):
            assert say(word) not in told, word
    row = next(row for row in verdict.played.report.rows if not row.arm.holdout)
    assert all(line in read(verdict, lang) for line in Told(verdict, say).truth(row))
    assert Told(hidden, say).truth(row) == []


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_the_page_is_whole_and_fetches_nothing(verdict, lang):
    html = page(verdict, lang)
    assert f'<html lang="{lang}">' in html
    assert "<script" not in html
    assert not re.search(r'(?:src|href)="(?!#)', html)
    assert html.count("<svg") > 5
    assert '<path class="truth"' in html
    assert "{" not in re.sub(r"<style>.*?</style>", "", html, flags=re.S)


def test_small_curves():
    assert bars([0, 1, 2, 4], 4) == "▁▃▅█"
    assert bars(list(range(100)), 99)[-1] == "█"
    assert len(bars(list(range(100)), 99)) <= 28
