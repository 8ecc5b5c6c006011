"""Whose a hand-in is, what counts, and what is only a note."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from recovery.simulate.lab.course import find_exercise
from recovery.simulate.lab.sheet import Sheet
from recovery.simulate.lab.solution import answer_of
from recovery.simulate.lab.teacher.classroom import Classroom, read_class
from recovery.simulate.lab.teacher.collect import Collected, collect
from tests.support.lab import GOOD, SHEET, classroom, hand_in, work


@pytest.fixture
def ours(tmp_path: Path) -> Classroom:
    return read_class(classroom(tmp_path))


@pytest.fixture
def box(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def put(box: Path, name: str, text: str) -> None:
    file = box / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def told(found: Collected) -> list[tuple[str, str, list[str], str]]:
    return [
        (one.trainee.id, one.label, list(map(str, one.notes)), str(one.fault or ""))
        for one in found.entries
    ]


def test_a_name_or_an_id_says_whose_it_is(box: Path, ours: Classroom) -> None:
    put(box, "a.handin.json", hand_in("王 小明"))
    put(box, "b.handin.json", hand_in("S02", work(GOOD + "# b\n")))
    put(box, "Ana Silva_9917_assignsubmission_file/x.json", hand_in("?", work(GOOD + "# c\n")))
    found = {one.label: one.trainee.id for one in collect(box, ours).entries}
    assert found == {
        "a.handin.json": "s01",
        "b.handin.json": "s02",
        "Ana Silva_9917_assignsubmission_file/x.json": "s03",
    }


def test_the_teachers_folder_counts_for_more_than_a_claim(box: Path, ours: Classroom) -> None:
    put(box, "s02/x.handin.json", hand_in("王小明"))
    ((trainee, _, notes, _),) = told(collect(box, ours))
    assert (trainee, notes) == ("s02", ["it says that it is by 王小明"])


def test_a_stranger_has_a_line_of_their_own(box: Path, ours: Classroom) -> None:
    put(box, "x.handin.json", hand_in("赵六"))
    ((trainee, _, notes, _),) = told(collect(box, ours))
    assert (trainee, notes) == ("赵六", ["赵六 is not in the list of the class"])


def test_a_folder_and_an_archive_are_hand_ins_too(box: Path, ours: Classroom) -> None:
    put(box, "s01/lab-3/campaigns/declined.yaml", GOOD)
    put(box, "s01/lab-3/lab.yaml", SHEET.text())
    put(box, "s01/lab-3/README.md", "# the task")
    with ZipFile(box / "s02 李华.zip", "w") as made:
        made.writestr("lab-3/lab.yaml", SHEET.model_copy(update={"name": "李华"}).text())
        made.writestr("lab-3/campaigns/declined.yaml", GOOD + "# mine\n")
        made.writestr("lab-3/.lab.json", "{}")
    found = collect(box, ours)
    assert [(one[0], one[3]) for one in told(found)] == [("s01", ""), ("s02", "")]
    assert list(found.entries[0].hand_in.work.files) == ["campaigns/declined.yaml"]


def test_what_is_no_hand_in_is_left_out(box: Path, ours: Classroom) -> None:
    put(box, "result.json", json.dumps({"name": "王小明", "mark": 100}))
    put(box, "notes.txt", "hello")
    found = collect(box, ours)
    assert (found.entries, list(found.left_out)) == ([], ["notes.txt", "result.json"])


def test_copies_are_named_and_nothing_else_is_done_about_them(box: Path, ours: Classroom) -> None:
    put(box, "a.handin.json", hand_in("王小明"))
    put(box, "b.handin.json", hand_in("李华"))
    put(box, "c.handin.json", hand_in("Ana Silva", work(GOOD + "# my own words\n")))
    notes = {one.trainee.id: list(map(str, one.notes)) for one in collect(box, ours).entries}
    assert notes == {"s01": ["identical to 李华"], "s02": ["identical to 王小明"], "s03": []}


def test_the_reference_answer_is_recognised(box: Path, ours: Classroom) -> None:
    put(box, "a.handin.json", hand_in("王小明", answer_of(find_exercise(3))))
    ((_, _, notes, _),) = told(collect(box, ours))
    assert notes == ["identical to the reference answer"]


def test_another_seed_is_a_note(box: Path, ours: Classroom) -> None:
    other = SHEET.model_copy(update={"seed": 1, "scenario": "exam-spring"})
    put(box, "a.handin.json", hand_in("王小明", sheet=other))
    ((_, _, notes, fault),) = told(collect(box, ours))
    assert ["another scenario, seed than" in note for note in notes] == [True]
    assert fault == ""


def test_another_exercise_is_a_fault(box: Path, ours: Classroom) -> None:
    put(box, "a.handin.json", hand_in("王小明", sheet=Sheet.of(find_exercise(1))))
    put(box, "b.handin.json", hand_in("李华", sheet=SHEET.model_copy(update={"exercise": 99})))
    faults = [one[3] for one in told(collect(box, ours))]
    assert faults == ["the class does not do exercise 1", "the class does not do exercise 99"]


def test_a_broken_file_is_a_fault_of_its_own(box: Path, ours: Classroom) -> None:
    put(box, "s01.handin.json", "{")
    put(box, "s02/campaigns/x.yaml", "\0\0\0\1\2\3")
    put(box, "s03/campaigns/x.yaml", "x" * 300_000)
    faults = {one[0]: one[3] for one in told(collect(box, ours))}
    assert faults == {
        "s01": "this is no hand-in: it can't be read as JSON",
        "s02": "campaigns/x.yaml is no text",
        "s03": "campaigns/x.yaml is too large",
    }
