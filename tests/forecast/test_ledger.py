"""Budgets as they would be drawn on: in turn, by period, and given back when coupons end."""

from datetime import UTC, datetime, timedelta
from typing import Any

from recovery.campaign.schema import Offer
from recovery.forecast.ledger import Ledger, Wish
from recovery.incentives.offer import Terms
from recovery.money import Money

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
FIXED = {"kind": "fixed", "amount": "8 EUR", "valid": "24h"}


def a_wish(members: list[int], worth: int = 800, due: datetime = NOON, **offer: Any) -> Wish:
    given = Offer.model_validate(FIXED | {"budget": "20 EUR per day"} | offer)
    terms = Terms("gift", given, NOON + given.valid, Money(worth, "EUR"))
    return Wish(due, members, "spring", terms, Money(10_000, "EUR"))


def test_whoever_was_due_first_gets_it() -> None:
    late = a_wish([1, 2], due=NOON)
    early = a_wish([9, 8], due=NOON - timedelta(hours=1))
    assert Ledger().allot([late, early], NOON) == [frozenset(), frozenset({8, 9})]


def test_a_cheaper_coupon_still_finds_room_behind_a_dear_one() -> None:
    ledger = Ledger()
    dear, cheap = a_wish([1, 3, 5], worth=1500), a_wish([2, 4], worth=250)
    assert ledger.allot([dear, cheap], NOON) == [frozenset({1}), frozenset({2, 4})]
    found = ledger.promised["spring", "gift"]
    assert (found.coupons, found.refused, found.worst) == (3, 2, {"EUR": 2000})
    assert found.dry_since == NOON


def test_the_next_day_has_a_budget_of_its_own() -> None:
    ledger, wish = Ledger(), a_wish([1, 2, 3])
    assert ledger.allot([wish], NOON) == [frozenset({1, 2})]
    assert ledger.allot([wish], NOON + timedelta(days=1)) == [frozenset({1, 2})]


def test_what_ran_out_unused_can_be_given_again() -> None:
    ledger = Ledger()
    ever = a_wish([1, 2, 3], budget="20 EUR")
    assert ledger.allot([ever], NOON) == [frozenset({1, 2})]
    ledger.expire(NOON + timedelta(hours=23))
    assert ledger.allot([ever], NOON + timedelta(hours=23)) == [frozenset()]
    ledger.expire(NOON + timedelta(hours=24))
    assert ledger.allot([ever], NOON + timedelta(hours=24)) == [frozenset({1, 2})]


def test_without_a_budget_everybody_gets_it_and_the_cost_is_told() -> None:
    ledger, free = Ledger(), Offer.model_validate(FIXED)
    terms = Terms("gift", free, NOON + free.valid, None)
    wish = Wish(NOON, [1, 2, 3], "spring", terms, Money(10_000, "EUR"))
    assert ledger.allot([wish], NOON) == [frozenset({1, 2, 3})]
    assert ledger.promised["spring", "gift"].worst == {"EUR": 2400}


def test_a_repeated_promise_costs_nothing_more() -> None:
    ledger, wish = Ledger(), a_wish([1])
    again = Terms("gift", wish.terms.offer, NOON + timedelta(hours=3), None)
    ledger.allot([wish], NOON)
    ledger.allot([Wish(NOON, [1], "spring", again, wish.amount)], NOON + timedelta(hours=1))
    found = ledger.promised["spring", "gift"]
    assert (found.coupons, found.worst) == (2, {"EUR": 800})


def test_what_nobody_will_see_is_given_back_at_once() -> None:
    ledger, wish = Ledger(), a_wish([1, 2, 3], budget="20 EUR")
    ledger.allot([wish], NOON)
    shown = Wish(wish.due, [1, 2], wish.campaign, wish.terms, wish.amount)
    ledger.withdraw(shown, NOON)
    found = ledger.promised["spring", "gift"]
    assert (found.coupons, found.worst) == (0, {"EUR": 0})
    assert ledger.allot([wish], NOON) == [frozenset({1, 2})]
    ledger.expire(NOON + timedelta(hours=24))
    (book,) = ledger.taken.values()
    assert book == ("EUR", 0)
