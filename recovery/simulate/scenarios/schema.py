"""What a scenario file may say: who shops, why they do not pay, what messages do to them.

Every number here is about made-up people. A file names, under `sources`, where each of its numbers
comes from: a row of evidence, or `assumed`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import Field

from recovery.facts import Consent
from recovery.message import Channel
from recovery.simulate.scenarios.incident import Incident
from recovery.simulate.scenarios.values import (
    Currency,
    Factor,
    Hour,
    Moment,
    Odds,
    Span,
    Spread,
    Strict,
    Time,
    Unpaid,
    Weights,
    Won,
    Words,
)


class Level(StrEnum):
    """For whom a scenario is meant."""

    CLASSROOM = "classroom"
    MARKET = "market"
    HARD = "hard"


class Wait(Strict):
    """A log-normal time: half wait less than `median`; `spread` is its logarithm's deviation."""

    median: Time
    spread: Spread = 1.0


class Locals(Strict):
    """How the people of one market differ from those of all others."""

    guests: Odds | None = None
    phone: Odds | None = None
    email_consent: dict[Consent, Odds] | None = None
    sms_consent: dict[Consent, Odds] | None = None


class Market(Strict):
    """One country's part in the orders, and how its checkouts end."""

    share: Odds  # of all orders; the shares of all markets are weighed against each other
    causes: Weights  # why an order is not paid at once: names of `causes`, of all orders here
    baskets: Factor = 1.0  # how dear, against the shop's own price list
    vip: Odds = 0.0  # of returning customers: the shop calls them so
    people: Locals = Locals()


class Crowd(Strict):
    """Who shops, in every market."""

    guests: Odds
    returning: Odds  # of customers with an account: paid here before the story begins
    again: Odds  # of orders: by somebody who ordered in this story already
    phone: Odds
    email_consent: dict[Consent, Odds]
    sms_consent: dict[Consent, Odds]
    office: Odds  # cannot shop during working hours
    responsive: Spread  # how much people differ in what a message does to them (log deviation)
    thrifty: Spread  # how much they differ in what an offer does
    refunds: Odds  # of paid orders
    refund_after: Wait


class Cause(Strict):
    """Why an order was not paid, and how that goes on."""

    about: Words
    status: Unpaid
    codes: Mapping[str, Odds] = {}  # Stripe's decline codes, where a card was refused
    method: str = "card"
    kept: Time = timedelta(days=10)  # by the shop, before an unpaid order ends
    pays: Odds  # without a word from us
    after: Wait  # when they do
    cancels: Odds = 0.0  # of those who would not pay
    hears: Factor = 1.0  # how much a message moves them, against `messages`
    wants: Factor = 1.0  # how much an offer does, against `offers`
    ripe: Span = timedelta(0)  # before that a message moves hardly anybody
    unripe: Odds = 1.0  # … this share of what it would


class Stretch(Strict):
    """What a message does when it is read so long after the order was left unpaid."""

    until: Span
    wins: Won  # of those who would not have paid; below zero: loses of those who would have


class Reach(Strict):
    """How one channel is used, and what a message on it does."""

    arrives: Odds  # of messages
    read: Odds  # of those that arrive
    after: Wait
    clicks: Odds  # of readers who do not come back to pay
    moves: Annotated[list[Stretch], Field(min_length=1)]
    then: Won  # after the last stretch
    opt_out: Odds  # of readers, at each message
    complaint: Odds
    annoys: Factor  # how fast the two above grow with each further message


class Haste(Strict):
    """What becomes of a message that comes so soon after the one before it."""

    within: Span
    does: Odds  # of its effect
    annoys: Factor  # so much more likely they opt out or complain


class Replies(Strict):
    """How readers come back."""

    after: Wait
    hurry: Odds  # of those who would pay anyway: they pay now, for the message is at hand
    tired: Odds  # each further message does this share of what the one before it did
    soon: Haste
    at_work: Odds  # what a message does to office people in working hours
    dear: Spread  # both ways, messages do more about dear baskets: exponent of the amount


class Offers(Strict):
    """What an offer does."""

    wins: Won  # more, for each tenth of the basket that it is worth
    kinds: dict[str, Factor]  # free_shipping, gift …: against a percentage of the same worth
    redeemed: Odds  # by those whom it brought back
    sure: Odds  # by those who would have paid anyway
    teaches: Odds  # of customers who read of one: they leave their next basket to wait for another
    waiting: str  # … with this cause


class Staff(Strict):
    """Colleagues who call."""

    calls: int  # in a working hour, together
    hours: tuple[Hour, Hour] = (9, 17)
    zone: str = "UTC"
    reached: Odds
    wins: Won  # of those reached who would not have paid


class Penalties(Strict):
    """What the game takes off, in points."""

    opt_out: Decimal
    complaint: Decimal
    after_payment: Decimal  # a message that reaches somebody who has paid
    breach: Decimal  # of a market's rules
    call: Decimal


class Scenario(Strict):
    """A whole one."""

    scenario: str
    title: Words
    about: Words
    level: Level
    like: str | None = None  # the scenario that this one differs from
    hidden: bool = False  # graders only: what is true of it is not told
    start: Moment
    runs: Time  # between two recovery runs
    markets: Annotated[dict[str, Market], Field(min_length=1)]
    people: Crowd
    causes: dict[str, Cause]
    messages: dict[Channel, Reach]
    replies: Replies
    offers: Offers
    staff: Staff
    points: dict[Currency, Decimal]  # of one unit of money
    penalties: Penalties
    incidents: Sequence[Incident] = ()
    sources: Mapping[str, str] = {}  # the road of every number → a row of evidence, or assumed

    @cached_property
    def crowds(self) -> Mapping[str, Crowd]:
        """Who shops, by market."""
        return {
            country: self.people.model_copy(update=one.people.model_dump(exclude_none=True))
            for country, one in self.markets.items()
        }
