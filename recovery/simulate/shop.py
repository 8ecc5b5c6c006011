"""The shop: people fill a basket, and some do not pay. Its order book is the truth."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from recovery.facts import UNPAID, OrderStatus
from recovery.money import Money
from recovery.simulate.people import Person, Registry, markets
from recovery.simulate.world import World

Row = dict[str, Any]  # one order as the import reads it
Greeting = Callable[[Row], None]

# Per hour of the customer's day, of the busiest hour: few buy at four in the morning.
_BUSY = (
    25,
    14,
    8,
    5,
    4,
    5,
    10,
    22,
    38,
    50,
    58,
    62,
    66,
    60,
    56,
    56,
    60,
    66,
    74,
    88,
    100,
    96,
    74,
    46,
)
_RETURNING = 0.22  # of customers with an account: bought here before the story begins
_AGAIN = 0.12  # of orders: by somebody who ordered in these weeks already
_VOUCHER = 0.30  # of orders where the market knows vouchers
_OUTCOMES = {
    OrderStatus.PAID: 55,
    OrderStatus.PENDING: 22,
    OrderStatus.FAILED: 16,
    OrderStatus.CART: 7,
}
_FAILURES = {  # Stripe's decline codes
    "insufficient_funds": 27,
    "do_not_honor": 20,
    "authentication_required": 16,
    "incorrect_cvc": 12,
    "expired_card": 9,
    "processing_error": 8,
    "card_not_supported": 4,
    "fraudulent": 3,
    "lost_card": 1,
}
_KEPT = timedelta(days=10)  # an unpaid order, before the shop lets it go


class Book:
    """Every order as it stands, and which rows the engine has not been told yet."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._news: dict[str, None] = {}  # a set that keeps its order

    def __getitem__(self, order: str) -> Row:
        return self._rows[order]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def write(self, row: Row) -> None:
        """A new order."""
        self._rows[row["order_id"]] = row
        self._news[row["order_id"]] = None

    def change(self, order: str, at: datetime, **fields: str) -> None:
        """Something happened to `order` at `at`."""
        self.write(self._rows[order] | fields | {"updated_at": at.isoformat()})

    def is_open(self, order: str) -> bool:
        """Whether `order` still waits for its money."""
        return self._rows[order]["status"] in UNPAID

    def hand_over(self, file: Path) -> int:
        """Write the newest state of what changed since the last time to `file`; how many rows."""
        rows = [self._rows[order] for order in self._news]
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(lines), "utf-8")
        self._news.clear()
        return len(rows)


@dataclass(frozen=True, slots=True)
class Opening:
    """How long the shop is open, and how many orders it takes in that time."""

    start: datetime
    days: int
    orders: int


class Shop:
    """Takes orders and tells `unpaid` of those that were not paid at once."""

    def __init__(self, world: World, book: Book, unpaid: Greeting) -> None:
        self._world = world
        self._book = book
        self._unpaid = unpaid
        self._registry = Registry()
        self._customers: list[Person] = []
        self._chance = world.chance("shop")

    def open(self, opening: Opening) -> None:
        """Put every order of the season into the world's future, earlier ones into the book."""
        shares = {country: int(about["share"]) for country, about in markets().items()}
        moments = []
        for _ in range(opening.orders):
            country = self._chance.choices(list(shares), list(shares.values()))[0]
            person = self._somebody(country, opening.start)
            moments.append((_moment(person, opening, self._chance), person))
        for number, (at, person) in enumerate(sorted(moments, key=lambda pair: pair[0])):
            row = _basket(f"{20_001 + number}", person, at, self._chance)
            self._world.at(at, partial(self._take, row))

    def _somebody(self, country: str, start: datetime) -> Person:
        """A known customer of `country` now and then, else somebody new."""
        known = [person for person in self._customers[-400:] if person.country == country]
        if known and self._chance.random() < _AGAIN:
            return self._chance.choice(known)
        person = self._registry.newcomer(country, self._chance)
        if person.id is not None:
            self._customers.append(person)
            if self._chance.random() < _RETURNING:
                self._bought_before(person, start)
        return person

    def _bought_before(self, person: Person, start: datetime) -> None:
        for _ in range(self._chance.randint(1, 2)):
            at = start - timedelta(days=self._chance.uniform(5, 200))
            row = _basket(f"{10_001 + len(self._book)}", person, at, self._chance)
            self._book.write(row | {"status": OrderStatus.PAID.value})

    def _take(self, row: Row) -> None:
        """Somebody presses the button; minutes later the shop knows how it ended."""
        at = self._world.now + timedelta(minutes=self._chance.uniform(0.5, 15))
        row |= {"updated_at": at.isoformat(timespec="seconds")} | _outcome(row, self._chance)
        self._world.at(at, partial(self._settle, row))

    def _settle(self, row: Row) -> None:
        self._book.write(row)
        if self._book.is_open(row["order_id"]):
            self._unpaid(row)


def _moment(person: Person, opening: Opening, chance: Random) -> datetime:
    """When somebody orders: any day of the season, by the hours of their own day."""
    zone = ZoneInfo(person.timezone)
    while True:
        at = opening.start + timedelta(days=chance.uniform(0, opening.days))
        if chance.random() * 100 < _BUSY[at.astimezone(zone).hour]:
            return at.replace(microsecond=0)


def _basket(order_id: str, person: Person, at: datetime, chance: Random) -> Row:
    about = markets()[person.country]
    currency = about["currency"]
    chosen = chance.sample(sorted(about["items"]), k=chance.choices([1, 2, 3], [62, 28, 10])[0])
    items = [
        {"name": name, "quantity": 1 + (chance.random() < 0.15), "price": about["items"][name]}
        for name in chosen
    ]
    shipping = Money.parse(about["shipping"], currency)
    total = sum(
        (Money(Money.parse(i["price"], currency).minor * i["quantity"], currency) for i in items),
        shipping,
    )
    return {
        "order_id": order_id,
        "placed_at": at.isoformat(timespec="seconds"),
        "amount": str(total),
        "currency": currency,
        "shipping_amount": str(shipping),
        "items": items,
        "payment_url": f"https://shop.example/pay/{order_id}",
        **person.row(),
    }


def _outcome(row: Row, chance: Random) -> Row:
    """How the till ended: paid, nothing, a refusal, a voucher to be paid at a counter."""
    placed, voucher = datetime.fromisoformat(row["placed_at"]), _voucher(row["country"])
    if voucher and chance.random() < _VOUCHER:
        ends = placed + timedelta(days=int(voucher["days"]))
        return {
            "status": OrderStatus.AWAITING.value,
            "payment_method": voucher["method"],
            "expires_at": ends.isoformat(timespec="seconds"),
        }
    status = chance.choices(list(_OUTCOMES), list(_OUTCOMES.values()))[0]
    code = chance.choices(list(_FAILURES), list(_FAILURES.values()))[0]
    end = {"status": status.value, "payment_method": "card"}
    if status in UNPAID:
        end["expires_at"] = (placed + _KEPT).isoformat(timespec="seconds")
    if status is OrderStatus.FAILED:
        end |= {"failure_code": code, "failure_source": "stripe"}
    return end


def _voucher(country: str) -> dict[str, str]:
    found: dict[str, str] = markets()[country].get("voucher", {})
    return found
