"""Trade: the orders of a season, one after the other; day by day, so that only one day is held.

Who orders what, when, and whether it is paid, depends on the seed alone. Only a customer whom a
coupon has taught to wait does otherwise, and what they would have done is kept.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from zoneinfo import ZoneInfo

from recovery.facts import CustomerType, Item, OrderSnapshot, OrderStatus
from recovery.money import Money
from recovery.simulate.chance import Chance
from recovery.simulate.people import Person, markets, newcomer
from recovery.simulate.scenarios.schema import Cause, Scenario
from recovery.simulate.shoppers.lapse import Lapse, Temper
from recovery.simulate.troubles import OUTAGE, Troubles
from recovery.simulate.world import World

SOURCE = "shop"
DAY = timedelta(days=1)
# Per hour of the customer's day, of the busiest: few buy at four in the morning.
_BUSY = (
    *(25, 14, 8, 5, 4, 5, 10, 22, 38, 50, 58, 62),
    *(66, 60, 56, 56, 60, 66, 74, 88, 100, 96, 74, 46),
)
_TRIES = 40  # to find an hour in which somebody is awake
_KNOWN = 400  # customers of a market who may come again
# How long ago a returning customer bought; before anything that an alert compares with.
_EARLIER = timedelta(days=60), timedelta(days=200)

Paid = Callable[[OrderSnapshot, Person], None]
Left = Callable[[Lapse], None]


@dataclass(frozen=True, slots=True)
class Season:
    """How long orders come in, and how many."""

    start: datetime
    days: int
    orders: int


@dataclass(slots=True)
class Customer:
    """Somebody who may come again."""

    person: Person
    temper: Temper
    vip: bool = False


class Trade:
    """Puts every order of a season into the world's future; tells `paid` of those paid at once, and
    `left` of the others."""

    def __init__(
        self,
        world: World,
        scenario: Scenario,
        season: Season,
        chance: Chance,
        paid: Paid,
        left: Left,
        troubles: Troubles,
    ) -> None:
        self._world, self._scenario, self._season = world, scenario, season
        self._chance, self._paid, self._left = chance, paid, left
        self._troubles, self.placed = troubles, 0
        self._shares = {country: one.share for country, one in scenario.markets.items()}
        self._known: dict[str, deque[Customer]] = {
            country: deque(maxlen=_KNOWN) for country in self._shares
        }
        self._taught: set[str] = set()

    def open(self) -> None:
        """Begin with the first day."""
        self._day(0)

    def teach(self, person: Person) -> None:
        """A coupon came to one who had not paid: next time they may wait for another."""
        if Chance(self._chance, person.email).happens("taught", self._scenario.offers.teaches):
            self._taught.add(person.email)

    def _day(self, number: int) -> None:
        if number >= self._season.days:
            return
        begins = self._season.start + number * DAY
        first, last = (self._season.orders * n // self._season.days for n in (number, number + 1))
        coming = sorted(self._order(n, begins) for n in range(first, last))
        for at, n, country in coming:
            self._world.at(at, partial(self._take, n, country, at))
        self._world.at(begins + DAY, partial(self._day, number + 1))

    def _order(self, number: int, day: datetime) -> tuple[datetime, int, str]:
        chance = self._chance.of("order", number)
        country = chance.by_weight("market", self._shares)
        zone = ZoneInfo(markets()[country]["zones"][0])
        return _moment(chance, day, zone), number, country

    def _take(self, number: int, country: str, at: datetime) -> None:
        """Somebody presses the button; minutes later the shop knows how it ended."""
        chance = self._chance.of("order", number)
        who = self._somebody(chance, country, number, at)
        order = basket(chance, f"{20_001 + number}", who.person, at, self._scenario)
        if who.vip:
            order = replace(order, customer_type=CustomerType.VIP)
        told_at = at + timedelta(seconds=chance.whole("till", 30, 900))
        cause = self._cause(chance, who, country, told_at)
        self.placed += 1
        if cause is None:
            done = replace(order, status=OrderStatus.PAID, updated_at=told_at)
            self._world.at(told_at, partial(self._paid, done, who.person))
            return
        name, about, taught = cause
        order = replace(
            order,
            status=about.status,
            updated_at=told_at,
            payment_method=about.method,
            failure_code=chance.by_weight("code", about.codes) if about.codes else None,
            failure_source="stripe" if about.codes else None,
            expires_at=told_at + about.kept,
        )
        lapse = Lapse(order, who.person, who.temper, name, about, told_at, chance, taught)
        self._world.at(told_at, partial(self._left, lapse))

    def _cause(
        self, chance: Chance, who: Customer, country: str, at: datetime
    ) -> tuple[str, Cause, bool] | None:
        """Why the order is left unpaid, by name and whole, and whether only for a lesson; None: it
        is paid at once."""
        causes = self._scenario.causes
        left = chance.number("cause")
        for name, share in self._scenario.markets[country].causes.items():
            left -= share
            if left < 0:
                return name, causes[name], False
        if who.person.email in self._taught:
            waiting = self._scenario.offers.waiting
            return waiting, causes[waiting], True
        stopped = self._troubles.stopped(at, country)
        return None if stopped is None else (OUTAGE, stopped, False)

    def _somebody(self, chance: Chance, country: str, number: int, at: datetime) -> Customer:
        """A known customer of `country` now and then, else somebody new."""
        known, crowd = self._known[country], self._scenario.crowds[country]
        if known and chance.happens("again", crowd.again):
            return chance.one_of("who", known)
        theirs = self._chance.of("person", number)
        who = Customer(newcomer(country, number, theirs, crowd), Temper.of(theirs, crowd))
        if who.person.id is not None:
            known.append(who)
            if theirs.happens("returning", crowd.returning):
                who.vip = theirs.happens("vip", self._scenario.markets[country].vip)
                self._bought_before(theirs, who.person, number, at)
        return who

    def _bought_before(self, chance: Chance, person: Person, number: int, at: datetime) -> None:
        """An order of long ago, which makes a returning customer."""
        first, last = _EARLIER
        when = at - first - (last - first) * chance.number("earlier")
        order = basket(chance.of("earlier"), f"{number}-earlier", person, when, self._scenario)
        self._paid(replace(order, status=OrderStatus.PAID), person)


def _moment(chance: Chance, day: datetime, zone: ZoneInfo) -> datetime:
    """When somebody orders on this day (of UTC), by the hours of their own."""
    for attempt in range(_TRIES):
        at = day + timedelta(seconds=int(86_400 * chance.number(f"hour {attempt}")))
        if chance.number(f"awake {attempt}") * 100 < _BUSY[at.astimezone(zone).hour]:
            break
    return at


def basket(
    chance: Chance, number: str, person: Person, at: datetime, scenario: Scenario
) -> OrderSnapshot:
    """What one order holds: one to three goods of its market, and the shipping."""
    currency, goods, shipping = _shelf(person.country)
    some = chance.by_weight("how many", {1: 0.62, 2: 0.28, 3: 0.1})
    start, step = chance.whole("first", 0, len(goods) - 1), 1 + chance.whole("next", 0, 2)
    chosen = dict(goods[(start + n * step) % len(goods)] for n in range(some))
    dear = scenario.markets[person.country].baskets
    items = tuple(
        Item(name, 1 + chance.happens(f"two of {name}", 0.15), _scaled(price, dear))
        for name, price in chosen.items()
    )
    total = sum((Money(i.price.minor * i.quantity, currency) for i in items), shipping)
    return OrderSnapshot(
        source=SOURCE,
        order_id=number,
        status=OrderStatus.PENDING,
        placed_at=at,
        updated_at=at,
        amount=total,
        country=person.country,
        email=person.email,
        phone=person.phone,
        customer_id=person.id,
        name=person.name,
        region=person.region,
        timezone=person.timezone,
        payment_method="card",
        payment_url=f"https://shop.example/pay/{number}",
        email_consent=person.email_consent,
        sms_consent=person.sms_consent,
        shipping=shipping,
        items=items,
    )


@cache
def usual(country: str) -> float:
    """What an ordinary basket comes to in this market, in minor units."""
    _, goods, shipping = _shelf(country)
    return 1.48 * sum(price.minor for _, price in goods) / len(goods) + shipping.minor


@cache
def _shelf(country: str) -> tuple[str, tuple[tuple[str, Money], ...], Money]:
    about = markets()[country]
    currency = about["currency"]
    goods = tuple((name, Money.parse(price, currency)) for name, price in about["items"].items())
    return currency, goods, Money.parse(about["shipping"], currency)


def _scaled(price: Money, by: float) -> Money:
    return price if by == 1 else Money(max(1, round(price.minor * by)), price.currency)
