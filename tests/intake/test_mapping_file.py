"""Mapping files: every mistake with its line and cure, all at once."""

from pathlib import Path

import pytest

from recovery.intake.mapped import WrongMapping
from recovery.intake.mapping_file import read_mapping
from tests.support.pages import blocks

GOOD = """\
order_id: Number
status: {column: State, values: {Open: pending, NO: cancelled}, default: pending}
placed_at: {column: Date, format: "%d.%m.%Y %H:%M", zone: Europe/Berlin}
amount: {column: Total, decimal: comma}
currency: {default: EUR}
country: {default: NO}
email: Mail
name: {column: [First, Last], join: " "}
"""


def mistakes(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "mapping.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(WrongMapping) as caught:
        read_mapping(file)
    return str(caught.value).splitlines()


def test_a_row_of_theirs_becomes_one_of_ours(tmp_path: Path) -> None:
    file = tmp_path / "mapping.yaml"
    file.write_text(GOOD, "utf-8")
    row = {
        "number": "7",
        "state": "no",
        "date": "01.11.2026 09:30",
        "total": "1.299,50 €",
        "mail": "kim@example.com",
        "first": "Kim",
        "last": "Beispiel",
    }
    told, errors = read_mapping(file).translate([row], 2)
    assert errors == []
    assert told == {
        "order_id": "7",
        "status": "cancelled",
        "placed_at": "2026-11-01T08:30:00+00:00",
        "amount": "1299.50",
        "currency": "EUR",
        "country": "NO",
        "email": "kim@example.com",
        "name": "Kim Beispiel",
    }


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (
            "custommer_id: C",
            "mapping.yaml:9: custommer_id is not known; did you mean 'customer_id'?",
        ),
        ("phone: {colum: P}", "mapping.yaml:9: colum is not known; did you mean 'column'?"),
        ("phone: {values: {a: b}}", "mapping.yaml:9: phone: name its column, or a default"),
        ("email: Again", "mapping.yaml:9: email is there twice; keep one"),
        ("phone:", "mapping.yaml:9: no column is named; name one, or delete the line"),
        ("phone: {column: P, format: unix}", "mapping.yaml:9: format is for expires_at, placed_at"),
        ("expires_at: {column: E, zone: Europe/Berln}", "did you mean 'Europe/Berlin'?"),
        ("shipping_amount: {column: S, decimal: dot}", "mapping.yaml:9: decimal is comma or point"),
        ("sms_consent: {column: S, values: {y: yes}}", "mapping.yaml:9: sms_consent: 'yes' is no"),
        ("items: {name: N}", "mapping.yaml:9: items needs the columns of name and price"),
        ("locale: [a, [b]]", "mapping.yaml:9: locale: name a column"),
        ("items: [", "mapping.yaml:10: this is no YAML"),
    ],
)
def test_a_mistake_has_its_line_and_a_cure(tmp_path: Path, line: str, error: str) -> None:
    (found,) = [one for one in mistakes(tmp_path, f"{GOOD}{line}\n") if "missing" not in one][:1]
    assert error in found


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "order_id: A\nstatus: {column: B, values: {open: opn}}\n")
    assert "mapping.yaml:2: status: 'opn' is no status" in found[-1]
    missing = [one.split()[1] for one in found if "is missing" in one]
    assert missing == ["amount", "country", "currency", "placed_at"]
    assert any("neither email nor phone" in one for one in found)


@pytest.mark.parametrize("page", ["docs/own-data.md", "docs/zh-CN/own-data.md"])
def test_the_mapping_on_the_page_is_one(tmp_path: Path, page: str) -> None:
    (text,) = (text for kind, text in blocks(page) if kind == "yaml")
    file = tmp_path / "mapping.yaml"
    file.write_text(text, "utf-8")
    assert "financial status" in read_mapping(file).known


def test_a_file_that_is_no_mapping(tmp_path: Path) -> None:
    assert "write one field a line" in mistakes(tmp_path, "- a\n- b\n")[0]
    with pytest.raises(WrongMapping, match="can't be read"):
        read_mapping(tmp_path / "nowhere.yaml")
