"""Judging by what a simulation came to: which one counts for what, and what is never played."""

from typing import Any

import pytest

from recovery.errors import UsageError
from recovery.i18n import say
from recovery.simulate.lab.course import find_exercise
from recovery.simulate.lab.judge import Anchors, Judgement, judge
from recovery.simulate.lab.score import HIGHEST, LOWEST, Score, scaled
from recovery.simulate.lab.solution import answer_of
from recovery.simulate.lab.work import Work

READING = find_exercise(5)


def outcome(ours: int, theirs: int, points: float = 100.0) -> dict[str, Any]:
    """A simulation with so many recovered of 200 in the sequence, and of 100 held out."""
    rows = [
        {"holdout": False, "enrolled": 200, "mature": 200, "recovered": ours},
        {"holdout": True, "enrolled": 100, "mature": 100, "recovered": theirs},
    ]
    return {"sequences": rows, "score": {"points": points}}


def answers(**said: str) -> Work:
    text = "".join(f"{key}: {value}\n" for key, value in said.items())
    return Work({**answer_of(READING).files, "answers.yaml": text})


def judged(work: Work, **more: Any) -> Judgement:
    return judge(READING, work, lambda given: outcome(90, 20), lambda: Anchors(125.0), **more)


def passed(found: Judgement) -> dict[str, bool]:
    return {one.check.check: one.passed for one in found.findings}


ANSWERED = answers(
    rate="45%",
    rate_holdout="20%",
    above="25%",
    anyway="40",
    rate_is_effect="no",
    credited_is_caused="否",
)


def test_answers_are_held_against_ones_own_simulation() -> None:
    found = judged(ANSWERED)
    assert found.solved
    assert found.score == Score(100.0, 125.0)


def test_answers_are_about_what_was_practised_on() -> None:
    found = judged(ANSWERED, practise=lambda given: outcome(50, 10))
    wrong = {name for name, right in passed(found).items() if not right}
    assert wrong == {"rate", "rate-of-the-hold-out", "above", "anyway"}
    assert found.score == Score(100.0, 125.0)  # the marks' stage, not the practice


def test_what_breaks_off_is_told_and_not_scored() -> None:
    def stumbles(given: Work) -> dict[str, Any]:
        raise UsageError(say("no campaign is called {name}; {guess}", name="x", guess="y"))

    found = judge(READING, ANSWERED, stumbles, lambda: pytest.fail("nothing to compare"))
    assert found.score is None
    assert {one.said("en") for one in found.findings} == {"no campaign is called x; y"}


@pytest.mark.parametrize(
    ("diary", "why"),
    [
        ("- {at: 1d, pause: all, pause: all}", "diary.yaml:1:"),
        ("- {at: 1d, publish: ../x.yaml}", "diary.yaml:1:"),
        ("- &a [*a]", "diary.yaml is more than"),
        ("- " + "[" * 5_000, "diary.yaml is more than"),
    ],
)
def test_a_spoilt_diary_is_told_and_not_played(diary: str, why: str) -> None:
    work = Work({**ANSWERED.files, "diary.yaml": diary})
    found = judge(READING, work, lambda given: pytest.fail("played"), lambda: Anchors(1.0))
    assert all(one.said("en").startswith(why) for one in found.findings)
    assert all(one.said("zh-CN").startswith("diary.yaml") for one in found.findings)


def test_what_a_diary_publishes_is_part_of_the_work() -> None:
    later = ANSWERED.files["campaigns/first.yaml"].replace("after: 6h", "after: 9h")
    more = {"later/first.yaml": later, "diary.yaml": "- {at: 2d, publish: later/first.yaml}"}
    assert judged(Work({**ANSWERED.files, **more})).solved


@pytest.mark.parametrize(
    ("points", "reference", "score"),
    [
        (0, 50, 0),
        (50, 50, 80),
        (25, 50, 40),
        (-25, 50, -40),
        (1e9, 50, HIGHEST),
        (-1e9, 50, LOWEST),
    ],
)
def test_silence_is_0_and_the_reference_80(points: float, reference: float, score: int) -> None:
    assert scaled(points, reference) == score


@pytest.mark.parametrize("reference", [0, -10])
def test_a_market_where_the_reference_brings_nothing_has_no_scale(reference: float) -> None:
    assert scaled(100, reference) == 0
