"""`recovery report`: the table, the document and the page say the same."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recovery.cli.main import main
from recovery.db import open_engine, writing
from recovery.migrations import prepare
from tests.support.ledger import Ledger

Recovery = Callable[..., Result]


@pytest.fixture
def recovery(tmp_path: Path) -> Recovery:
    """The command in a project with 56 of 70 recovered, against 48 of 80 in the hold-out."""
    engine = open_engine(f"sqlite:///{tmp_path / 'var' / 'recovery.db'}")
    prepare(engine)
    with writing(engine) as connection:
        ledger = Ledger(connection)
        for size, paid, holdout in ((70, 56, False), (80, 48, True)):
            for number in range(size):
                order = ledger.order(paid=5 if number < paid else None)
                enrolment = ledger.enrolment(order, holdout=holdout)
                ledger.touch(enrolment, state="withheld" if holdout else "sent")
    engine.dispose()

    def run(*words: str, at: str = "2026-11-20T09:00:00Z") -> Result:
        return CliRunner().invoke(main, ["report", *words, "--project", str(tmp_path), "--at", at])

    return run


def test_the_document_is_the_contract(recovery: Recovery) -> None:
    document = json.loads(recovery("--json").stdout)
    assert document["at"] == "2026-11-20T09:00:00Z"
    treated, control = document["sequences"]
    assert treated == {
        "campaign": "card-declined",
        "segment": "everyone",
        "sequence": "plain",
        "holdout": False,
        "enrolled": 70,
        "open": 0,
        "mature": 70,
        "recovered": 56,
        "recovery_rate": {"value": 0.8, "ci95": [0.6918, 0.877]},
        "lift": {
            "against": "holdout",
            "absolute": 0.2,
            "ci95": [0.0524, 0.3339],
            "enough_data": True,
        },
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
    assert (control["sequence"], control["holdout"], control["lift"]) == (None, True, None)
    assert control["touches"]["email"] == 0


def test_people_get_the_lift_in_words(recovery: Recovery) -> None:
    told = recovery()
    assert told.exit_code == 0, told.output
    words = " ".join(told.stdout.replace("\N{NO-BREAK SPACE}", " ").split())
    assert "brings back 20.0 more of every 100" in words
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
        assert f"<title>{title}</title>" in page.read_text(encoding="utf-8")


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
