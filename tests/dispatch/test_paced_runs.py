"""The pace over whole runs: what the setting says is what leaves, and nobody waits half-way."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from recovery.clock import Stopwatch, SystemClock
from recovery.db import reading, table, writing
from recovery.engine import Delivery, Engine
from recovery.intake import pauses
from recovery.intake.pauses import Scope
from recovery.message import Channel
from recovery.models import Touch
from recovery.settings.schema import PaceSettings
from tests.support.campaigns import a_campaign
from tests.support.house import House
from tests.support.senders import Scripted, post

MINUTES = 10


@pytest.fixture
def house(small_house: House) -> House:
    small_house.has(a_campaign())
    return small_house


def paced(engine: Engine, **pace: Any) -> Scripted:
    engine.settings = engine.settings.model_copy(update={"pace": PaceSettings(**pace)})
    email = Scripted(Channel.EMAIL)
    engine.senders = post(email)
    return email


def working(house: House, **pace: Any) -> tuple[Engine, Scripted]:
    """An engine on the wall clock, with what the house has enrolled."""
    house.clock.advance_to(SystemClock().now() - timedelta(minutes=1))
    house.orders(12)
    house.run(lambda engine, now: Delivery())
    engine = Engine(house.engine.settings, SystemClock())
    return engine, paced(engine, **pace)


def test_runs_of_a_clock_that_stands_keep_the_pace_together(house: House):
    """Six a minute, a run every ten minutes: that many leave, whoever looks at the hour."""
    email = paced(house.engine, email="6 per minute", seconds=MINUTES * 60)
    house.orders(200)
    before = 0
    for _ in range(3):
        result = house.run()
        assert result.touches.snoozed == {}  # what waits for its pace is due, and nothing else
        assert abs(len(email.got) - before - 6 * MINUTES) <= 1
        assert any("wait for the pace" in said for said in result.warnings)
        before = len(email.got)
        house.clock.advance(timedelta(minutes=MINUTES))


def test_a_run_goes_on_until_everything_due_has_left(house: House):
    engine, email = working(house, email="8 per second", seconds=30)
    watch = Stopwatch()
    assert engine.dispatch(engine.clock.now(), patience=30).later is None
    engine.close()
    assert len(email.got) == 12
    assert 11 / 8 - 0.2 <= watch.seconds() <= 4  # 1.4 s at this pace


def test_what_must_wait_longer_is_left_alone_and_asked_for_again(house: House):
    """Nothing is claimed for a moment that is far away; one of two workers comes back for it."""
    engine, email = working(house, email="6 per minute")
    now = engine.clock.now()
    outcomes = [engine.dispatch(now, patience=0.0, shared=True) for _ in range(2)]
    engine.close()
    assert len(email.got) == 1
    later = [outcome.later for outcome in outcomes]
    assert later[1] is None
    assert timedelta(seconds=8) < later[0] <= timedelta(seconds=10)
    with reading(house.engine.database) as connection:
        states = connection.execute(select(table(Touch).c.state)).scalars().all()
    assert sorted(states) == ["planned"] * 11 + ["sent"]


def test_a_pause_counts_at_once_under_a_pace(house: House):
    engine, email = working(house, email="4 per second")

    def is_paused(_: Any) -> None:
        if len(email.got) == 3:
            with writing(house.engine.database) as connection:
                pauses.hold(connection, Scope.ALL, "", house.now)

    email._answers[0] = is_paused
    engine.dispatch(engine.clock.now(), patience=30)
    engine.close()
    assert 3 <= len(email.got) <= 3 + 4  # of the second that was given out


def test_a_channel_without_a_pace_does_not_wait_for_one_that_has(house: House):
    house.has(
        a_campaign(
            sequences={
                "plain": [
                    "{step: mail, after: 0m, email: unpaid-reminder}",
                    "{step: text, after: 0m, sms: unpaid-reminder}",
                ]
            }
        )
    )
    paced(house.engine, email="1 per hour")
    house.orders(5, phone="+49 30 901820", sms_consent="transactional")
    house.run()
    assert len(house.engine.senders[Channel.SMS].got) == 5  # type: ignore[attr-defined]
    assert len(house.engine.senders[Channel.EMAIL].got) == 1  # type: ignore[attr-defined]
