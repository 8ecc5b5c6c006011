"""`recovery coupons` as the person who looks after the shop uses it."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import update

from recovery.db import open_engine, table, writing
from recovery.migrations import prepare
from recovery.models import CampaignVersion
from tests.support.cli import recovery
from tests.support.coupons import CAMPAIGN
from tests.support.ledger import Ledger

Coupons = Callable[..., Result]

CODES = {
    "AAAA-BBBB-CCCC": "issued",
    "DDDD-EEEE-FFFF": "expired",
    "GGGG-HHHH-JJJJ": "withdrawn",
}


@pytest.fixture
def coupons(tmp_path: Path) -> Coupons:
    """A project with an issued, an expired and a withdrawn coupon."""
    engine = open_engine(f"sqlite:///{tmp_path / 'var' / 'recovery.db'}")
    prepare(engine)
    with writing(engine) as connection:
        ledger = Ledger(connection)
        for code, state in CODES.items():
            enrolment = ledger.enrolment(ledger.order())
            touch = ledger.touch(enrolment)
            ledger.coupon(enrolment, touch, code=code, state=state, offer="tenth")
        connection.execute(update(table(CampaignVersion)).values(source=CAMPAIGN))
    engine.dispose()
    return lambda *words: recovery("coupons", *words, "--project", tmp_path)


def test_a_table_for_people_and_a_document_for_scripts(coupons: Coupons) -> None:
    told = coupons()
    assert told.exit_code == 0, told.output
    assert "AAAA-BBBB-CCCC" in told.stdout
    assert "12.5 % off" in told.stdout
    assert "2026-11-04 10:00" in told.stdout
    assert "DDDD" not in told.stdout
    listed = json.loads(coupons("--json", "--state", "all").stdout)["coupons"]
    assert {one["code"]: one["state"] for one in listed} == CODES
    lost = json.loads(coupons("--json", "--state", "withdrawn").stdout)["coupons"]
    assert [one["code"] for one in lost] == ["GGGG-HHHH-JJJJ"]
    assert listed[0]["expires_at"] == "2026-11-04T10:00:00Z"
    assert listed[0]["min_order"] == "50.00"
    assert "No coupons." in coupons("--since", "2026-12-01T00:00:00Z").stdout


def test_csv_to_a_file_and_to_standard_output(coupons: Coupons, tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    assert "1 coupon written to" in coupons("--csv", file).stdout
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    assert [row["code"] for row in rows] == ["AAAA-BBBB-CCCC"]
    assert (rows[0]["percent"], rows[0]["amount"]) == ("12.5", "")
    assert (rows[0]["expires_at"], rows[0]["redeemed_at"]) == ("2026-11-04T10:00:00Z", "")
    assert coupons("--csv", "-").stdout == file.read_text("utf-8")
    assert "3 coupons written" in coupons("--csv", file, "--state", "all").stdout


def test_what_cannot_be_done_is_said_with_2(coupons: Coupons, tmp_path: Path) -> None:
    assert coupons("--csv", "-", "--json").exit_code == 2
    nowhere = coupons("--csv", tmp_path / "no" / "codes.csv")
    assert nowhere.exit_code == 2
    assert "codes.csv" in nowhere.stderr
    assert coupons("--since", "yesterday").exit_code == 2
