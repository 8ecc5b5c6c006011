"""Chaos in short: some dozens of orders, a few dozen faults, both ways to run the engine.

`make chaos` is the long form.
"""

from collections.abc import Iterator

import pytest

from tests.faults.chaos import REDIS_FAULTS, SETTINGS, SQLITE_FAULTS, Story
from tests.support.control import Remote, running_providers
from tests.support.field import Field, Redises
from tests.support.house import House

FIGHTS = (0, 40, 120, 240)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def remote() -> Iterator[Remote]:
    with running_providers() as found:
        yield found


@pytest.fixture
def redises() -> Iterator[Redises]:
    found = Redises()
    yield found
    found.close()


@on_sqlite
def test_one_process_on_sqlite(house: House, remote: Remote) -> None:
    field = Field(house, remote, 7, None, **SETTINGS)
    verdict = Story(field, 24, SQLITE_FAULTS, workers=0, fights=FIGHTS).live(strokes=3)
    print(field.events, field.ends, verdict)
    assert verdict.is_square(), verdict
    assert verdict.messages > 24


@on_postgresql
def test_workers_on_postgresql_and_redis(house: House, remote: Remote, redises: Redises) -> None:
    field = Field(house, remote, 7, redises, **SETTINGS)
    verdict = Story(field, 24, REDIS_FAULTS, workers=2, fights=FIGHTS).live(strokes=3)
    print(field.events, field.ends, verdict)
    assert verdict.is_square(), verdict
    assert verdict.messages > 24


NEAR, FAR = 0.5, 1e9  # seconds: a nap is longer, no nap is longer


@on_postgresql
@pytest.mark.parametrize(("fence", "twice"), [(NEAR, False), (FAR, True)])
def test_a_worker_that_sleeps_longer_than_its_lease(
    house: House, remote: Remote, redises: Redises, fence: float, twice: bool
) -> None:
    """The fence is what keeps it from sending what others have sent in the meantime."""
    field = Field(house, remote, 7, redises, **SETTINGS | {"RECOVERY_BATCH": "20"})
    verdict = Story(field, 20, (), workers=0).oversleep(fence)
    print(verdict)
    field.clear()
    assert bool(verdict.twice) == twice, verdict
    assert (verdict.lost, verdict.unlike) == (0, 0), verdict
