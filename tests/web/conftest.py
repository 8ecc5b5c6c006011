"""Houses whose door is open, on loopback."""

from collections.abc import Iterator

import pytest

from tests.support.house import House
from tests.support.served import Served, serving, with_keys


@pytest.fixture
def served(house: House) -> Iterator[Served]:
    """A house that answers HTTP, once for each kind of database."""
    with serving(house, with_keys(house.engine.settings)) as open_house:
        yield open_house


@pytest.fixture
def small_served(small_house: House) -> Iterator[Served]:
    """A house that answers HTTP, on SQLite only: for what no database can change."""
    with serving(small_house, with_keys(small_house.engine.settings)) as open_house:
        yield open_house
