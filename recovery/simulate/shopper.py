"""The shoppers: some pay by themselves, some when they are reminded, some never.

The numbers are made up, so that the true effect of every message is known. They are no promise:
what messages bring in a real shop is what its own hold-out shows.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import log
from random import Random

from recovery.facts import OrderStatus
from recovery.message import Channel
from recovery.simulate.mailbox import Letter
from recovery.simulate.shop import Book, Row
from recovery.simulate.till import Till
from recovery.simulate.world import World


@dataclass(frozen=True, slots=True)
class Delay:
    """Log-normal: half of all wait less than `median` hours, a few very long."""

    median: float
    spread: float

    def draw(self, chance: Random) -> timedelta:
        """One waiting time."""
        hours = chance.lognormvariate(log(self.median), self.spread)
        return timedelta(seconds=round(hours * 3600))


@dataclass(frozen=True, slots=True)
class Temper:
    """How one kind of unpaid order ends without a word: the share that is paid, and when."""

    pays: float
    delay: Delay


# Vouchers are mostly paid anyway, within three days; the rest of the numbers is our choice.
TEMPERS: Mapping[str, Temper] = {
    OrderStatus.PENDING: Temper(0.42, Delay(10, 1.1)),
    OrderStatus.FAILED: Temper(0.42, Delay(5, 1.5)),
    OrderStatus.AWAITING: Temper(0.72, Delay(26, 0.6)),
    OrderStatus.CART: Temper(0.28, Delay(32, 0.8)),
}
PERSUADED: Mapping[Channel, float] = {Channel.EMAIL: 0.17, Channel.SMS: 0.11}
BY_AN_OFFER = 0.12  # more, when the message holds a code
TIRED = 0.6  # every further message moves this share of what the one before it did
REACTION = Delay(4, 0.9)
REDEEMS = 0.8  # of those an offer brought back: they also type the code in
CANCELS, CANCELLING = 0.06, Delay(30, 0.8)
REFUNDED, REFUNDING = 0.03, Delay(96, 0.5)


@dataclass(frozen=True, slots=True)
class Payment:
    """An unpaid order that was paid after all. `letter`: the message that did it, if one did."""

    order: str
    at: datetime
    letter: Letter | None
    code: str | None
    anyway: bool  # would have been paid without any message, if later

    @property
    def caused(self) -> bool:
        """Whether there would have been no payment without the messages."""
        return self.letter is not None and not self.anyway


class Shoppers:
    """Everybody with an unpaid order. They read each message once."""

    def __init__(self, world: World, book: Book, till: Till) -> None:
        self._world = world
        self._book = book
        self._till = till
        self._anyway: set[str] = set()
        self.unpaid = 0  # orders that were not paid at once
        self._opened: set[int] = set()
        self.letters: dict[str, list[Letter]] = defaultdict(list)
        self.payments: dict[str, Payment] = {}

    def meet(self, row: Row) -> None:
        """An order was not paid: its end without any message is drawn now, once for all."""
        self.unpaid += 1
        order, temper = row["order_id"], TEMPERS[row["status"]]
        chance = self._world.chance(f"order {order}")
        ends = datetime.fromisoformat(row["expires_at"])
        delay = temper.delay.draw(chance)
        if chance.random() < temper.pays and self._world.now + delay < ends:
            self._anyway.add(order)
            self._world.after(delay, partial(self._pay, order))
        elif chance.random() < CANCELS:
            gone = partial(self._end, order, OrderStatus.CANCELLED)
            self._world.after(CANCELLING.draw(chance), gone)
        self._world.at(ends, partial(self._end, order, OrderStatus.EXPIRED))

    def read(self, letter: Letter) -> None:
        """A message arrives; perhaps it brings its reader back to the till within hours."""
        if letter.touch in self._opened or not self._book.is_open(letter.order):
            return
        self._opened.add(letter.touch)
        before = len(self.letters[letter.order])
        self.letters[letter.order].append(letter)
        chance = self._world.chance(f"letter {letter.order} {letter.step}")
        odds = PERSUADED[letter.channel] + (BY_AN_OFFER if letter.code else 0)
        if chance.random() < odds * TIRED**before:
            self._world.after(REACTION.draw(chance), partial(self._pay, letter.order, letter))

    def _pay(self, order: str, letter: Letter | None = None) -> None:
        if not self._book.is_open(order):
            return
        row, now = self._book[order], self._world.now
        chance = self._world.chance(f"payment {order}")
        fields, code = {"status": OrderStatus.PAID.value}, None
        if letter and letter.code and chance.random() < REDEEMS:
            price = self._till.charge(row, letter.code, now)
            if price is not None:
                code = letter.code
                fields |= {"amount": str(price), "discount_code": code}
        self._book.change(order, now, **fields)
        self.payments[order] = Payment(order, now, letter, code, order in self._anyway)
        if chance.random() < REFUNDED:
            self._world.after(REFUNDING.draw(chance), partial(self._refund, order))

    def _end(self, order: str, status: OrderStatus) -> None:
        if self._book.is_open(order):
            self._book.change(order, self._world.now, status=status.value)

    def _refund(self, order: str) -> None:
        self._book.change(order, self._world.now, status=OrderStatus.REFUNDED.value)
