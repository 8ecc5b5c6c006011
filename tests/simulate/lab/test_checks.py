"""Each kind of check on works and simulations made by hand: it passes, it fails, it says why."""

from datetime import timedelta
from typing import Any

import pytest

from recovery.campaign.loader import parse_campaign
from recovery.campaign.schema import Campaign
from recovery.i18n import fill, words
from recovery.intake.pauses import Scope
from recovery.simulate.diary import Action, Diary, Place, Verb
from recovery.simulate.lab.checks.actions import judge_diary
from recovery.simulate.lab.checks.answers import given, judge_answer, lacking
from recovery.simulate.lab.checks.figures import Played, figure, judge_figure, known
from recovery.simulate.lab.checks.paths import judge_paths
from recovery.simulate.lab.checks.rules import judge_holdout, judge_limits, judge_offers
from recovery.simulate.lab.course import course
from recovery.simulate.lab.exercise import (
    Between,
    Count,
    Entry,
    Figure,
    Gets,
    Limiting,
    Offering,
    Probe,
    Question,
)
from recovery.simulate.lab.work import Work

HOUR = timedelta(hours=1)
TEXT = """\
campaign: cards
status: active
trigger: {on: payment_failed, after: 1h}
goal: {paid_within: 7d}
holdout: 10%
segments:
  - {segment: all, sequence: {plain: 50%, offer: 50%}}
sequences:
  plain:
    - {step: one, after: 0m, email: payment-failed}
    - {step: call, after: 3h, task: call-customer, to: service}
  offer:
    - {step: one, after: 0m, email: payment-failed}
    - {step: two, after: 2d, sms: last-call, offer: ship}
offers:
  ship: {kind: free_shipping, worth: 6 USD, valid: 3d, budget: 9 USD per day}
limits: {quiet: "21:00-08:00", min_gap: 20h}
"""
ORDER = Probe.model_validate({"status": "failed", "amount": "60 USD", "failure": "do_not_honor"})


def campaigns(*changes: tuple[str, str]) -> list[Campaign]:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return [parse_campaign(text, "cards.yaml").campaign]


def english(value: object) -> str:
    return fill(value, words("en"))


@pytest.mark.parametrize(
    ("gets", "passes"),
    [
        ({"first": {"from": "1h", "to": "1h"}}, True),
        ({"first": {"from": "61m"}}, False),
        ({"first": {"to": "59m"}}, False),
        ({"last": {"to": "2d1h"}}, True),
        ({"last": {"to": "2d"}}, False),
        ({"messages": {"from": 1, "to": 2}}, True),
        ({"messages": {"from": 2}}, False),
        ({"only": ["email", "sms", "task"]}, True),
        ({"only": ["email"]}, False),
        ({"some": "email"}, True),
        ({"some": "sms"}, False),
        ({"call": {"to": "1d"}}, False),
        ({"offer": "never"}, False),
        ({"offer": "later"}, False),
        ({"drawn": {"from": 2}}, True),
        ({"drawn": {"from": 3}}, False),
        ({"nothing": True}, False),
    ],
)
def test_every_path_has_to_fit(gets: dict[str, Any], passes: bool) -> None:
    assert judge_paths(campaigns(), ORDER, Gets.model_validate(gets))[0] is passes


def test_one_sequence_alone() -> None:
    only = campaigns(("{plain: 50%, offer: 50%}", "offer"))
    later = Gets.model_validate({"offer": "later"})
    passed, found = judge_paths(only, ORDER, later)
    assert passed
    assert english(found) == "e-mail after 1h, SMS after 2d1h with an offer"
    other = ORDER.model_copy(update={"market": "US", "status": "cart"})
    assert judge_paths(only, other, Gets(nothing=True)) == (True, judge_paths([], other, later)[1])
    assert not judge_paths(only, other, later)[0]


def test_hold_outs() -> None:
    assert judge_holdout(campaigns(), Count.model_validate({"from": "5%", "to": "30%"}))[0]
    passed, found = judge_holdout(campaigns(), Count.model_validate({"from": "20%"}))
    assert (passed, found) == (False, "10%")


@pytest.mark.parametrize(
    ("wanted", "passes", "found"),
    [
        ({"kinds": ["free_shipping"], "budget": True}, True, "ship"),
        ({"kinds": ["gift"]}, False, "ship: kind: free_shipping"),
        ({"once": True}, False, "ship: there is no once_per_customer"),
        ({"min_order": True}, False, "ship: there is no min_order"),
    ],
)
def test_offers(wanted: dict[str, Any], passes: bool, found: str) -> None:
    judged = judge_offers(campaigns(), Offering.model_validate(wanted))
    assert (judged[0], english(judged[1])) == (passes, found)


def test_no_offer_at_all() -> None:
    plain = campaigns(("{plain: 50%, offer: 50%}", "plain"), (", offer: ship", ""))
    assert judge_offers(plain, Offering(kinds=["gift"]))[0]
    assert not judge_offers(plain, Offering(some=True))[0]


def test_limits() -> None:
    assert judge_limits(campaigns(), Limiting(quiet=True))[0]
    passed, found = judge_limits(campaigns(), Limiting(per_customer=True))
    assert (passed, english(found)) == (False, "cards has no per_customer")
    narrow = Limiting(min_gap=Between.model_validate({"from": "1d"}))
    assert judge_limits(campaigns(), narrow) == (False, "cards: min_gap 20h")


def outcome(**more: Any) -> dict[str, Any]:
    rows = [
        {"holdout": False, "enrolled": 210, "mature": 200, "recovered": 90},
        {"holdout": True, "enrolled": 100, "mature": 100, "recovered": 30},
    ]
    money = [{"currency": "USD", "caused": "1000.00", "incentives": "150.00"}]
    return {
        "sequences": rows,
        "unpaid": 620,
        "enrolled": 310,
        "messages": {"email": 300, "sms": 100, "task": 7},
        "opt_outs": 8,
        "complaints": 1,
        "after_payment": 0,
        "breaches": [{"rule": "hours", "count": 3}, {"rule": "limit", "count": 2}],
        "money": money,
        "score": {"points": 450.0},
        **more,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("points", 450),
        ("share_of_reference", 0.9),
        ("reached", 0.5),
        ("recovered", 90),
        ("rate", 0.45),
        ("rate_holdout", 0.3),
        ("above_holdout", 0.15),
        ("anyway", 60),
        ("email", 300),
        ("sms", 100),
        ("task", 7),
        ("messages_per_order", 400 / 210),
        ("complaints", 1),
        ("opt_outs", 8),
        ("opt_outs_per_1000", 20),
        ("after_payment", 0),
        ("breaches", 5),
        ("incentives_share", 0.15),
    ],
)
def test_figures(name: str, value: float) -> None:
    assert figure(name, Played(outcome(), 500.0)) == pytest.approx(value)


def test_figures_that_have_nothing_to_count() -> None:
    nobody = Played(
        outcome(sequences=[], unpaid=0, messages={"email": 0, "sms": 0, "task": 0}), -5.0
    )
    for name in ("share_of_reference", "reached", "rate", "anyway", "opt_outs_per_1000"):
        assert figure(name, nobody) is None
        assert not judge_figure(Figure(of=name, at_least=0), nobody)[0]
        assert not judge_figure(Figure(of=name, at_most=1), nobody)[0]


def test_a_figure_has_to_be_large_enough_or_small_enough() -> None:
    played = Played(outcome(), 500.0)
    assert judge_figure(Figure(of="share_of_reference", at_least=0.9), played) == (True, "90.0%")
    assert judge_figure(Figure(of="share_of_reference", at_least=0.91), played)[0] is False
    assert judge_figure(Figure(of="sms", at_most=99), played) == (False, "100")


def test_exercises_ask_for_figures_that_there_are() -> None:
    asked = {
        name
        for exercise in course()
        for check in exercise.checks
        for name in (
            check.figure and check.figure.of,
            check.answer and check.answer.figure,
        )
        if name
    }
    assert asked <= known()


@pytest.mark.parametrize(
    ("said", "right"),
    [("45%", True), ("0.45", True), ("45.9 ％", True), ("47%", False), ("45", False), ("x", False)],
)
def test_a_number_is_right_within_its_room(said: str, right: bool) -> None:
    question = Question.model_validate({"key": "rate", "figure": "rate", "within": "1%"})
    question = question.model_copy(update={"absolute": True})
    found = given(Work({"answers.yaml": f"rate: {said}\n"}))
    assert judge_answer(found, question, Played(outcome(), 1.0)) == (right, said)


def test_a_word_is_right_or_wrong() -> None:
    question = Question(key="sure", words=["no", "否"])
    for said, right in (("no", True), ("NO", True), ("否", True), ("yes", False)):
        found = given(Work({"answers.yaml": f"sure: {said}\n"}))
        assert judge_answer(found, question, Played(outcome(), 1.0))[0] is right


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "answers.yaml: no answer to sure"),
        ("sure:\n", "answers.yaml: no answer to sure"),
        ("sure: &a [*a]\n", "answers.yaml is more than a plain list of answers"),
        ("sure: " + "[" * 50 + "\n", "answers.yaml is more than a plain list of answers"),
        ("sure: {\n", "answers.yaml:2: "),
        ("sure: 1\nsure: 2\n", "answers.yaml:2: this stands here twice"),
        ("x" * 30_000, "answers.yaml is too large for what it says"),
        ("sure: \x07\n", "answers.yaml is no text"),
    ],
)
def test_what_is_no_answer(text: str, why: str) -> None:
    found = given(Work({"answers.yaml": text}))
    assert english(lacking(found, Question(key="sure", words=["no"]))).startswith(why)


def test_the_diary_has_to_do_it_in_time() -> None:
    where = Place("diary.yaml", 1, 1)
    diary = Diary((Action(50 * HOUR, Verb.PAUSE, "all", where),))
    wanted = {"action": "pause", "when": {"from": "2d", "to": "2d6h"}}
    assert judge_diary(diary, Entry.model_validate(wanted)) == (True, "pause 2d 02:00")
    late = Entry.model_validate(wanted | {"when": {"to": "2d"}})
    assert judge_diary(diary, late) == (False, "pause 2d 02:00")
    other = Entry.model_validate(wanted | {"action": "resume"})
    assert english(judge_diary(diary, other)[1]) == "no resume in the diary"


def test_what_was_paused_has_to_be_resumed() -> None:
    where = Place("diary.yaml", 1, 1)
    one, every = (Scope.CAMPAIGN, "cards"), (Scope.ALL, "")
    held = Action(50 * HOUR, Verb.PAUSE, "cards", where, one)
    wanted = Entry.model_validate({"action": "resume", "when": {"from": "2d", "to": "3d"}})
    lifted = Diary((held, Action(60 * HOUR, Verb.RESUME, "cards", where, one)))
    assert judge_diary(lifted, wanted) == (True, "resume 2d 12:00")
    other = Diary((held, Action(60 * HOUR, Verb.RESUME, "all", where, every)))
    passed, told = judge_diary(other, wanted)
    assert not passed
    assert english(told) == "resume 2d 12:00, but what stays paused: cards"
