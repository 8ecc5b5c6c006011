"""Chaos in short: some dozens of orders, a few dozen faults, both ways to run the engine.

`make chaos` is the long form.
"""

from collections.abc import Iterator
from contextlib import closing

import pytest

from recovery.errors import Exit
from tests.faults.__main__ import FAR, NEAR
from tests.faults.__main__ import main as long_form
from tests.faults.chaos import SETTINGS, Story
from tests.support import servers
from tests.support.control import Remote, running_providers
from tests.support.field import Field, Redises
from tests.support.house import House
from tests.support.strikes import ON_POSTGRESQL, ON_SQLITE

SEED = 7
FIGHTS = (0, 120, 240)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def remote() -> Iterator[Remote]:
    with running_providers() as found:
        yield found


@pytest.fixture
def redises(redis_server: str) -> Iterator[Redises]:
    """A Redis of this test's own, to kill; skipped where there is none."""
    with closing(Redises()) as found:
        yield found


@on_sqlite
def test_one_process_on_sqlite(house: House, remote: Remote) -> None:
    with closing(Field(house, remote, SEED, None, **SETTINGS)) as field:
        verdict = Story(field, 24, ON_SQLITE, fights=FIGHTS).live(strokes=3)
        print(field.events, field.points, field.ends, field.outside.counts, verdict)
    assert verdict.is_square(), verdict
    assert verdict.messages > 24


@on_postgresql
def test_workers_on_postgresql_and_redis(house: House, remote: Remote, redises: Redises) -> None:
    with closing(Field(house, remote, SEED, redises, **SETTINGS)) as field:
        verdict = Story(field, 24, ON_POSTGRESQL, workers=2, fights=FIGHTS).live(strokes=3)
        print(field.events, field.points, field.ends, field.outside.counts, verdict)
    assert verdict.is_square(), verdict
    assert verdict.messages > 24


@on_postgresql
@pytest.mark.parametrize(("fence", "twice"), [(NEAR, False), (FAR, True)])
def test_a_worker_that_sleeps_longer_than_its_lease(
    house: House, remote: Remote, redises: Redises, fence: float, twice: bool
) -> None:
    """The fence is what keeps it from sending what others have sent in the meantime."""
    settings = SETTINGS | {"RECOVERY_BATCH": "20"}
    with closing(Field(house, remote, SEED, redises, **settings)) as field:
        verdict = Story(field, 20).oversleep(fence)
    assert bool(verdict.twice) == twice, verdict
    assert (verdict.lost, verdict.unlike) == (0, 0), verdict


def test_without_its_servers_the_long_form_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(servers, "lacking", lambda: ["Redis"])
    monkeypatch.setattr("sys.argv", ["tests.faults"])
    assert long_form() == Exit.UNAVAILABLE
    assert "no Redis here" in capsys.readouterr().err
