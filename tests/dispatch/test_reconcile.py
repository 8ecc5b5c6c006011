"""Evidence for touches of unknown fate, when it comes late."""

from datetime import timedelta

import pytest

from recovery.models import Touch
from tests.support.campaigns import a_campaign
from tests.support.faults import Fault
from tests.support.house import House
from tests.support.providers import Providers
from tests.support.shop import BEYOND_LEASE, SETTLED, Shop
from tests.support.taken import Sight, Taken


class Hidden(Sight):
    """Records that show everything but one message, until it is `shown`."""

    def __init__(self, taken: Taken) -> None:
        super().__init__(lambda: 0.0)
        self._taken, self.shown = taken, False

    def sees(self, taken: Taken) -> bool:
        return self.shown or taken is not self._taken


@pytest.fixture
def shop(small_house: House, providers: Providers) -> Shop:
    small_house.has(a_campaign())
    return Shop(small_house, providers, RECOVERY_CONCURRENCY="1")


def test_after_a_resend_the_records_are_asked_from_the_first_attempt_on(shop: Shop) -> None:
    """The first message shows up when the second attempt is of unknown fate, too."""
    house, providers = shop.house, shop.providers
    house.an_unpaid_order()
    providers.fail(Fault.ERROR_AFTER)
    house.run()
    (lost,) = providers.taken
    providers.sight = hidden = Hidden(lost)
    shop.wait(BEYOND_LEASE)
    house.an_unpaid_order()
    house.run()
    shop.wait(SETTLED)
    providers.fail(Fault.ERROR_BEFORE)
    house.run()
    touch = house.rows(Touch)[0]
    assert (touch["state"], touch["resent"], touch["attempts"]) == ("unknown", True, 2)
    hidden.shown = True
    shop.wait(BEYOND_LEASE)
    house.an_unpaid_order()
    house.run()
    shop.wait(SETTLED)
    house.run()
    touch = house.rows(Touch)[0]
    assert (touch["state"], touch["provider_id"]) == ("sent", lost.provider_id)
    assert touch["tried_at"] - lost.at > timedelta(minutes=30)
    assert providers.per_touch[str(touch["id"])] == 1
