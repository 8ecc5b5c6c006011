"""Rate limits over all workers: moments are given out once, soon or later."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from recovery.db import writing
from recovery.dispatch.pace import Limits, hands_over, keeps_watch, moments, room

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SMS = ("sms", "US")


def asked(database: Engine, limits: Limits, count: int, now: datetime = NOW) -> list[datetime]:
    with writing(database) as connection:
        return moments(connection, limits, [SMS] * count, now)


def test_moments_keep_the_distance_over_batches(database: Engine):
    limits = Limits.read(None, "1 per second", None)
    assert asked(database, limits, 3) == [NOW, NOW + SECOND, NOW + 2 * SECOND]
    assert asked(database, limits, 2) == [NOW + 3 * SECOND, NOW + 4 * SECOND]
    later = NOW + timedelta(minutes=1)
    assert asked(database, limits, 1, later) == [later]  # an idle minute is not saved up


def test_room_is_what_may_leave_until_then_by_the_first_of_them(database: Engine):
    """A market that is at its limit lets the others pass."""
    limits = Limits.read(None, "10 per second", "US sms 1 per second")
    with writing(database) as connection:
        found = room(connection, limits, ["sms"], NOW, NOW + SECOND / 2)
    assert (found.left, found.shut()) == ({"sms": 6, "sms:US": 1}, set())
    wanted = [(1, "sms", "US"), (2, "sms", "US"), *((n, "sms", "DE") for n in range(3, 10))]
    assert found.fitting(wanted, limits) == [1, 3, 4, 5, 6, 7]
    asked(database, limits, 1)
    with writing(database) as connection:
        found = room(connection, limits, ["sms"], NOW, NOW + SECOND / 2)
    assert (found.left["sms:US"], found.shut()) == (0, {"sms:US"})
    assert found.next_free["sms:US"] == NOW + SECOND


def test_one_of_all_workers_keeps_watch_until_it_hands_over(database: Engine):
    def watching(now: datetime) -> bool:
        with writing(database) as connection:
            return keeps_watch(connection, now, now + 30 * SECOND)

    assert [watching(NOW), watching(NOW), watching(NOW + 29 * SECOND)] == [True, False, False]
    with writing(database) as connection:
        hands_over(connection, NOW + 2 * SECOND)
    assert [watching(NOW + SECOND), watching(NOW + 2 * SECOND)] == [False, True]


def test_the_stricter_of_sender_and_market_counts(database: Engine):
    limits = Limits.read(None, "10 per second", "US sms 1 per second; BR sms 30 per minute")
    wanted = [("sms", "US"), ("sms", "DE"), ("sms", "US"), ("email", "US")]
    with writing(database) as connection:
        told = moments(connection, limits, wanted, NOW)
    assert told == [NOW, NOW + SECOND / 10, NOW + SECOND, NOW]


@pytest.mark.parametrize("rate", ["fast", "0 per second", "1 per day"])
def test_a_rate_that_is_none_is_refused(rate: str):
    with pytest.raises(ValueError, match="10 per second"):
        Limits.read(rate, None, None)
    with pytest.raises(ValueError):
        Limits.read(None, None, f"USA sms {rate}")
