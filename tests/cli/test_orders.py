"""`recovery orders`, as an operator and as a class use it."""

import csv
import json
from pathlib import Path

import pytest

from tests.support.cli import answered, recovery
from tests.support.order_rows import row, table_csv

BOM = b"\xef\xbb\xbf"


@pytest.fixture
def shop(project: Path, tmp_path: Path) -> Path:
    file = tmp_path / "orders.csv"
    rows = [
        row(order_id="1", name="王小明", amount="20.00"),
        row(order_id="2", name="=1+1", amount="200.00", country="US", phone=None),
        row(order_id="3", status="paid", failure_code=None),
    ]
    file.write_text(table_csv(rows), "utf-8")
    answered("import", file, "--project", project)
    return project


def ids(shop: Path, *words: object) -> list[str]:
    told = answered("orders", "--project", shop, *words)
    assert told["total"] >= len(told["orders"])
    return [one["order_id"] for one in told["orders"]]


def test_filters_on_the_command_line(shop: Path) -> None:
    assert ids(shop) == ["1", "2", "3"]
    assert ids(shop, "--unpaid") == ["1", "2"]
    assert ids(shop, "--unpaid", "--market", "us") == ["2"]
    assert ids(shop, "--unpaid", "--amount", "50..200 EUR") == []
    assert ids(shop, "--unpaid", "--amount", "50-201 EUR") == ["2"]
    assert ids(shop, "--unpaid", "--amount", "..21 EUR") == ["1"]
    assert ids(shop, "--unpaid", "--amount", "21 EUR") == ["2"]
    assert ids(shop, "--unpaid", "--reason", "insufficient_funds", "--limit", "1") == ["1"]
    assert ids(shop, "--since", "2026-11-20", "--campaign", "none") == ["1", "2", "3"]
    assert ids(shop, "--since", "1h", "--at", "2026-11-22T09:00:00Z") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--amount", "much"), "--amount much: write e.g. '200 USD'"),
        (("--amount", "1..5 XQZ"), "--amount 'XQZ' is no currency code"),
        (("--amount", "5..1 EUR"), "--amount 5..1 EUR: write"),
        (("--since", "lately"), "--since lately: write a span such as 7d"),
        (("--market", "Germany"), "did you mean 'DE'?"),
        (("--campaign", "unpayd"), "did you mean 'unpaid'?"),
    ],
)
def test_a_wrong_filter_names_the_cure(shop: Path, words: tuple[str, ...], said: str) -> None:
    done = recovery("orders", "--project", shop, *words)
    assert done.exit_code == 2
    assert said in done.output


def test_the_table_and_its_end(shop: Path) -> None:
    done = recovery("orders", "--unpaid", "--project", shop, "--limit", "1")
    assert "20.00 EUR" in done.stdout
    assert "… and 1 more; see --limit" in done.stdout
    assert "None." in recovery("orders", "--market", "JP", "--project", shop).stdout


def test_a_file_for_excel(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    told = answered("orders", "--unpaid", "--csv", file, "--project", shop)
    assert told == {"file": str(file), "orders": 2}
    assert file.read_bytes().startswith(BOM)
    with file.open(encoding="utf-8-sig", newline="") as stream:
        first, second = csv.DictReader(stream)
    assert (first["name"], first["reason"]) == ("王小明", "insufficient_funds")
    assert second["name"] == "'=1+1"  # no formula


def test_a_class_gets_other_names_and_can_import_the_list(shop: Path, tmp_path: Path) -> None:
    file, pupil = tmp_path / "list.csv", tmp_path / "pupil"
    answered("orders", "--csv", file, "--pseudonymise", "--project", shop)
    text = file.read_text("utf-8-sig")
    assert not any(name in text for name in ("王小明", "kim@", "901820", "C1,"))
    (pupil / "campaigns").mkdir(parents=True)
    told = answered("import", file, "--project", pupil)
    assert (told["inserted"], told["rejected"]) == (3, 0)


def test_json_is_one_document(shop: Path) -> None:
    done = recovery("orders", "--json", "--project", shop, "--market", "JP")
    assert json.loads(done.stdout)["orders"] == []
