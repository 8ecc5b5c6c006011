"""The test kit: a shop, its customers and the real engine on a virtual clock, for tests of yours.

What pytest loads of it is small; the engine is imported by the first test that asks for a world.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recovery.testing.acts import Page
    from recovery.testing.errors import KitError
    from recovery.testing.letters import Message
    from recovery.testing.order import Coupon, Order
    from recovery.testing.project import open_world
    from recovery.testing.world import World

__all__ = ["Coupon", "KitError", "Message", "Order", "Page", "World", "open_world"]

_ROOMS = {
    "Coupon": "order",
    "KitError": "errors",
    "Message": "letters",
    "Order": "order",
    "Page": "acts",
    "World": "world",
    "open_world": "project",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
