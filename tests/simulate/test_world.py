"""The world: events in order of time, ties first come first served."""

from datetime import UTC, datetime, timedelta

import pytest

from recovery.clock import VirtualClock
from recovery.simulate.world import World

T0 = datetime(2026, 10, 26, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> World:
    return World(VirtualClock(T0))


def test_events_come_in_order_of_time_and_ties_first_come_first_served(world: World) -> None:
    heard: list[tuple[str, datetime]] = []
    for name, hours in (("late", 3), ("first", 1), ("second", 1), ("third", 1)):
        world.after(hours * HOUR, lambda name=name: heard.append((name, world.now)))
    world.run(T0 + 5 * HOUR)
    assert heard == [
        ("first", T0 + HOUR),
        ("second", T0 + HOUR),
        ("third", T0 + HOUR),
        ("late", T0 + 3 * HOUR),
    ]
    assert world.now == T0 + 5 * HOUR


def test_an_act_may_put_acts_into_the_future_even_into_this_instant(world: World) -> None:
    heard: list[str] = []
    world.after(HOUR, lambda: world.after(timedelta(0), lambda: heard.append("at once")))
    world.after(HOUR, lambda: heard.append("was there before"))
    world.run(T0 + HOUR)
    assert heard == ["was there before", "at once"]


def test_what_is_later_waits_for_the_next_run(world: World) -> None:
    heard: list[datetime] = []
    world.every(6 * HOUR, lambda: heard.append(world.now))
    world.run(T0 + 13 * HOUR)
    assert heard == [T0, T0 + 6 * HOUR, T0 + 12 * HOUR]
    world.run(T0 + 18 * HOUR)
    assert heard[-1] == T0 + 18 * HOUR


def test_the_past_does_not_change(world: World) -> None:
    world.run(T0 + HOUR)
    with pytest.raises(ValueError, match="is over"):
        world.at(T0, lambda: None)
