"""Rate limits over all workers: moments are given out once, soon or later."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from recovery.db import writing
from recovery.dispatch.pace import REACH, Limits, moments

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


def test_a_moment_out_of_reach_is_told_and_not_taken(database: Engine):
    limits = Limits.read(None, "1 per minute", None)
    told = asked(database, limits, 3)
    assert told == [NOW, NOW + timedelta(minutes=1), NOW + timedelta(minutes=1)]
    assert told[1] > NOW + REACH
    assert asked(database, limits, 1) == [NOW + timedelta(minutes=1)]


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
