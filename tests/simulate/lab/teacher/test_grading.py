"""A class with honest, careless and cheating trainees: each gets a mark, nobody is hurt."""

import csv
import json
from io import StringIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from recovery.i18n import say
from recovery.simulate.lab.teacher.classroom import read_class, read_key
from recovery.simulate.lab.teacher.founding import key_of
from recovery.simulate.lab.teacher.grading import Exam, Graded
from recovery.simulate.lab.teacher.marks import Mark
from recovery.simulate.lab.teacher.page import page
from recovery.simulate.lab.teacher.table import BOM, guarded, table
from tests.support.lab import CLASS, GOOD, NOW, SHEET, classroom, hand_in, work

BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(20)
)
TRAINEES = {
    "s01": "王小明",
    "s02": "李华",
    "s03": "=HYPERLINK(1)",
    "s04": "late",
    "s05": "bomb",
    "s06": "robber",
    "s07": "broken",
    "s08": "nobody",
    "s09": "<script>alert(1)</script>",
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """The marks of a class; every trick that we know of is in its folder."""
    home = tmp_path_factory.mktemp("class")
    people = "".join(
        f"  - {{id: {one}, name: {json.dumps(name, ensure_ascii=False)}}}\n"
        for one, name in TRAINEES.items()
    )
    file = classroom(home, CLASS[: CLASS.index("trainees:")] + "trainees:\n" + people)
    box = home / "in"
    box.mkdir()
    _fill(box)
    ours = read_class(file)
    exam = Exam(ours, read_key(key_of(file), ours), home, jobs=2)
    return exam.grade(box)


def _fill(box: Path) -> None:
    (box / "a.handin.json").write_text(hand_in("王小明"), "utf-8")
    (box / "b.handin.json").write_text(hand_in("李华"), "utf-8")  # a copy
    easy = SHEET.model_copy(update={"seed": 1, "scenario": "exam-spring", "orders": 50})
    claimed = json.loads(hand_in("s03", work(GOOD + "# 3\n"), easy)) | {"mark": 100, "score": 120}
    (box / "c.handin.json").write_text(json.dumps(claimed), "utf-8")
    (box / "result.json").write_text(json.dumps({"name": "s08", "mark": 100}), "utf-8")
    late = hand_in("s04", work(GOOD + "# 4\n"), at=NOW.replace(day=11))
    (box / "d.handin.json").write_text(late, "utf-8")
    (box / "e.handin.json").write_text(hand_in("s05", work(BOMB)), "utf-8")
    with ZipFile(box / "s06.zip", "w", ZIP_DEFLATED) as made:
        made.writestr("../../class.key.yaml", "seed: 1")
    (box / "s07").mkdir()
    (box / "s07" / "swollen.zip").write_bytes(b"PK\x03\x04 but no archive")
    (box / "f.handin.json").write_text(
        hand_in("s09", work(GOOD, **{"diary.yaml": "- {at: 1d, publish: ../../../etc/x.yaml}"})),
        "utf-8",
    )


def line(graded: Graded, trainee: str):
    return next(one for one in graded.lines if one.trainee.id == trainee)


def told(graded: Graded, trainee: str, lang: str = "en") -> str:
    return "\n".join(line(graded, trainee).marks[0].told(lang))


def test_good_work_gets_a_good_mark(graded: Graded) -> None:
    mark = line(graded, "s01").marks[0]
    assert [one.passed for one in mark.reasons[:4]] == [True] * 4
    assert mark.value > 70
    assert line(graded, "s01").rank == 1


def test_a_copy_gets_the_same_mark_and_is_named(graded: Graded) -> None:
    assert line(graded, "s02").total == line(graded, "s01").total
    assert line(graded, "s02").rank == 1
    assert "identical to 王小明" in told(graded, "s02")
    assert "与 王小明 的完全相同" in told(graded, "s02", "zh-CN")


def test_a_claimed_result_and_another_seed_count_nothing(graded: Graded) -> None:
    mine, honest = line(graded, "s03").marks[0], line(graded, "s01").marks[0]
    assert (mine.value, mine.score) == (honest.value, honest.score)
    assert "another scenario, orders, seed" in told(graded, "s03")


def test_late_work_loses_its_part(graded: Graded) -> None:
    late, punctual = line(graded, "s04").marks[0], line(graded, "s01").marks[0]
    assert late.late
    assert float(late.value) == pytest.approx(0.8 * float(punctual.value), abs=0.06)
    assert "after the deadline" in told(graded, "s04")


@pytest.mark.parametrize(
    ("trainee", "why"),
    [
        ("s05", "declined.yaml"),
        ("s06", "leads out of it"),
        ("s07", "archive can't be read"),
        ("s08", "nothing was handed in"),
        ("s09", "is not in the diary's folder"),
    ],
)
def test_what_can_not_be_marked_gets_nothing_with_the_reason(
    graded: Graded, trainee: str, why: str
) -> None:
    assert line(graded, trainee).total == 0
    assert why in told(graded, trainee)
    assert told(graded, trainee, "zh-CN")


def test_nothing_of_the_key_is_told(graded: Graded) -> None:
    whole = json.dumps([graded.payload("en"), page(graded, "en"), table(graded, "en")])
    for secret in ("990017", "truth", "lab-exam", "exam-spring"):
        assert secret not in whole
    assert graded.payload("en")["left_out"] == ["result.json"]


def test_excel_shows_chinese_and_calculates_nothing(graded: Graded) -> None:
    text = table(graded, "zh-CN")
    assert text.startswith(BOM)
    rows = list(csv.reader(StringIO(text.removeprefix(BOM))))
    assert rows[0][:5] == ["名次", "编号", "姓名", "成绩", "练习 3"]
    assert {row[2] for row in rows[1:]} >= {"王小明", "李华", "'=HYPERLINK(1)"}
    assert text.endswith("\r\n")
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "＋1"])
def test_a_formula_is_shown_as_text(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    assert guarded(f"a{cell}") == f"a{cell}"


def test_names_are_text_on_the_page(graded: Graded) -> None:
    html = page(graded, "zh-CN")
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert 'lang="zh-CN"' in html
    assert "http" not in html.replace("http-equiv", "")


def test_a_terminal_is_told_nothing_by_a_stranger() -> None:
    evil = "\x1b]0;owned\x07\u202e"
    mark = Mark(3, mistakes={"en": [f"x.yaml: {evil}"]}, fault=say("{name}", name=evil))
    whole = json.dumps([mark.told("en"), mark.payload("en")], ensure_ascii=False)
    assert "owned" in whole
    assert "\\u00" not in whole
    assert "\u202e" not in whole


def test_marks_are_the_same_every_time(tmp_path: Path) -> None:
    ours = read_class(classroom(tmp_path))
    box = tmp_path / "in"
    box.mkdir()
    (box / "a.handin.json").write_text(hand_in("王小明"), "utf-8")
    found = [Exam(ours, None, tmp_path, jobs=jobs).grade(box).payload("en") for jobs in (1, 3)]
    assert found[0] == found[1]


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    ours = read_class(classroom(tmp_path))
    box = tmp_path / "in"
    box.mkdir()
    (box / "a.handin.json").write_text(hand_in("王小明"), "utf-8")
    exam = Exam(ours, None, tmp_path, patience=0.05)
    with pytest.raises(Exception, match="it took longer than"):
        exam.grade(box)
