"""Other people's columns: what their cells mean, and lines that belong together."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from recovery.connectors.table_file.open import RawRow
from recovery.errors import RecoveryError
from recovery.intake.mapped import Mapped, WrongMapping
from recovery.intake.mapping_file import read_mapping

BASE = """\
order_id: Number
status: State
placed_at: {placed}
amount: {amount}
currency: Currency
country: Country
email: Mail
items: {{name: Product, quantity: Count, price: Each}}
"""


def mapping(tmp_path: Path, placed: str = "Date", amount: str = "Total") -> Mapped:
    file = tmp_path / "mapping.yaml"
    file.write_text(BASE.format(placed=placed, amount=amount), "utf-8")
    return read_mapping(file)


def line(**cells: Any) -> dict[str, Any]:
    usual = {"number": "1", "state": "paid", "date": "2026-10-01T09:00Z", "total": "5"}
    return usual | {"currency": "EUR", "country": "DE", "mail": "a@example.com"} | cells


@pytest.mark.parametrize(
    ("rule", "cell", "told"),
    [
        ("Date", "2026-10-01 09:00:00 +0800", "2026-10-01 09:00:00+0800"),
        ("{column: Date, zone: Asia/Shanghai}", "2026-10-01 09:00", "2026-10-01T01:00:00+00:00"),
        ("{column: Date, zone: Asia/Tokyo}", "2026-10-01 09:00 +0000", "2026-10-01T09:00:00+00:00"),
        ("{column: Date, format: unix}", "1790845200", "2026-10-01T09:00:00+00:00"),
        ("{column: Date, format: unix_ms}", "1790845200000", "2026-10-01T09:00:00+00:00"),
        (
            "{column: Date, format: ['%Y/%m/%d', '%Y年%m月%d日 %H:%M'], zone: UTC}",
            "2026年10月1日 09:00",
            "2026-10-01T09:00:00+00:00",
        ),
    ],
)
def test_times(tmp_path: Path, rule: str, cell: str, told: str) -> None:
    found, errors = mapping(tmp_path, placed=rule).translate([line(date=cell)], 2)
    assert (found.get("placed_at"), errors) == (told, [])


@pytest.mark.parametrize(
    ("decimal", "cell", "told"),
    [
        ("comma", "1.299,50 €", "1299.50"),
        ("point", "US$1,299.50", "1299.50"),
        ("point", "¥1,250.00", "1250"),
        ("comma", "-5,00", "-5"),
        ("point", "free", "free"),
    ],
)
def test_amounts(tmp_path: Path, decimal: str, cell: str, told: str) -> None:
    rule = f"{{column: Total, decimal: {decimal}}}"
    found, _ = mapping(tmp_path, amount=rule).translate([line(total=cell)], 2)
    assert found["amount"] == told


def test_a_cell_that_is_not_written_so_is_told_with_both_cures(tmp_path: Path) -> None:
    rule = '{column: Date, format: "%d.%m.%Y"}'
    _, (error,) = mapping(tmp_path, placed=rule).translate([line(date="10/01/26")], 7)
    assert (error.line, error.field) == (7, "placed_at")
    assert "'10/01/26' is not written as %d.%m.%Y; correct the cell, or format:" in error.error


def lines(tmp_path: Path, *rows: dict[str, Any]) -> list[tuple[int, int]]:
    raws: Sequence[RawRow] = [RawRow(number, row) for number, row in enumerate(rows, 2)]
    return [(raw.line, len(found)) for raw, found in mapping(tmp_path).rows(raws)]


def test_the_lines_of_one_order_are_one_row(tmp_path: Path) -> None:
    blank = {"number": "1", "product": "Cup", "each": "2"}
    assert lines(tmp_path, line(), blank, line(product="Pot"), line(number="2")) == [(2, 3), (5, 1)]


def test_another_state_of_an_order_is_a_row_of_its_own(tmp_path: Path) -> None:
    assert lines(tmp_path, line(), line(state="refunded")) == [(2, 1), (3, 1)]


def test_products_are_collected(tmp_path: Path) -> None:
    first, second = line(product="Pot", each="3"), line(product="Cup", count="2", each="1")
    told, _ = mapping(tmp_path).translate([first, second, line()], 2)
    assert told["items"] == [
        {"name": "Pot", "quantity": "1", "price": "3"},
        {"name": "Cup", "quantity": "2", "price": "1"},
    ]


def test_a_column_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    header = ["number", "stat", "date", "total", "currency", "country", "mail"]
    with pytest.raises(WrongMapping) as caught:
        mapping(tmp_path).judge(header, "orders.csv", 1)
    told = str(caught.value).splitlines()
    assert told[0] == "mapping.yaml:2: orders.csv has no column 'state'; did you mean 'stat'?"
    assert len(told) == 4
    assert isinstance(caught.value, RecoveryError)
    assert caught.value.exit_code == 65


def test_a_field_within_another_of_json(tmp_path: Path) -> None:
    file = tmp_path / "mapping.yaml"
    text = BASE.format(placed="Date", amount="Total").replace("email: Mail", "email: Buyer.Mail")
    file.write_text(text, "utf-8")
    told, _ = read_mapping(file).translate([line(buyer={"Mail": "b@example.com"})], 2)
    assert told["email"] == "b@example.com"
