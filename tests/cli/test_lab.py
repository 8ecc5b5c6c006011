"""`recovery lab` from the first command to the marks, as a trainee and a teacher type it."""

import json
from pathlib import Path

import pytest

from recovery.simulate.lab.course import course
from tests.support.cli import answered, recovery
from tests.support.lab import CLASS, GOOD, KEY, classroom

CHINESE = {"LANG": "zh_CN.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_alone_it_lists_the_course() -> None:
    told = recovery("lab").stdout
    assert told.startswith(" 1  The first reminder  (10 min)\n 2  ")
    assert recovery("lab", **CHINESE).stdout.startswith(" 1  第一封催付邮件")
    assert len(answered("lab")["exercises"]) == len(course())


def test_start_makes_a_folder_and_spoils_none(home: Path) -> None:
    made = answered("lab", "start", 9, "--lang", "zh-CN")
    assert made["folder"] == "lab-9"
    assert made["files"] == [
        "README.md",
        "campaigns/cards.yaml",
        "campaigns/unpaid.yaml",
        "diary.yaml",
        "lab.yaml",
    ]
    assert (home / "lab-9" / "README.md").read_text("utf-8").startswith("# 练习 9：收银台停了")
    again = recovery("lab", "start", 9)
    assert (again.exit_code, "lab-9 is not empty" in again.stderr) == (2, True)
    assert recovery("lab", "start", 99).exit_code == 2


def test_hints_come_one_by_one() -> None:
    first = answered("lab", "hint", 1)
    assert (first["hint"], first["of"]) == (1, len(course()[0].hints))
    assert "recovery lab hint 1 2" in recovery("lab", "hint", 1).stdout
    assert recovery("lab", "hint", 1, 3).exit_code == 0
    assert recovery("lab", "hint", 1, 4).exit_code == 2


def test_a_mistake_is_shown_as_check_shows_it(home: Path) -> None:
    recovery("lab", "start", 1)
    file = home / "lab-1" / "campaigns" / "first.yaml"
    file.write_text(file.read_text("utf-8").replace("status: draft", "status： active"), "utf-8")
    result = recovery("lab", "check", 1)
    assert result.exit_code == 65
    assert "campaigns/first.yaml:3:7" in result.stdout
    assert "a campaign has a mistake: mend it first" in result.stdout
    heard = recovery("lab", "check", 1, "--until", "2d", **CHINESE)
    assert heard.exit_code == 65
    assert "--> campaigns/first.yaml:3:7" in heard.stdout
    assert "说明: " in heard.stdout


def test_a_draft_is_told_and_not_played() -> None:
    recovery("lab", "start", 1)
    result = recovery("lab", "check", 1, **CHINESE)
    assert result.exit_code == 1
    assert "没有活动处于 active 状态" in result.stdout
    assert "得分" not in result.stdout


def test_the_answer_comes_after_three_tries_if_the_class_allows(home: Path) -> None:
    recovery("lab", "start", 1)
    early = recovery("lab", "answer", 1)
    assert (early.exit_code, "try it 3 times first" in early.stderr) == (2, True)
    for _ in range(3):
        recovery("lab", "check", 1)
    assert "status: active" in recovery("lab", "answer", 1).stdout
    sheet = home / "lab-1" / "lab.yaml"
    sheet.write_text(sheet.read_text("utf-8").replace("answers: true", "answers: false"), "utf-8")
    closed = recovery("lab", "answer", 1)
    assert (closed.exit_code, "keeps the answers closed" in closed.stderr) == (2, True)


def test_a_market_for_grading_is_not_played_at_home(home: Path) -> None:
    for hidden in ("exam-spring", "lab-exam-reasons", "mine"):
        recovery("lab", "start", 3, home / hidden)
        sheet = home / hidden / "lab.yaml"
        mine = home / hidden / "scenarios" / "mine.yaml"  # of one's own, on the shoulders of one
        mine.parent.mkdir()
        mine.write_text("like: exam-spring\nscenario: mine\nhidden: no\n", "utf-8")
        sheet.write_text(sheet.read_text("utf-8").replace("lab-reasons", hidden), "utf-8")
        for words in (["check", 3], ["check", 3, "--until", "1d"]):
            result = recovery("lab", *words[:2], home / hidden, *words[2:])
            assert (result.exit_code, "for grading" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("exercise: 1", "exercise: 2", "is for exercise 2, not 1"),
        ("seed: 1", "seed: one", "lab.yaml: seed: "),
        ("orders: 600", "orders: 600000000", "lab.yaml: orders: "),
        ("seed: 1", "sed: 1", "lab.yaml: "),
        ('name: ""', "name: [", "lab.yaml:"),
    ],
)
def test_a_spoilt_lab_yaml_is_told(home: Path, old: str, new: str, told: str) -> None:
    recovery("lab", "start", 1)
    sheet = home / "lab-1" / "lab.yaml"
    text = sheet.read_text("utf-8")
    assert old in text
    sheet.write_text(text.replace(old, new), "utf-8")
    result = recovery("lab", "check", 1)
    assert result.exit_code == 2
    assert told in result.stderr


def test_from_the_class_file_to_the_marks(home: Path) -> None:
    file = classroom(home)
    started = recovery("lab", "start", 3, "--class", file, "--name", "王小明", **CHINESE)
    assert started.exit_code == 0, started.output
    (home / "lab-3" / "campaigns" / "declined.yaml").write_text(GOOD, "utf-8")
    tried = answered("lab", "check", 3, "--lang", "en")
    assert tried["solved"]
    assert tried["score"]["empty"] == 0
    assert {"placed", "sequences", "score", "money"} <= set(tried["outcome"])
    made = answered("lab", "hand-in", 3, "--at", "2026-12-01T09:00:00Z")
    assert made["file"] == "lab-3-王小明.handin.json"
    document = json.loads(Path(made["file"]).read_text("utf-8"))
    assert (document["name"], document["made_at"]) == ("王小明", "2026-12-01T09:00:00Z")
    assert "score" not in document
    (home / "in").mkdir()
    Path(made["file"]).rename(home / "in" / made["file"])
    graded = recovery(
        *("lab", "grade", file, home / "in", "--csv", "marks.csv", "--html", "marks.html"),
        **CHINESE,
    )
    assert graded.exit_code == 0, graded.output
    assert graded.stdout.startswith("电商运营一班\n  1")
    assert "没有交作业" in graded.stdout
    assert "990017" not in graded.output
    raw = (home / "marks.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert "王小明" in raw.decode("utf-8-sig")
    assert "王小明" in (home / "marks.html").read_text("utf-8")


def test_what_was_to_be_heard(home: Path) -> None:
    recovery("lab", "start", 9)
    sheet = home / "lab-9" / "lab.yaml"
    sheet.write_text(sheet.read_text("utf-8").replace("orders: 800", "orders: 80"), "utf-8")
    heard = answered("lab", "check", 9, "--until", "5d")
    assert any("status page" in one["words"] for one in heard["notices"])
    assert "Nothing was to be heard." in recovery("lab", "check", 9, "--until", "1d").stdout
    assert recovery("lab", "check", 9, "--until", "soon").exit_code == 2


def test_a_new_class_and_its_key(home: Path) -> None:
    made = answered("lab", "class", "spring.yaml", "--name", "春季班")
    assert made == {"class": "spring.yaml", "key": "spring.key.yaml"}
    assert recovery("lab", "class", "spring.yaml", "--name", "春季班").exit_code == 2


def test_a_wrong_class_file_is_told_with_its_line(home: Path) -> None:
    file = classroom(home, CLASS.replace("seed: 7", "sead: 7"))
    (home / "in").mkdir()
    result = recovery("lab", "grade", file, home / "in")
    assert result.exit_code == 65
    assert "class.yaml:3:1: sead: 'sead' means nothing here" in result.stderr
    file = classroom(home, key=KEY.replace("一班", "二班"))
    assert recovery("lab", "grade", file, home / "in").exit_code == 2
