"""A dry run tells what the run would tell, also where workers do the work."""

from typing import Any

import pytest

from tests.support.campaigns import a_campaign
from tests.support.command import ran
from tests.support.house import House


@pytest.mark.parametrize(("settings", "hinted"), [({}, 25), ({"RECOVERY_MAX_PER_RUN": "9"}, 9)])
def test_with_redis_a_dry_run_says_how_much_is_handed_to_workers(
    small_house: House, redis_url: str, settings: dict[str, str], hinted: int
):
    house = small_house
    house.has(a_campaign())
    house.orders(25)
    settings = settings | {"RECOVERY_BROKER_URL": redis_url}
    before = house.dump()
    rehearsed: dict[str, Any] = ran(house, "--dry-run", **settings)
    assert house.dump() == before
    done = ran(house, **settings)
    assert rehearsed["touches"] == done["touches"]
    assert (done["touches"]["hinted"], done["touches"]["sent"]) == (hinted, 0)
    assert rehearsed["enrolled"] == done["enrolled"]
