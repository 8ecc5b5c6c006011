"""The cash view: money in the period in which it moved, for bookkeeping. It has no rates: payments
of one month belong to enrolments of another."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection

from recovery.measure.costs import Costs
from recovery.measure.designs import Designs, designs
from recovery.measure.evidence.ledger import Side, payments, redemptions, refunds, sendings
from recovery.measure.evidence.units import Question
from recovery.measure.owners import expect_owner
from recovery.measure.periods import Calendar, Period
from recovery.message import Channel
from recovery.money import Money, digits, round_half_up


class Place(NamedTuple):
    """Where money is booked; amounts of one place have one currency."""

    period: Period
    side: Side
    currency: str


@dataclass(slots=True)
class Booked:
    """Minor units, each by the date on which it moved; messages exact until they are told."""

    orders_paid: int = 0
    list: int = 0
    discounts: int = 0
    subsidy: int = 0
    refunds: int = 0
    message_cost: Decimal = field(default_factory=Decimal)

    @property
    def messages(self) -> int:
        """What the messages cost, rounded once."""
        return round_half_up(self.message_cost)

    @property
    def net(self) -> int:
        """list − discounts − subsidy − refunds − messages."""
        return self.list - self.discounts - self.subsidy - self.refunds - self.messages

    def add(self, **amounts: int | Decimal) -> None:
        """Book more."""
        for name, amount in amounts.items():
            setattr(self, name, getattr(self, name) + amount)


AMOUNTS = ("list", "discounts", "subsidy", "refunds", "messages", "net")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the books."""

    place: Place
    owner: str | None
    booked: Booked

    def money(self, name: str) -> Money:
        """One of AMOUNTS."""
        return Money(getattr(self.booked, name), self.place.currency)


@dataclass(frozen=True, slots=True)
class Books:
    """Every row: by period, campaign, sequence (hold-outs last) and currency."""

    at: datetime
    calendar: Calendar
    lines: tuple[Line, ...]


def books(
    connection: Connection,
    question: Question,
    calendar: Calendar,
    costs: Costs,
    owner: str | None = None,
) -> Books:
    """All money that moved until the question's now."""
    found = defaultdict[Place, Booked](Booked)
    for side, currency, at, amounts in _booked(connection, question, costs):
        found[Place(calendar.of_quarter_hour(at), side, currency)].add(**amounts)
    known = designs(connection, question.now)
    if owner is not None:
        expect_owner(owner, (_owner(known, place.side) for place in found))
    lines = (Line(place, _owner(known, place.side), found[place]) for place in _sorted(found))
    told = tuple(one for one in lines if owner in (None, one.owner) and not _is_empty(one))
    return Books(question.now, calendar, told)


_Amounts = dict[str, int | Decimal]


def _booked(
    connection: Connection, question: Question, costs: Costs
) -> Iterator[tuple[Side, str, int, _Amounts]]:
    for one in payments(connection, question):
        yield *one[:3], {"orders_paid": one.sums[0], "list": one.sums[1]}
    for one in refunds(connection, question):
        yield *one[:3], {"refunds": one.sums[0]}
    for one in redemptions(connection, question):
        yield *one[:3], {"discounts": one.sums[0], "subsidy": one.sums[1]}
    for sent in sendings(connection, question):
        if price := costs.of(Channel(sent.channel), sent.country):
            minor = (price.each * sent.units).scaleb(digits(price.currency))
            yield sent.side, price.currency, sent.at, {"message_cost": minor}


def _sorted(found: defaultdict[Place, Booked]) -> list[Place]:
    def order(place: Place) -> tuple[object, ...]:
        period, side, currency = place
        return period, side.campaign, side.everywhere, side.holdout, side.sequence or "", currency

    return sorted(found, key=order)


def _is_empty(line: Line) -> bool:
    return not any(getattr(line.booked, one.name) for one in fields(Booked))


def _owner(known: Designs, side: Side) -> str | None:
    newest = known.newest(side.campaign)
    return newest.owner if newest else None
