"""The news: what the shop tells the engine of its orders; at once, hours late, or twice, as its
webhooks are that day.
"""

from datetime import datetime, timedelta
from functools import partial

from recovery.facts import OrderSnapshot, OrderStatus
from recovery.simulate.chance import Chance
from recovery.simulate.troubles import Troubles
from recovery.simulate.world import World

_AGAIN = timedelta(minutes=40)  # until what was told is told a second time


class News:
    """Collects what was told since the last time."""

    def __init__(self, world: World, troubles: Troubles, chance: Chance) -> None:
        self._world, self._troubles, self._chance = world, troubles, chance
        self._told: list[OrderSnapshot] = []

    @property
    def any(self) -> bool:
        """Whether anything was told."""
        return bool(self._told)

    def collect(self) -> list[OrderSnapshot]:
        """Everything, and forget it."""
        told, self._told = self._told, []
        return told

    def tell(self, order: OrderSnapshot) -> None:
        """The shop has something to say about `order`, of the instant at which it changed."""
        at = order.updated_at
        told = self._troubles.told(at) if order.status is OrderStatus.PAID else at
        self._keep(order, told)
        if self._troubles.doubled(at):
            chance = self._chance.of("told again", order.order_id)
            self._keep(order, told + chance.wait(order.status.value, _AGAIN, 1.0))

    def _keep(self, order: OrderSnapshot, at: datetime) -> None:
        if at <= self._world.now:
            self._told.append(order)
        else:
            self._world.at(at, partial(self._keep, order, at))
