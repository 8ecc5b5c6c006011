"""What the check tells of messages that are written out: in which file, where, and once."""

from pathlib import Path

import pytest

from recovery.examination import examine
from recovery.preview.proofs import LONG, public_url
from recovery.problems import Problem
from recovery.settings import load_settings

LETTER = "templates/unpaid-reminder/en/letter.txt"
SMS = "templates/unpaid-reminder/en/sms.txt"


def told(project: Path) -> list[Problem]:
    return list(
        examine(load_settings(project, {}), [project / "templates/unpaid-reminder"]).problems
    )


def changed(project: Path, file: str, before: str, after: str) -> str:
    path = project / file
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    return path.read_text("utf-8")


def test_the_shipped_messages_have_nothing_doubtful(project: Path) -> None:
    assert list(examine(load_settings(project, {})).problems) == []


@pytest.mark.parametrize(
    ("code", "words", "mark"),
    [
        ("CR154", '<a href="/basket">basket</a>', "/basket"),
        ("CR155", '<a href="https://evil.example/pay">pay</a>', "https://evil.example/pay"),
        ("CR160", '<img src="https://shop.example/a.png">', "https://shop.example/a.png"),
    ],
)
def test_links_and_pictures_are_told_where_they_stand(
    project: Path, code: str, words: str, mark: str
) -> None:
    path = project / "templates/layouts/email.mjml"
    text = path.read_text("utf-8")
    head = text[: text.rindex("</mj-column>")]
    path.write_text(f"{head}<mj-text>{words}</mj-text>{text[len(head) :]}", "utf-8")
    (found,) = told(project)  # once, though every letter stands in this layout
    line = head.count("\n") + 1
    assert (found.code, found.file, found.line) == (code, "templates/layouts/email.mjml", line)
    assert path.read_text("utf-8").splitlines()[line - 1][found.column - 1 :].startswith(mark)


def test_a_long_subject_is_told_at_the_subject(project: Path) -> None:
    text = (project / LETTER).read_text("utf-8")
    subject = next(line for line in text.splitlines() if line.startswith("subject:"))
    changed(project, LETTER, subject, "subject: " + "long " * 14)
    (found,) = told(project)
    assert (found.code, found.file, found.line, found.column) == ("CR158", LETTER, 1, 10)


def test_a_layout_without_a_way_out_is_told_with_the_advertising(project: Path) -> None:
    for layout in ("email.mjml", "email.txt"):
        path = project / "templates/layouts" / layout
        path.write_text(path.read_text("utf-8").replace("unsubscribe_url", "shop.url"), "utf-8")
    found = [one for one in examine(load_settings(project, {})).problems if one.code == "CR153"]
    assert {one.file.split("/")[1] for one in found} == {"cart-waiting", "last-call"}


def test_a_novel_is_no_sms(project: Path) -> None:
    changed(project, SMS, "{{", "word " * 130 + "{{")
    (found,) = told(project)
    assert (found.code, found.file) == ("CR163", SMS)


def test_a_broken_message_is_not_told_of_twice(project: Path) -> None:
    changed(project, LETTER, "subject: ", "subject: " + "long " * 14 + "{{ order.numbr }} ")
    assert [one.code for one in told(project)] == ["CR101"]


def test_links_are_as_long_as_real_ones(project: Path) -> None:
    assert public_url(load_settings(project, {})) == LONG
    own = {"RECOVERY_PUBLIC_URL": "https://pay.my-shop.example", "RECOVERY_SECRET_KEY": "x" * 40}
    assert public_url(load_settings(project, own)) == own["RECOVERY_PUBLIC_URL"]
