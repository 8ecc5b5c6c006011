"""`recovery explain ORDER` on an embedded project."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recovery.cli.main import main
from recovery.db import open_engine, writing
from recovery.migrations import prepare
from tests.support.ledger import Ledger

AT = "2026-11-01T19:00:00Z"
Recovery = Callable[..., Result]


@pytest.fixture
def recovery(tmp_path: Path) -> Recovery:
    """The command in a project that knows two orders, one of them enrolled."""
    engine = open_engine(f"sqlite:///{tmp_path / 'var' / 'recovery.db'}")
    prepare(engine)
    with writing(engine) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order(external_id="E-1", email="kim@example.com"))
        touch = ledger.touch(enrolment, step="reminder")
        ledger.decision(enrolment, "sent", at=1, touch_id=touch, reason="outbox", detail="1")
        ledger.order(external_id="E-2")
    engine.dispose()

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, [*words, "--project", str(tmp_path), "--at", AT])

    return run


def test_people_read_one_line_an_event(recovery: Recovery) -> None:
    told = recovery("explain", "E-1")
    assert told.exit_code == 0, told.output
    assert "Order E-1 · pending" in told.stdout
    assert "email reminder to k***@example.com through outbox, id 1 [card-declined]" in told.stdout
    assert "kim@example.com" not in told.stdout


def test_scripts_read_one_document(recovery: Recovery) -> None:
    document = json.loads(recovery("explain", "E-1", "--json").stdout)
    assert set(document) == {"order", "events"}
    assert [event["what"] for event in document["events"]] == [
        "placed",
        "enrolled",
        "planned",
        "sent",
    ]


def test_an_order_in_no_campaign_is_told_why(recovery: Recovery) -> None:
    told = recovery("explain", "E-2")
    assert told.exit_code == 0
    assert "there is no campaign" in told.stdout


def test_an_unknown_order_is_a_usage_error_that_names_near_ones(recovery: Recovery) -> None:
    told = recovery("explain", "E-3")
    assert told.exit_code == 2
    assert "did you mean E-1 or E-2?" in told.stderr
