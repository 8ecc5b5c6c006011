"""The server, as a process: it hears payments and STOP while others send, and dies while it hears.

What was answered 2xx counts from then on; what was not is told again, and counts once.
"""

import signal
from collections.abc import Iterator
from contextlib import closing

import pytest

from recovery.models import InboxItem, Order
from tests.faults.chaos import Story
from tests.support.campaigns import a_campaign
from tests.support.command import PATIENCE
from tests.support.control import Remote, running_providers
from tests.support.field import Field
from tests.support.house import House

ORDERS = 12
TEXT = a_campaign(sequences={"plain": ["{step: text, after: 0m, sms: unpaid-reminder}"]})


@pytest.fixture
def remote() -> Iterator[Remote]:
    with running_providers() as found:
        yield found


@pytest.fixture
def field(house: House, remote: Remote) -> Iterator[Field]:
    """Two messages at most are on their way, so that most people are still to come."""
    slowly = {"RECOVERY_BATCH": "1", "RECOVERY_CONCURRENCY": "1"}
    with closing(Field(house, remote, 1, None, **slowly)) as found:
        yield found


@pytest.mark.parametrize("news", ["pay", "stop"])
def test_nobody_hears_from_us_after_our_answer(field: Field, news: str) -> None:
    """Everybody pays, or says STOP, while the first of them are written to."""
    field.house.has(TEXT)
    story = Story(field, ORDERS)
    field.open_door()
    field.tell(story.arrivals())
    field.hear()
    field.remote.set(latency=0.3)
    field.start_run()
    assert field.see(1, PATIENCE)
    field.tell(story.act(news) for _ in range(ORDERS))
    field.hear()
    field.finish()
    taken = field.remote.taken
    assert not any(field.witness.disturbed(taken).values())
    assert field.witness.forgotten() == []
    assert len(field.witness.silences) == ORDERS > len(taken) >= 1


def test_a_server_that_dies_while_it_hears(field: Field) -> None:
    """C7: stored and not applied. C7b: applied and not answered. Told again, it counts once."""
    house, applied = field.house, []
    field.open_door("C7")
    field.tell(Story(field, 1).arrivals())
    for crash_at in ("C7b", ""):
        assert field.server
        assert field.server.wait(PATIENCE) == -signal.SIGKILL
        applied.append([row["applied_at"] is not None for row in house.rows(InboxItem)])
        field.keep_door(crash_at)
    field.hear()
    assert applied == [[False], [True]]
    assert len(house.rows(InboxItem)) == len(house.rows(Order)) == 1
    assert field.points == {"C7": 1, "C7b": 1}
    assert field.outside.counts == {"not heard": 2, "heard": 1}
