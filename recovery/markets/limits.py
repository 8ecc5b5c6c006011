"""How many messages one order may bring in a market: counted here for the dispatcher, which stops
at it, and for the checks, which foretell it.
"""

from collections.abc import Mapping

from recovery.markets.rules import MarketRules
from recovery.message import Channel

Told = Mapping[Channel, int]  # messages about one order so far


def service_full(rules: MarketRules, told: Told, channel: Channel, *, basket: bool) -> bool:
    """Whether one more service message would be advertising.

    About a basket the number counts over all channels, about a placed order on each of them.
    """
    so_far = sum(told.values()) if basket else told.get(channel, 0)
    return so_far >= rules.service_messages


def sms_full(rules: MarketRules, told: Told) -> bool:
    """Whether one more SMS is too many, whatever it says."""
    return told.get(Channel.SMS, 0) >= rules.sms_per_order
