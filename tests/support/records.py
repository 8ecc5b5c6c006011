"""Stories of records that are late or behind: each ends with how many messages a touch became."""

from collections.abc import Callable
from datetime import timedelta

from tests.support.faults import Fault
from tests.support.shop import BEYOND_LEASE, SETTLED, Shop
from tests.support.taken import Sight, Taken

HOUR = timedelta(hours=1)


class Seen(Sight):
    """Records that show each message when `when` says so."""

    def __init__(self, when: Callable[[Taken], bool]) -> None:
        super().__init__(lambda: 0.0)
        self._when = when

    def sees(self, taken: Taken) -> bool:
        return self._when(taken)


def most_messages(shop: Shop) -> int:
    """How many messages the touch that got the most has become."""
    return max(shop.providers.per_touch.values())


def records_that_are_late(shop: Shop) -> int:
    """The provider took a message, said 500, and shows it only 25 minutes later."""
    shop.house.an_unpaid_order()
    shop.providers.fail(Fault.ERROR_AFTER)
    shop.house.run()
    (lost,) = shop.providers.taken
    shown_at = lost.at + timedelta(minutes=25)
    shop.providers.sight = Seen(lambda taken: taken is not lost or shop.house.now >= shown_at)
    for _ in range(12):
        shop.wait(timedelta(minutes=5))
        shop.house.an_unpaid_order()
        shop.house.run()
    return most_messages(shop)


def records_that_show_nothing(shop: Shop) -> int:
    """The provider's search is broken and says that there is nothing at all."""
    shop.house.an_unpaid_order()
    shop.providers.fail(Fault.ERROR_AFTER)
    shop.house.run()
    shop.providers.sight = Seen(lambda taken: False)
    for _ in range(4):
        shop.wait(HOUR)
        shop.house.an_unpaid_order()
        shop.house.run()
    return most_messages(shop)


def records_of_yesterday(shop: Shop) -> int:
    """The provider shows what it took before this message, and of this one nothing: its records are
    behind, and nothing went out since that could prove it."""
    shop.house.an_unpaid_order()
    shop.house.run()
    shop.wait(BEYOND_LEASE)
    shop.house.an_unpaid_order()
    shop.providers.fail(Fault.ERROR_AFTER)
    shop.house.run()
    lost = shop.providers.taken[-1]
    shop.providers.sight = Seen(lambda taken: taken is not lost)
    for _ in range(3):
        shop.wait(HOUR)
        shop.house.run()
    return most_messages(shop)


def lost_twice(shop: Shop) -> int:
    """The provider never shows a message; sent once more, that one gets no answer either."""
    shop.house.an_unpaid_order()
    shop.providers.fail(Fault.ERROR_AFTER)
    shop.house.run()
    (lost,) = shop.providers.taken
    shop.providers.sight = Seen(lambda taken: taken.touch != lost.touch)
    for faults in ([Fault.ERROR_BEFORE], [], []):
        shop.wait(BEYOND_LEASE)
        shop.house.an_unpaid_order()
        shop.house.run()
        shop.providers.fail(*faults)
        shop.wait(SETTLED)
        shop.house.run()
    return most_messages(shop)
