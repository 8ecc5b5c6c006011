"""The course itself: each exercise is solved by its reference answer, and not by what one starts
with; its texts are there in both languages."""

import re
from pathlib import Path

import pytest

from recovery.campaign.loader import parse_campaign
from recovery.campaign.parsing import parse_defaults
from recovery.markets.reading import MarketError
from recovery.problems import Severity
from recovery.simulate.lab.course import FILE, FOLDER, course, find_exercise, read_exercise
from recovery.simulate.lab.desk import preset_of
from recovery.simulate.lab.exercise import Exercise
from recovery.simulate.lab.judge import Anchors, judge, points_of, read_campaigns
from recovery.simulate.lab.playing import Stage, play
from recovery.simulate.lab.solution import answer_of, solution
from recovery.simulate.lab.work import Work, read_work

EXERCISES = pytest.mark.parametrize("exercise", course(), ids=lambda one: one.name)


def never(work: object) -> dict[str, object]:
    pytest.fail("a work that sends nothing is not played")


@EXERCISES
def test_the_reference_answer_solves_it(exercise: Exercise) -> None:
    stage = Stage.of(exercise.scenario, exercise.orders, exercise.days, exercise.seed)
    work = solution(exercise, stage)
    outcome = play(answer_of(exercise), stage)
    anchors = Anchors(points_of(outcome))
    found = judge(exercise, work, lambda work: outcome, lambda: anchors)
    assert [one.said("en") for one in found.findings if not one.passed] == []
    assert found.score is not None
    assert found.score.points > 0
    assert found.score.value == 80


@EXERCISES
def test_the_reference_answer_has_no_mistake(exercise: Exercise) -> None:
    _, problems = read_campaigns(answer_of(exercise))
    assert [str(one) for one in problems if one.severity is not Severity.NOTE] == []


@EXERCISES
def test_an_empty_work_solves_nothing(exercise: Exercise) -> None:
    start = read_work(exercise.folder / "start")
    files = {name: text.replace("active", "draft") for name, text in start.files.items()}
    for work in (type(start)({}), type(start)(files)):
        found = judge(exercise, work, never, lambda: pytest.fail("nothing to compare"))
        assert not any(one.passed for one in found.findings)
        assert not found.solved
        assert found.score is None


def test_an_incident_is_not_outweighed_by_more_messages() -> None:
    """Who writes ten times earns more than who pauses in time; that is no answer to an incident."""
    exercise = find_exercise(9)
    answer = answer_of(exercise)
    name = "campaigns/cards.yaml"
    step = "{step: reminder, after: 0m, email: payment-failed}"
    again = "".join(f"\n    - {step.replace('reminder', f's{n}')}" for n in range(9))
    assert f"- {step}" in answer.files[name]
    work = Work({**answer.files, name: answer.files[name].replace(step, step + again)})
    figures = {"sequences": [], "score": {"points": 500.0}}
    found = judge(exercise, work, lambda work: figures, lambda: Anchors(100.0))
    assert [one.check.check for one in found.findings if not one.passed] == ["in-time"]


@EXERCISES
def test_what_one_starts_with_can_be_read(exercise: Exercise) -> None:
    for name, text in read_work(exercise.folder / "start").files.items():
        if name.endswith("defaults.yaml"):
            parse_defaults(text, name)
        elif name.startswith("campaigns/"):
            parse_campaign(text, name)
    if exercise.preset is not None:
        _, problems = read_campaigns(preset_of(exercise))
        assert not [one for one in problems if one.severity is Severity.ERROR]


@EXERCISES
def test_texts_are_there_in_both_languages(exercise: Exercise) -> None:
    english, chinese = exercise.task("en"), exercise.task("zh-CN")
    assert english.startswith(f"# Exercise {exercise.exercise}: ")
    assert chinese.startswith(f"# 练习 {exercise.exercise}：{exercise.title.zh}")
    headings = [re.findall(r"^#+", text, re.M) for text in (english, chinese)]
    assert headings[0] == headings[1]
    codes = [sorted(set(re.findall(r"`([^`]+)`", text))) for text in (english, chinese)]
    assert codes[0] == codes[1]
    said = [check.good for check in exercise.checks] + [check.bad for check in exercise.checks]
    for words in (*said, *exercise.hints, exercise.title):
        assert re.search(r"[一-鿿]", words.zh)
        assert ("{found}" in words.en) == ("{found}" in words.zh)


def test_they_are_numbered_from_one() -> None:
    numbers = [one.exercise for one in course()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 8
    assert [one.folder.name for one in course()] == [
        f"{one.exercise:02}-{one.name}" for one in course()
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("minutes: 10", "minuts: 10", "did you mean 'minutes'"),
        ("{first: {from: 2h, to: 1d}", "{first: {form: 2h}", "did you mean 'from'"),
        ("from: 2h", "from: soon", "'soon' is no duration"),
        ("holdout: {from: 5%, to: 30%}", "holdout: {from: 5%}\n    figure: {of: sms}", "at_least"),
        ("    holdout: {from: 5%, to: 30%}\n", "", "write exactly one of"),
        ("    order: {status: pending, market: US, amount: 60 USD}\n", "", "belong together"),
        ("status: pending", "status: paid", "paid is not unpaid"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = (find_exercise(1).folder / FILE).read_text("utf-8")
    assert old in text
    (tmp_path / FILE).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(MarketError) as caught:
        read_exercise(tmp_path)
    assert told in str(caught.value)
    assert re.match(rf"{tmp_path.name}/{FILE}:\d+:\d+: ", str(caught.value))


def test_its_own_markets_are_shipped() -> None:
    for file in (FOLDER / "scenarios").glob("*.yaml"):
        assert Stage.of(file.stem, 1, 1, 1).scenario.scenario == file.stem
