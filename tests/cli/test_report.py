"""`recovery report`: the table, the document and the page say the same."""

import csv
import json
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from recovery.cli.main import main
from recovery.db import open_engine, table, writing
from recovery.migrations import prepare
from recovery.models import CampaignVersion
from tests.support.ledger import Ledger


@dataclass
class Recovery:
    """`recovery report` in one project."""

    project: Path

    def __call__(self, *words: str, at: str = "2026-11-20T09:00:00Z") -> Result:
        words = ("report", *words, "--project", str(self.project), "--at", at)
        return CliRunner().invoke(main, words)


@pytest.fixture
def recovery(tmp_path: Path) -> Recovery:
    """The command in a project with 56 of 70 recovered, against 48 of 80 in the hold-out."""
    engine = open_engine(f"sqlite:///{tmp_path / 'var' / 'recovery.db'}")
    prepare(engine)
    with writing(engine) as connection:
        ledger = Ledger(connection)
        for size, paid, holdout in ((70, 56, False), (80, 48, True)):
            for number in range(size):
                order = ledger.order(paid=5 if number < paid else None, phone=None)
                enrolment = ledger.enrolment(order, holdout=holdout)
                ledger.touch(enrolment, state="withheld" if holdout else "sent")
    engine.dispose()
    return Recovery(tmp_path)


def test_the_document_is_the_contract(recovery: Recovery) -> None:
    document = json.loads(recovery("--json").stdout)
    assert document["at"] == "2026-11-20T09:00:00Z"
    treated, control = document["sequences"]
    contract = {
        "campaign": "card-declined",
        "segment": "everyone",
        "sequence": "plain",
        "holdout": False,
        "enrolled": 70,
        "open": 0,
        "mature": 70,
        "recovered": 56,
        "recovery_rate": {"value": 0.8, "ci95": [0.6918, 0.877]},
        "touches": {"email": 70, "sms": 0, "task": 0},
        "money": [
            {
                "currency": "EUR",
                "recovered": "5600.00",
                "incentive_cost": "0.00",
                "message_cost": "0.00",
                "refunded": "0.00",
                "net": "5600.00",
            }
        ],
    }
    assert treated | contract == treated
    lift = {"against": "holdout", "absolute": 0.2, "enough_data": True}
    assert treated["lift"] | lift == treated["lift"]
    assert (control["sequence"], control["holdout"], control["lift"]) == (None, True, None)
    assert control["touches"]["email"] == 0


def test_people_get_the_lift_in_words(recovery: Recovery) -> None:
    told = recovery()
    assert told.exit_code == 0, told.output
    words = " ".join(told.stdout.replace("\N{NO-BREAK SPACE}", " ").split())
    assert "brings back 20.0 more of every 100 customers" in words
    assert "(this order or another one in its place)" in words
    assert "100.0% of its customers' windows are over" in words
    assert "80.0%" in words
    assert "Recovery rate = enrolled orders paid" in words


def test_a_young_cohort_waits(recovery: Recovery) -> None:
    (treated, _) = json.loads(recovery("--json", at="2026-11-02T09:00:00Z").stdout)["sequences"]
    assert (treated["open"], treated["mature"]) == (70, 0)
    assert treated["recovery_rate"]["value"] is None
    assert treated["lift"]["enough_data"] is False
    assert recovery(at="2026-11-02T09:00:00Z").exit_code == 0


def test_the_page_is_written_in_both_languages(recovery: Recovery, tmp_path: Path) -> None:
    for lang, title in (("en", "Recovery report"), ("zh-CN", "挽回报告")):
        page = tmp_path / "pages" / f"{lang}.html"
        told = recovery("--html", str(page), "--lang", lang, "--json")
        assert json.loads(told.stdout)["html"] == str(page)
        drawn = page.read_text(encoding="utf-8")
        assert f"<title>{title}</title>" in drawn
        assert 'class="growth"' in drawn  # how the lift came about is asked for the page alone


def test_one_campaign_may_be_asked_for(recovery: Recovery) -> None:
    told = json.loads(recovery("--campaign", "card-declined", "--json").stdout)
    assert len(told["sequences"]) == 2


def test_a_campaign_nobody_is_in_yet_has_nothing_to_report(
    recovery: Recovery, tmp_path: Path
) -> None:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "other.yaml").write_text("broken", "utf-8")
    assert json.loads(recovery("--campaign", "other", "--json").stdout)["sequences"] == []
    assert "Nothing has been measured yet" in recovery("--campaign", "other").stdout


def test_a_mistyped_campaign_is_not_reported_as_nothing(recovery: Recovery) -> None:
    told = recovery("--campaign", "card-decline")
    assert told.exit_code == 2
    assert "there is no campaign 'card-decline'; did you mean 'card-declined'?" in told.stderr
    assert "there are card-declined" in recovery("--campaign", "zzz").stderr


def test_the_environment_chooses_the_language(
    recovery: Recovery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "挽回报告" in recovery().stdout
    assert "Recovery report" in recovery("--lang", "en").stdout


def test_every_format_tells_the_same_numbers(recovery: Recovery) -> None:
    (row, held) = csv.DictReader(
        recovery("--format", "csv").stdout.removeprefix("\ufeff").splitlines()
    )
    assert (row["sequence"], row["recovered"], row["recovery_rate"]) == ("plain", "56", "0.8")
    assert (row["lift"], row["net_EUR"], held["holdout"]) == ("0.2", "5600.00", "1")
    assert "| plain | 70 | 70<br>100.0% | 56 | 80.0%" in recovery("--format", "md").stdout
    assert recovery("--format", "json").stdout == recovery("--json").stdout
    drawn = recovery("--format", "html").stdout
    assert "<title>Recovery report</title>" in drawn
    assert 'class="growth"' in drawn


def test_a_file_is_written_where_it_was_asked_for(recovery: Recovery, tmp_path: Path) -> None:
    file = tmp_path / "sheets" / "report.csv"
    assert recovery("--format", "csv", "--output", str(file)).stdout == f"{file}\n"
    assert file.read_bytes() == recovery("--format", "csv").stdout_bytes
    text = tmp_path / "report.txt"
    recovery("--output", str(text))
    assert text.read_text("utf-8") == recovery().stdout


def test_parquet_keeps_the_types(recovery: Recovery, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    recovery("--format", "parquet", "--output", str(tmp_path / "report.parquet"))
    treated, control = parquet.read_table(tmp_path / "report.parquet").to_pylist()
    assert (treated["recovered"], treated["recovery_rate"]) == (56, 0.8)
    assert (treated["net_EUR"], treated["holdout"]) == (Decimal("5600.0000"), False)
    assert (control["sequence"], control["lift"]) == (None, None)


def test_without_its_package_parquet_names_the_cure(
    recovery: Recovery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    told = recovery("--format", "parquet")
    assert told.exit_code == 2
    assert "pip install 'payment-recovery[parquet]'" in told.stderr


def test_an_owner_sees_what_is_hers(recovery: Recovery) -> None:
    text = """
campaign: card-declined
status: active
owner: growth-team
trigger: {on: payment_failed, after: 30m}
goal: {paid_within: 7d}
holdout: 50%
segments:
  - {segment: everyone, sequence: plain}
sequences:
  plain:
    - {step: reminder, after: 0m, email: payment-failed}
"""
    engine = open_engine(f"sqlite:///{recovery.project / 'var' / 'recovery.db'}")
    with writing(engine) as connection:
        connection.execute(update(table(CampaignVersion)).values(source=text))
    engine.dispose()
    document = json.loads(recovery("--owner", "growth-team", "--json").stdout)
    (owned,) = document["owners"]
    assert owned["owner"] == "growth-team"
    assert (owned["enrolled"], owned["recovered"], owned["held_out"]) == (70, 56, 80)
    assert owned["money"][0]["net"] == "5600.00"
    assert "lift" not in owned
    words = " ".join(recovery().stdout.split())
    assert "everyone · Owner: growth-team" in words
    assert "the smallest difference that so many customers can show:" in words
    told = recovery("--owner", "growth")
    assert told.exit_code == 2
    assert "no campaign has the owner 'growth'; there are: growth-team" in told.stderr


def test_slices_are_told_without_a_verdict(recovery: Recovery) -> None:
    document = json.loads(recovery("--by", "market,week", "--json").stdout)
    assert document["note"] == "slices are for looking, not for deciding"
    treated, control = document["slices"]
    assert (treated["market"], treated["week"]) == ("DE", "2026-W44")
    assert (treated["recovered"], treated["recovery_rate"]["value"]) == (56, 0.8)
    assert treated["lift"]["absolute"] == 0.2
    assert "verdict" not in treated
    assert (control["holdout"], control["lift"]) == (True, None)
    words = " ".join(recovery("--by", "market,week").stdout.split())
    assert "Slices are for looking, not for deciding" in words
    assert "2026-W44" in words
    (row, _) = csv.DictReader(
        recovery("--by", "amount", "--format", "csv").stdout.removeprefix("\ufeff").splitlines()
    )
    assert (row["amount"], row["recovered"], row["lift"]) == ("100-200 USD", "56", "0.2")
    assert "分项" in recovery("--by", "month", "--lang", "zh-CN", "--format", "html").stdout


@pytest.mark.parametrize(
    ("by", "cure"),
    [
        ("weather", "name each of market, failure, customer, amount, method, provider, currency"),
        ("market,market", "at most once"),
        ("", "with commas between them"),
        ("week,month", "only one of week, month, quarter"),
    ],
)
def test_what_nobody_can_cut_by_is_refused(recovery: Recovery, by: str, cure: str) -> None:
    told = recovery("--by", by)
    assert told.exit_code == 2
    assert cure in " ".join(told.stderr.split())


def test_the_cash_view_says_that_it_has_no_rates(recovery: Recovery) -> None:
    (treated, control) = json.loads(recovery("--cash", "month", "--json").stdout)["cash"]
    assert (treated["orders_paid"], treated["net"]) == (56, "5600.00")
    assert (control["holdout"], control["orders_paid"]) == (True, 48)
    words = " ".join(recovery("--cash", "quarter").stdout.split())
    assert "There are no rates here" in words
    assert "%" not in words
    assert "没有比率" in recovery("--cash", "week", "--lang", "zh-CN", "--format", "md").stdout
    rows = recovery("--cash", "week", "--format", "csv").stdout.removeprefix("\ufeff").splitlines()
    assert next(csv.DictReader(rows))["list"] == "5600.00"


def test_slices_and_books_are_two_reports(recovery: Recovery) -> None:
    told = recovery("--by", "market", "--cash", "month")
    assert told.exit_code == 2
    assert "--by and --cash: give one of them" in told.stderr
