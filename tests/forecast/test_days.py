"""The runs of the coming days, and what waits in them."""

from datetime import UTC, datetime, timedelta

from recovery.db import writing
from recovery.forecast.days import Horizon
from recovery.foresight import foresee
from recovery.intake.pauses import Scope, hold
from recovery.message import Channel
from tests.support.campaigns import a_campaign
from tests.support.house import House

NOON = datetime(2026, 11, 2, 12, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_what_is_due_waits_for_the_next_run() -> None:
    horizon = Horizon(NOON, NOON + timedelta(days=1), HOUR)
    assert horizon.run_after(NOON - timedelta(days=9)) == NOON
    assert horizon.run_after(NOON + timedelta(seconds=1)) == NOON + HOUR
    assert horizon.run_after(NOON + HOUR) == NOON + HOUR
    assert horizon.run_after(NOON + HOUR + timedelta(microseconds=1)) == NOON + 2 * HOUR


def test_today_is_the_first_of_the_days() -> None:
    midnight = datetime(2026, 11, 4, tzinfo=UTC)
    assert [day.day for day in Horizon(NOON, midnight, HOUR).days()] == [2, 3]
    at_midnight = Horizon(midnight, midnight + timedelta(days=1), HOUR)
    assert [day.day for day in at_midnight.days()] == [4]


def test_two_weeks_are_fourteen_days_with_a_number_each(small_house: House) -> None:
    small_house.has(a_campaign())
    small_house.orders(3)
    plan = foresee(small_house.engine, HOUR)
    assert [one.of(Channel.EMAIL) for one in plan.days] == [3] + [0] * 13
    assert plan.until == datetime(2026, 11, 16, tzinfo=UTC)


def test_a_paused_channel_holds_what_is_due(small_house: House) -> None:
    small_house.has(a_campaign())
    small_house.orders(3)
    with writing(small_house.engine.database) as connection:
        hold(connection, Scope.CHANNEL, "email", small_house.now)
    plan = foresee(small_house.engine, HOUR)
    assert plan.tally.held == {"winback": 3}
    assert not plan.tally.sent


def test_waiting_is_counted_once_a_message_and_reason(small_house: House) -> None:
    small_house.has(a_campaign(limits="{quiet: '09:00-20:00'}"))
    small_house.orders(4)
    plan = foresee(small_house.engine, HOUR)
    assert plan.tally.delayed == {("winback", "quiet_hours"): 4}
    assert plan.tally.snoozed_now == {("winback", "quiet_hours"): 4}
    assert [one.of(Channel.EMAIL) for one in plan.days[:2]] == [4, 0]


def test_what_comes_after_the_days_is_told(small_house: House) -> None:
    late = ["{step: late, after: 20d, email: unpaid-reminder}"]
    small_house.has(a_campaign(sequences={"plain": late}, goal="{paid_within: 30d}"))
    small_house.orders(2)
    assert foresee(small_house.engine, HOUR).tally.later == {"winback": 2}
