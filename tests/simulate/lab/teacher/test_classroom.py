"""The class file and its key: read with care, mistakes told with their line."""

from pathlib import Path

import pytest

from recovery.errors import UsageError
from recovery.i18n import speak
from recovery.markets.reading import MarketError
from recovery.simulate.lab.course import find_exercise
from recovery.simulate.lab.sheet import sheet_of
from recovery.simulate.lab.teacher.classroom import read_class, read_key
from recovery.simulate.lab.teacher.founding import found, key_of
from tests.support.lab import CLASS, KEY, classroom


def test_a_class_gives_all_its_trainees_the_same_numbers(tmp_path: Path) -> None:
    ours = read_class(classroom(tmp_path))
    sheet = ours.sheet(find_exercise(3), "王小明")
    assert (sheet.seed, sheet.orders, sheet.days, sheet.scenario) == (7, 60, 2, "lab-reasons")
    assert sheet_of(sheet.text()) == sheet
    with pytest.raises(UsageError, match="does not do exercise 1"):
        ours.sheet(find_exercise(1))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("exercises: [3]", "exercises: [3, 77]", "2:1: exercises: there is no exercise 77"),
        ("exercises: [3]", "exercises: [3, 3]", "an exercise stands here twice"),
        ("seed: 7", "seeds: 7", "3:1: seeds: 'seeds' means nothing here; did you mean 'seed'"),
        ("+08:00", "", "has no time zone"),
        ("id: s02", "id: s01", "two trainees have one id"),
        ("late: 20%", "late: 120%", "write a share from 0% to 100%"),
        ("late: 20%", "weights: {checks: 60%, score: 60%}", "add up to 100%"),
        ("orders: 60", "orders: 9999999", "less than or equal to 20000"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    file = classroom(tmp_path, CLASS.replace(old, new))
    with pytest.raises(MarketError) as caught:
        read_class(file)
    assert told in str(caught.value)


def test_the_key_of_another_class_is_refused(tmp_path: Path) -> None:
    file = classroom(tmp_path, key=KEY.replace("一班", "二班"))
    with pytest.raises(UsageError, match="电商运营二班"):
        read_key(key_of(file), read_class(file))


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_new_class_can_be_read(tmp_path: Path, lang: str) -> None:
    speak(lang)
    try:
        found(tmp_path / "spring.yaml", "春季班: 一")
    finally:
        speak("en")
    ours = read_class(tmp_path / "spring.yaml")
    key = read_key(tmp_path / "spring.key.yaml", ours)
    assert ours.class_ == "春季班: 一"
    assert [one.id for one in ours.trainees] == ["s01", "s02"]
    assert key.seed != ours.seed
    assert not ours.answers
