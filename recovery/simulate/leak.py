"""Codes that got out: a site shows one customer's code to everybody, and strangers pay with it.

They are buyers who would have paid in full, at once, in a world without messages: nobody comes for
the code alone. So the shop loses the discount, and nothing else.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from recovery.facts import OrderSnapshot
from recovery.simulate.chance import Chance
from recovery.simulate.checkout import Checkout
from recovery.simulate.scenarios.incident import Incident, Trouble
from recovery.simulate.scenarios.schema import Scenario
from recovery.simulate.troubles import Troubles
from recovery.simulate.truth import Truth


class Leak:
    """One code an incident: the newest that a customer has got when the first stranger comes. It is
    over when the code is: it runs out, or its offer is withdrawn."""

    def __init__(
        self,
        troubles: Troubles,
        checkout: Checkout,
        truth: Truth,
        chance: Chance,
        scenario: Scenario,
        daily: float,
    ) -> None:
        """`daily`: orders a day, in all markets."""
        self._troubles, self._checkout, self._truth = troubles, checkout, truth
        self._chance, self._scenario, self._daily = chance, scenario, daily
        self._newest: str | None = None
        self._out: dict[timedelta, str] = {}  # by the beginning of the incident
        self.uses: Counter[str] = Counter()

    def heard(self, code: str | None) -> None:
        """A message was sent; perhaps it shows a code."""
        self._newest = code or self._newest

    def paid(self, order: OrderSnapshot) -> OrderSnapshot:
        """An order that is paid at once, as it is paid: with a code that got out, or in full."""
        at = order.updated_at
        for one, _, _ in self._troubles.over(Trouble.COUPON_LEAKED, at, order.country):
            chance = self._chance.of("stranger", order.order_id)
            if not chance.happens("knows the code", self._odds(one)):
                continue
            code = self._code(one, order)
            price = self._checkout.charge(order, code, at) if code else None
            if code and price is not None and price != order.amount:
                self.uses[code] += 1
                self._truth.leaked[price.currency] += (order.amount - price).minor
                return replace(order, amount=price, discount_code=code)
        return order

    def _code(self, incident: Incident, order: OrderSnapshot) -> str | None:
        known, newest = self._out.get(incident.at), self._newest
        if known is None and newest and self._checkout.charge(order, newest, order.updated_at):
            known = self._out[incident.at] = newest
        return known

    def _odds(self, incident: Incident) -> float:
        """How likely one who pays at once is among so many strangers a day."""
        markets = self._scenario.markets
        whole = sum(one.share for one in markets.values())
        at_once = sum(
            one.share * (1 - sum(one.causes.values()))
            for country, one in markets.items()
            if incident.market in (None, country)
        )
        return min(1.0, incident.strangers / max(1e-9, self._daily * at_once / whole))
