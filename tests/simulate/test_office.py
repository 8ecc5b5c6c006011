"""Colleagues work through tasks in their hours, so many in an hour, and close what they did."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from recovery.db import reading, table
from recovery.models import Task
from tests.support.campaigns import a_campaign
from tests.support.market import a_diary, a_market, played, staged

tasks = table(Task)
BERLIN = ZoneInfo("Europe/Berlin")
CALLING = a_campaign(
    "unpaid",
    trigger="{on: unpaid, after: 1h, not_after: 3d}",
    goal="{paid_within: 3d}",
    sequences={"plain": ["{step: call, after: 0m, task: call-customer, to: customer-service}"]},
)


def test_calls_are_made_in_working_hours_and_never_more_than_there_is_time_for(
    tmp_path: Path,
) -> None:
    market = a_market(runs=timedelta(hours=1))
    with staged(tmp_path, market, CALLING, orders=200, days=2) as stage:
        stage.play()
        done = select(tasks.c.closed_at, tasks.c.outcome).where(tasks.c.claimed_by == "office")
        with reading(stage.engine.database) as connection:
            rows = connection.execute(done).all()
    called = [row.closed_at for row in rows if row.outcome in ("reached", "no_answer")]
    assert len(called) == stage.life.counts.calls > 20
    assert {row.outcome for row in rows} >= {"reached", "no_answer"}
    local = [at.astimezone(BERLIN) for at in called]
    assert all(at.weekday() < 5 and 9 <= at.hour < 17 for at in local)
    assert max(called.count(at) for at in called) == market.staff.calls


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        (datetime(2026, 10, 5, 7, tzinfo=UTC), True),  # nine in Berlin, a Monday
        (datetime(2026, 10, 5, 6, tzinfo=UTC), False),
        (datetime(2026, 10, 5, 15, tzinfo=UTC), False),
        (datetime(2026, 10, 10, 9, tzinfo=UTC), False),
    ],
)
def test_nobody_is_there_at_night_and_on_weekends(
    tmp_path: Path, at: datetime, open_: bool
) -> None:
    with staged(tmp_path, a_market(), CALLING, orders=1, days=1) as stage:
        assert stage.office.waits(at) is open_


def test_a_campaign_that_is_published_later_may_be_the_first_that_hands_work_over(
    tmp_path: Path,
) -> None:
    entry = "{at: 12h, publish: calling.yaml}"
    silent = CALLING.replace("task: call-customer, to: customer-service", "email: unpaid-reminder")
    without = played(tmp_path / "a", a_market(), silent, orders=80, days=2)
    diary = a_diary(tmp_path / "b", entry, calling=CALLING)
    with_calls = played(tmp_path / "b", a_market(), silent, orders=80, days=2, diary=diary)
    assert without.counts.calls == 0
    assert with_calls.counts.calls > 0
