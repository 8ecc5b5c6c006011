"""The one file that a trainee gives away: what it holds, and what it can't be made to hold."""

import json

import pytest

from recovery.errors import UsageError
from recovery.simulate.lab.handin import LONGEST_NAME, clean, read_hand_in
from recovery.simulate.lab.work import LARGEST, MOST_FILES, Work
from tests.support.lab import NOW, SHEET, hand_in, work


def altered(**more: object) -> str:
    return json.dumps(json.loads(hand_in("王小明")) | more, ensure_ascii=False)


def test_a_hand_in_is_read_as_it_was_written() -> None:
    found = read_hand_in(hand_in("王小明"))
    assert (found.name, found.exercise, found.made_at) == ("王小明", 3, NOW)
    assert found.work == work()
    assert found.whole
    assert found.claims is not None and found.claims["seed"] == SHEET.seed


def test_its_digest_is_of_the_work_alone() -> None:
    mine, theirs = read_hand_in(hand_in("王小明")), read_hand_in(hand_in("李华"))
    assert mine.work.digest == theirs.work.digest
    assert (
        Work({"campaigns/a.yaml": "x: 1\r\n"}).digest == Work({"campaigns/a.yaml": "x: 1"}).digest
    )
    assert Work({"campaigns/a.yaml": "x: 1"}).digest != Work({"campaigns/b.yaml": "x: 1"}).digest


def test_a_changed_file_is_noticed() -> None:
    other = {"campaigns/declined.yaml": "campaign: other"}
    assert not read_hand_in(altered(files=other)).whole


def test_claims_about_marks_are_nothing() -> None:
    found = read_hand_in(altered(result={"mark": 100}, score=120))
    assert found == read_hand_in(hand_in("王小明"))


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "campaigns/../../x.yaml",
        "campaigns/a/b.yaml",
        "campaigns\\..\\x.yaml",
        "campaigns/.hidden.yaml",
        "templates/payment-failed/en/letter.txt",
        "recovery.toml",
        "campaigns/x.yaml\n",
    ],
)
def test_only_a_works_own_files_belong_to_it(name: str) -> None:
    with pytest.raises(UsageError, match="no file such as"):
        read_hand_in(altered(files={name: "x"}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        '{"recovery_lab": 2}',
        "[" * 100_000,
        altered(files={"campaigns/a.yaml": "x" * (LARGEST + 1)}),
        altered(files={f"campaigns/{n}.yaml": "x" for n in range(MOST_FILES + 1)}),
        altered(files={"campaigns/a.yaml": 7}),
        altered(files=None),
    ],
    ids=["empty", "words", "list", "later", "deep", "large", "many", "number", "none"],
)
def test_what_is_no_hand_in_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_hand_in(text)


def test_odd_values_are_nothing() -> None:
    found = read_hand_in(altered(exercise="3", made_at="yesterday", name=["x"]))
    assert (found.exercise, found.made_at, found.name) == (None, None, "")
    assert read_hand_in(altered(exercise=True)).exercise is None


def test_a_name_is_shown_as_text() -> None:
    assert clean("  王\u202e小\x1b[31m明\n\t ") == "王 小 [31m明"
    assert len(clean("长" * 500)) == LONGEST_NAME
