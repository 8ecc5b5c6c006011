"""Budgets as they would be drawn on: what is reserved today, and what the coming days would add."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush

from sqlalchemy import Connection, func, select

from recovery.campaign.schema import Budget, Offer, OfferKind
from recovery.db import table
from recovery.incentives.offer import Terms, period_key
from recovery.models import Coupon, CouponState, OfferBudget
from recovery.money import Money

budgets, coupons = table(OfferBudget), table(Coupon)

Key = tuple[str, str, str]  # campaign, offer, period


@dataclass(slots=True)
class Promised:
    """What one offer would give away in the horizon."""

    coupons: int = 0
    refused: int = 0  # would have been offered, but its budget was spent
    worst: dict[str, int] = field(default_factory=dict)  # if all are used: currency → minor units
    dry_since: datetime | None = None  # when the budget first had no room


@dataclass(frozen=True, slots=True)
class Wish:
    """Customers alike (`members`: their enrolments) whose message, due at `due`, has an offer."""

    due: datetime
    members: Sequence[int]
    campaign: str
    terms: Terms
    amount: Money  # of the order


@dataclass(slots=True)
class Ledger:
    """Reservations on a later clock; nothing is written."""

    taken: dict[Key, tuple[str, int]] = field(default_factory=dict)  # currency, minor units
    promised: dict[tuple[str, str], Promised] = field(default_factory=dict)
    _releases: list[tuple[datetime, Key, int]] = field(default_factory=list)

    @classmethod
    def read(cls, connection: Connection) -> "Ledger":
        """The books as they are, with the reservations that will run out by themselves."""
        books = connection.execute(select(budgets)).all()
        keys = {row.id: (row.campaign, row.offer, row.period) for row in books}
        taken = {
            keys[row.id]: (row.currency, row.reserved_minor + row.spent_minor) for row in books
        }
        running = (
            select(coupons.c.budget_id, coupons.c.expires_at, func.sum(coupons.c.worth_minor))
            .where(
                coupons.c.state.in_((CouponState.RESERVED, CouponState.ISSUED)),
                coupons.c.budget_id.is_not(None),
                coupons.c.worth_minor > 0,
            )
            .group_by(coupons.c.budget_id, coupons.c.expires_at)
        )
        ends = [(at, keys[budget], int(sum_)) for budget, at, sum_ in connection.execute(running)]
        heapify(ends)
        return cls(taken, {}, ends)

    def expire(self, now: datetime) -> None:
        """Give back what was reserved for coupons that are over at `now`."""
        while self._releases and self._releases[0][0] <= now:
            _, key, worth = heappop(self._releases)
            currency, minor = self.taken[key]
            self.taken[key] = currency, minor - worth

    def left(self, campaign: str, offer: str, budget: Budget, now: datetime) -> Money:
        """What the budget of `offer` still holds in the period of `now`."""
        currency, minor = self._book((campaign, offer, period_key(budget.per, now)), budget)
        if currency != budget.amount.currency:
            return Money(0, budget.amount.currency)
        return Money(max(budget.amount.minor - minor, 0), currency)

    def allot(self, wishes: Sequence[Wish], now: datetime) -> list[frozenset[int]]:
        """Who of each wish's members gets the offer: all who ask at `now`, one after the other.

        As a run does it: whoever comes when there is no room for their coupon goes without, and a
        cheaper coupon after that may still find some.
        """
        queue = sorted(
            (wish.due, member, place)
            for place, wish in enumerate(wishes)
            for member in wish.members
        )
        got: list[set[int]] = [set() for _ in wishes]
        for _, member, place in queue:
            if self._draw(wishes[place], now):
                got[place].add(member)
        for wish, members in zip(wishes, got, strict=True):
            self._write(wish, len(members), now)
        return [frozenset(members) for members in got]

    def withdraw(self, wish: Wish, now: datetime) -> None:
        """Nobody will see these coupons after all: their words may not go out."""
        terms, count = wish.terms, len(wish.members)
        found, budget = self.promised[wish.campaign, terms.name], terms.offer.budget
        found.coupons -= count
        if budget is not None and terms.worth is not None:
            key, back = self._key(wish, budget, now), count * terms.worth.minor
            currency, minor = self.taken[key]
            self.taken[key] = currency, minor - back
            heappush(self._releases, (terms.expires_at, key, -back))
        if _is_new(terms, now):
            worst = terms.worth or worst_cost(terms.offer, wish.amount)
            found.worst[worst.currency] -= count * worst.minor

    def _key(self, wish: Wish, budget: Budget, now: datetime) -> Key:
        return wish.campaign, wish.terms.name, period_key(budget.per, now)

    def _draw(self, wish: Wish, now: datetime) -> bool:
        budget, worth = wish.terms.offer.budget, wish.terms.worth
        if budget is None or worth is None:
            return True
        key = self._key(wish, budget, now)
        currency, minor = self._book(key, budget)
        if currency != worth.currency or minor + worth.minor > budget.amount.minor:
            return False
        self.taken[key] = currency, minor + worth.minor
        return True

    def _write(self, wish: Wish, got: int, now: datetime) -> None:
        terms = wish.terms
        found = self.promised.setdefault((wish.campaign, terms.name), Promised())
        budget = terms.offer.budget
        if budget is not None and terms.worth is not None:
            key = self._key(wish, budget, now)
            heappush(self._releases, (terms.expires_at, key, got * terms.worth.minor))
        if got < len(wish.members):
            found.refused += len(wish.members) - got
            found.dry_since = found.dry_since or now
        if _is_new(terms, now):
            worst = terms.worth or worst_cost(terms.offer, wish.amount)
            found.worst[worst.currency] = found.worst.get(worst.currency, 0) + got * worst.minor
        found.coupons += got

    def _book(self, key: Key, budget: Budget) -> tuple[str, int]:
        return self.taken.get(key, (budget.amount.currency, 0))


def _is_new(terms: Terms, now: datetime) -> bool:
    """No repetition of a promise that was made before."""
    return terms.code is None and terms.expires_at == now + terms.offer.valid


def worst_cost(offer: Offer, amount: Money) -> Money:
    """What one coupon costs at most, in the order's currency or in the offer's own."""
    if offer.kind is OfferKind.PERCENT and offer.percent is not None:
        return amount.percent(offer.percent)
    price = offer.amount if offer.kind is OfferKind.FIXED else offer.worth
    return price or Money(0, amount.currency)
