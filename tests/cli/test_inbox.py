"""`recovery inbox`: what could not be applied is seen, tried again, or left, and names nobody."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from recovery.db import open_engine, table, writing
from recovery.intake import inbox
from recovery.migrations import prepare
from recovery.models import InboxItem
from recovery.settings import VipSettings
from tests.support.cli import answered, recovery
from tests.support.order_rows import row

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
items = table(InboxItem)


@pytest.fixture
def events(project: Path) -> Path:
    """A project with five events: applied, two faulted, a text message, one waiting."""
    good, bad = json.dumps(row()), json.dumps(row(order_id="B", email="kim@@example.com"))
    text = {"form": {"From": "+4930901820", "To": "+1", "Body": "Please call me, Kim"}}
    database = open_engine(f"sqlite:///{project / 'var' / 'recovery.db'}")
    prepare(database)
    told = [("orders", good), ("orders", bad), ("sendgrid", "{"), ("twilio-inbound", text)]
    for number, (source, body) in enumerate(told):
        item = str(number), body if isinstance(body, str) else json.dumps(body)
        inbox.receive(database, source, [item], NOW, VipSettings())
    with writing(database) as connection:
        inbox.store(connection, "orders", [("late", json.dumps(row(order_id="C")))], NOW)
    database.dispose()
    return project


def mend(project: Path, number: int) -> None:
    database = open_engine(f"sqlite:///{project / 'var' / 'recovery.db'}")
    body = json.dumps(row(order_id="B"))
    with writing(database) as connection:
        connection.execute(update(items).where(items.c.id == number).values(body=body))
    database.dispose()


def test_what_could_not_be_applied_is_listed_without_addresses(events: Path) -> None:
    where = ("--project", events)
    told = answered("inbox", "list", *where)
    assert told["total"] == 2
    assert [(one["id"], one["source"], one["state"]) for one in told["events"]] == [
        (2, "orders", "faulted"),
        (3, "sendgrid", "faulted"),
    ]
    assert "no e-mail address" in told["events"][0]["fault"]
    listing = recovery("inbox", "list", *where).stdout
    assert "no e-mail address" in listing
    for said in (json.dumps(told), listing):
        assert "kim@" not in said
        assert "body" not in said
    assert answered("inbox", "list", "--state", "all", "--limit", 1, *where)["total"] == 5
    assert answered("inbox", "list", "--state", "waiting", *where)["events"][0]["id"] == 5
    assert answered("inbox", "list", "--source", "sendgrid", *where)["total"] == 1
    assert "1 more" in recovery("inbox", "list", "--limit", 1, *where).stdout


def test_what_was_said_is_shown_on_demand(events: Path) -> None:
    where = ("--project", events)
    assert "Kim" not in recovery("inbox", "show", 4, *where).stdout
    assert "body" not in answered("inbox", "show", 4, *where)
    assert "Please call me, Kim" in recovery("inbox", "show", 4, "--body", *where).stdout
    told = answered("inbox", "show", 2, "--body", *where)
    assert told["body"]["email"] == "kim@@example.com"
    assert answered("inbox", "show", 3, "--body", *where)["body"] == "{"
    assert answered("inbox", "show", 1, "--body", *where)["body"] is None
    assert recovery("inbox", "show", 99, *where).exit_code == 2


def test_a_mended_event_is_applied_with_another_try(events: Path) -> None:
    where = ("--project", events)
    again = recovery("inbox", "retry", "--all", "--json", *where)
    assert again.exit_code == 1
    told = json.loads(again.stdout)
    assert (told["retried"], told["applied"], told["faults"]) == (2, 0, 2)
    assert "0 of 1 applied" in recovery("inbox", "retry", 2, *where).stdout
    mend(events, 2)
    told = answered("inbox", "retry", 2, *where)
    assert (told["retried"], told["applied"], told["events"]) == (1, 1, [])
    assert answered("explain", "B", *where)["order"]["order"] == "B"
    assert answered("inbox", "list", *where)["total"] == 1


def test_what_nobody_needs_is_dismissed(events: Path) -> None:
    where = ("--project", events)
    assert answered("inbox", "dismiss", 3, *where) == {"dismissed": 1}
    assert answered("inbox", "show", 3, "--body", *where)["body"] is None
    assert [one["id"] for one in answered("inbox", "list", *where)["events"]] == [2]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("retry",), 2, "--all"),
        (("retry", "2", "--all"), 2, "--all"),
        (("retry", "99"), 2, "no event 99"),
        (("retry", "1"), 1, "event 1 is applied"),
        (("dismiss", "5"), 1, "event 5 is waiting"),
        (("dismiss",), 2, "EVENTS"),
    ],
)
def test_what_makes_no_sense_is_refused(
    events: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    told = recovery("inbox", *words, "--project", events)
    assert told.exit_code == code
    assert said in told.stderr


def test_doctor_and_run_say_that_somebody_has_to_look(events: Path) -> None:
    where = ("--project", events)
    told = recovery("doctor", "--json", *where)
    assert told.exit_code == 1
    found = {one["what"]: one for one in json.loads(told.stdout)["checks"]}["inbox"]
    assert (found["well"], found["told"].startswith("2 events")) == (False, True)
    assert "recovery inbox retry" in found["cure"]
    first = recovery("run", "--json", "--at", NOW.isoformat(), *where)
    assert first.exit_code == 0
    assert json.loads(first.stdout)["warnings"][0].startswith("2 events")
    answered("inbox", "dismiss", 2, 3, *where)
    assert answered("doctor", *where)["well"]
    database = open_engine(f"sqlite:///{events / 'var' / 'recovery.db'}")
    with writing(database) as connection:
        inbox.store(connection, "orders", [("worse", "{}")], NOW)
    database.dispose()
    second = recovery("run", "--at", NOW.isoformat(), *where)
    assert second.exit_code == 1
    assert "note: 1 event from outside could not be applied" in second.stdout
