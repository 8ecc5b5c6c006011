"""`recovery touches`: what is unknown, and an operator's word on it."""

from datetime import datetime
from pathlib import Path

import pytest

from recovery.db import open_engine, writing
from recovery.dispatch.reconcile import SETTLE
from recovery.message import Channel
from recovery.migrations import prepare
from tests.support.cli import answered, recovery
from tests.support.feedback import Case, a_touch

AT = ("--at", "2026-11-22T09:00:00Z")


@pytest.fixture
def case(project: Path) -> Case:
    """A project with an unknown touch and a sent one."""
    engine = open_engine(f"sqlite:///{project / 'var' / 'recovery.db'}")
    prepare(engine)
    with writing(engine) as connection:
        found = a_touch(connection, "unknown", reason="worker_gone")
        a_touch(connection, "sent")
    engine.dispose()
    return found


def test_unknown_ones_are_listed_for_people_and_scripts(project: Path, case: Case) -> None:
    where = ("--project", project)
    told = recovery("touches", "--state", "unknown", *where)
    assert (told.exit_code, told.stdout.count("card-declined")) == (0, 1)
    assert "worker_gone" in told.stdout
    listed = answered("touches", "--state", "unknown", *where)
    assert (listed["total"], [one["id"] for one in listed["touches"]]) == (1, [case.touch])
    assert answered("touches", "--limit", 1, *where)["total"] == 2
    assert "1 more" in recovery("touches", "--limit", 1, *where).stdout
    assert answered("touches", "--campaign", "other", *where) == {"total": 0, "touches": []}


@pytest.mark.parametrize(
    ("finding", "state"), [("sent", "sent"), ("failed", "failed"), ("resend", "planned")]
)
def test_a_finding_is_written_down(project: Path, case: Case, finding: str, state: str) -> None:
    words = ("touches", "resolve", case.touch, "--as", finding, "--project", project, *AT)
    told = answered(*words, "--note", "asked the provider", "--by", "Anna")
    assert (told["state"], told["reason"]) == (state, "resolved_by_operator")
    story = recovery("explain", told["order"], "--project", project).stdout
    assert "Anna: asked the provider" in " ".join(story.split())
    again = recovery(*words)
    assert again.exit_code == 1
    assert f"is {state}" in again.stderr


def test_a_second_resend_needs_force(project: Path, case: Case) -> None:
    engine = open_engine(f"sqlite:///{project / 'var' / 'recovery.db'}")
    with writing(engine) as connection:
        again = a_touch(connection, "unknown", resent=True).touch
    engine.dispose()
    words = ("touches", "resolve", again, "--as", "resend", "--project", project, *AT)
    refused = recovery(*words)
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    assert answered(*words, "--force")["state"] == "planned"


def test_a_touch_that_does_not_exist_is_a_usage_error(project: Path, case: Case) -> None:
    words = ("touches", "resolve", 999, "--as", "sent", "--project", project)
    assert recovery(*words).exit_code == 2


def test_many_are_decided_about_at_once(project: Path, case: Case) -> None:
    """By their numbers, or by what they have in common; that one has to mean it."""
    engine = open_engine(f"sqlite:///{project / 'var' / 'recovery.db'}")
    with writing(engine) as connection:
        others = [a_touch(connection, "unknown").touch for _ in range(4)]
    engine.dispose()
    words = ("touches", "resolve", "--as", "failed", "--project", project, *AT)
    named = answered(*words, case.touch, others[0])
    assert [one["state"] for one in named["touches"]] == ["failed", "failed"]
    which = ("--state", "unknown", "--campaign", "card-declined")
    asked = recovery(*words, *which)
    assert asked.exit_code == 2
    assert "3 messages" in asked.stderr
    assert answered(*words, *which, "--before", "2000-01-01T00:00:00Z", "--yes")["total"] == 0
    assert answered(*words, *which, "--yes")["total"] == 3
    assert answered("touches", "--state", "unknown", "--project", project)["total"] == 0
    for wrong in ((), (case.touch, "--state", "unknown"), ("--before", "yesterday", "--yes")):
        assert recovery(*words, *wrong).exit_code == 2


def test_what_is_unknown_is_due_when_it_is_looked_for(project: Path, case: Case) -> None:
    (told,) = answered("touches", "--state", "unknown", "--project", project)["touches"]
    due, tried = (datetime.fromisoformat(told[name]) for name in ("due_at", "tried_at"))
    assert due - tried == SETTLE[Channel.EMAIL]
