"""An estimate of what the messages of a replay would have brought, had the customers been the
made-up shoppers of a scenario. It says something about the scenario, and little about the shop.

What an order did without the messages is not made up: its own file says it. Only what reading a
message does is the scenario's, drawn several times over.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import fmean
from typing import Any

from sqlalchemy import Connection, Row, select

from recovery.campaign.schema import Campaign
from recovery.db import table
from recovery.facts import UNPAID, Consent, OrderSnapshot, OrderStatus
from recovery.message import Channel
from recovery.models import Customer, Order
from recovery.money import Money
from recovery.simulate.chance import Chance
from recovery.simulate.checkout import Checkout
from recovery.simulate.people import Person
from recovery.simulate.replay.letters import Letter
from recovery.simulate.scenarios.schema import Cause, Scenario
from recovery.simulate.shoppers.lapse import Lapse, Temper
from recovery.simulate.shoppers.mind import Told, called, reaction, read_at

DRAWS = 10
COUNTS = ("won", "lost", "sooner", "opt_outs", "complaints", "codes_of_sure_buyers")

orders, customers = table(Order), table(Customer)


@dataclass(frozen=True)
class _Remembered(Lapse):
    """A real order: whether and when it was paid without these messages is known."""

    really: datetime | None = None

    @property
    def pays_at(self) -> datetime | None:
        return self.really


@dataclass(slots=True)
class _Draw:
    """One way it could have gone."""

    counts: Counter[str] = field(default_factory=Counter)
    won: Counter[str] = field(default_factory=Counter)  # minor units, by currency
    lost: Counter[str] = field(default_factory=Counter)
    discounts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What several draws have in common, and how far they are apart."""

    scenario: str
    orders: int  # that got a message, in the scenario's markets and states
    elsewhere: int  # that got one, and about which the scenario says nothing
    draws: Sequence[_Draw]

    def payload(self) -> dict[str, Any]:
        """The part `estimate` of the document."""
        spans = {name: self.span(name) for name in COUNTS}
        return {
            "scenario": self.scenario,
            "orders": self.orders,
            "not_in_the_scenario": self.elsewhere,
            "draws": len(self.draws),
            **{name: dict(zip(("mean", "low", "high"), span, strict=True))
               for name, span in spans.items()},
            "money": [
                {
                    "currency": currency,
                    **{
                        name: str(self._mean_money(name, currency))
                        for name in ("won", "lost", "discounts")
                    },
                }
                for currency in sorted({one for draw in self.draws for one in draw.won | draw.lost})
            ],
        }  # fmt: skip

    def span(self, name: str) -> tuple[float, int, int]:
        """Mean, lowest and highest count of all draws."""
        found = [draw.counts[name] for draw in self.draws]
        return round(fmean(found), 1), min(found), max(found)

    def _mean_money(self, name: str, currency: str) -> Money:
        return Money(round(fmean(getattr(draw, name)[currency] for draw in self.draws)), currency)


class Estimator:
    """Hears of every touch, those of one enrolment together."""

    def __init__(
        self,
        connection: Connection,
        checkout: Checkout,
        scenario: Scenario,
        campaigns: Sequence[Campaign],
    ) -> None:
        self._connection, self._checkout, self._scenario = connection, checkout, scenario
        self._waited = {one.campaign: one.trigger.status for one in campaigns}
        self._draws = [_Draw() for _ in range(DRAWS)]
        self._steps: list[Letter] = []
        self._orders = self._elsewhere = 0

    def hear(self, letter: Letter) -> None:
        """The next touch."""
        if self._steps and self._steps[0].enrolment != letter.enrolment:
            self._judge()
        if letter.sent:
            self._steps.append(letter)

    def estimate(self) -> Estimate:
        """When all have been heard."""
        self._judge()
        return Estimate(self._scenario.scenario, self._orders, self._elsewhere, self._draws)

    def _judge(self) -> None:
        steps, self._steps = self._steps, []
        if not steps:
            return
        row = self._row(steps[0].order_id)
        causes = self._causes(row, self._waited[steps[0].campaign])
        if not causes:
            self._elsewhere += 1
            return
        self._orders += 1
        for number, draw in enumerate(self._draws):
            _Answers(self._scenario, self._checkout, draw, row).play(steps, causes, number)

    def _row(self, order_id: int) -> Row[Any]:
        found = (
            select(orders, customers.c.key.label("customer"))
            .join(customers, customers.c.id == orders.c.customer_id)
            .where(orders.c.id == order_id)
        )
        return self._connection.execute(found).one()

    def _causes(self, row: Row[Any], waited: OrderStatus) -> Mapping[str, float]:
        """Why such an order is left unpaid in its market, by the scenario."""
        market = self._scenario.markets.get(row.country)
        if market is None:
            return {}
        known = self._scenario.causes
        fits = {name: w for name, w in market.causes.items() if known[name].status == waited}
        exact = {name: w for name, w in fits.items() if row.failure_code in known[name].codes}
        return exact or fits


class _Answers:
    """What one order's customer does in one draw."""

    def __init__(self, scenario: Scenario, checkout: Checkout, draw: _Draw, row: Row[Any]) -> None:
        self._scenario, self._checkout, self._draw, self._row = scenario, checkout, draw, row
        self._order = _snapshot(row)
        self._ended = None if row.status in UNPAID else row.paid_at or row.updated_at
        self._turned = False

    def play(self, steps: Sequence[Letter], causes: Mapping[str, float], number: int) -> None:
        """Read what arrives, until somebody is on the way to pay."""
        lapse = self._lapse(causes, number)
        for ordinal, letter in enumerate(steps, 1):
            pays_at = self._answer(lapse, letter, ordinal)
            if pays_at is not None and (self._ended is None or pays_at < self._ended):
                self._pay()
                return
        if self._turned:
            self._draw.counts["lost"] += 1
            self._draw.lost[self._row.currency] += self._row.amount_minor

    def _lapse(self, causes: Mapping[str, float], number: int) -> _Remembered:
        row, crowd = self._row, self._scenario.crowds[self._row.country]
        chance = Chance("response", number, row.source, row.external_id)
        name = chance.by_weight("cause", causes)
        temper = Temper.of(Chance("response", number, row.customer), crowd)
        cause: Cause = self._scenario.causes[name]
        since = row.unpaid_since
        return _Remembered(
            self._order, _person(row), temper, name, cause, since, chance, really=row.paid_at
        )

    def _answer(self, lapse: Lapse, letter: Letter, ordinal: int) -> datetime | None:
        """When the customer comes to pay because of `letter`."""
        channel = Channel(letter.channel)
        if channel is Channel.TASK:
            return called(lapse, letter.at, self._scenario)[1]
        reach = self._scenario.messages[channel]
        if not lapse.chance.of("letter", ordinal).happens(f"arrives {channel}", reach.arrives):
            return None
        when = read_at(lapse, channel, ordinal, letter.at, reach)
        if when is None or (self._ended is not None and when >= self._ended):
            return None
        worth, kind = self._checkout.worth(self._order, letter.code, when)
        told = Told(channel, ordinal, worth, kind, lost=self._turned or lapse.pays_at is None)
        does = reaction(lapse, told, when, self._scenario)
        counts = self._draw.counts
        counts["opt_outs"] += does.opts_out
        counts["complaints"] += does.complains
        if does.redeems:
            self._draw.discounts[self._row.currency] += round(worth * self._row.amount_minor)
            counts["codes_of_sure_buyers"] += lapse.pays_at is not None
        self._turned = self._turned or does.lost
        return does.pays_at

    def _pay(self) -> None:
        row, draw = self._row, self._draw
        if row.paid_at is not None:
            draw.counts["sooner"] += 1
        else:
            draw.counts["won"] += 1
            draw.won[row.currency] += row.amount_minor


def _snapshot(row: Row[Any]) -> OrderSnapshot:
    """As much of the order as a checkout looks at."""
    shipping = row.shipping_minor
    return OrderSnapshot(
        source=row.source,
        order_id=row.external_id,
        status=OrderStatus(row.status),
        placed_at=row.placed_at,
        updated_at=row.updated_at,
        amount=Money(row.amount_minor, row.currency),
        country=row.country,
        email=row.email,
        phone=row.phone,
        shipping=None if shipping is None else Money(shipping, row.currency),
    )


def _person(row: Row[Any]) -> Person:
    consents = Consent(row.email_consent), Consent(row.sms_consent)
    return Person(
        row.country, row.customer, row.name or "", row.email or "", row.phone, row.timezone,
        *consents,
    )  # fmt: skip
