"""A budget under fire: never overdrawn, never given away twice, given back when a coupon ends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from recovery.db import reading, table, writing
from recovery.incentives.budget import expire, reserve, withdraw
from recovery.incentives.issue import confirm
from recovery.models import Coupon, OfferBudget, Touch
from recovery.money import Money
from tests.support.ledger import T0, Ledger

budgets, coupons, touches = table(OfferBudget), table(Coupon), table(Touch)
KEY = ("winback", "gift", "2026-11")
LIMIT, WORTH = Money(1_000, "EUR"), Money(70, "EUR")


def the_budget(database: Engine) -> Any:
    with reading(database) as connection:
        return connection.execute(select(budgets)).one()


def test_eight_workers_at_once_give_away_exactly_what_there_is(database: Engine):
    start = Barrier(8)

    def work(_: int) -> int:
        got = 0
        start.wait()
        for _try in range(6):
            with writing(database) as connection:
                got += reserve(connection, KEY, LIMIT, WORTH) is not None
        return got

    with ThreadPoolExecutor(8) as pool:
        granted = sum(pool.map(work, range(8)))
    assert granted == LIMIT.minor // WORTH.minor == 14
    assert the_budget(database).reserved_minor == 14 * WORTH.minor


def test_what_is_left_is_given_to_who_fits_in(database: Engine):
    with writing(database) as connection:
        assert reserve(connection, KEY, LIMIT, Money(999, "EUR")) is not None
        assert reserve(connection, KEY, LIMIT, Money(2, "EUR")) is None
        assert reserve(connection, KEY, LIMIT, Money(1, "EUR")) is not None
        assert reserve(connection, KEY, LIMIT, Money(1, "EUR")) is None
    assert the_budget(database).reserved_minor == 1_000


def test_each_period_and_offer_has_its_own(database: Engine):
    with writing(database) as connection:
        for key in (KEY, (*KEY[:2], "2026-12"), ("winback", "other", KEY[2])):
            assert reserve(connection, key, LIMIT, LIMIT) is not None
            assert reserve(connection, key, LIMIT, LIMIT) is None


def test_a_budget_that_changed_its_currency_gives_nothing_until_the_next_period(database: Engine):
    with writing(database) as connection:
        reserve(connection, KEY, LIMIT, WORTH)
        assert reserve(connection, KEY, Money(9_000, "USD"), Money(1, "USD")) is None


def two_coupons(database: Engine, **second: Any) -> list[int]:
    """Two coupons of 70 each, the second one as told; their touches."""
    touches = []
    with writing(database) as connection:
        ledger = Ledger(connection)
        for about in ({}, second):
            enrolment = ledger.enrolment(ledger.order())
            touches.append(ledger.touch(enrolment))
            budget = reserve(connection, KEY, LIMIT, WORTH)
            values = {"budget_id": budget, "worth_minor": WORTH.minor, "expires_at": T0}
            ledger.coupon(enrolment, touches[-1], **(values | about))
    return touches


def states(database: Engine) -> list[str]:
    with reading(database) as connection:
        return list(connection.execute(select(coupons.c.state).order_by(coupons.c.id)).scalars())


def test_an_expired_coupon_gives_its_money_back_once(database: Engine):
    two_coupons(database, expires_at=T0 + timedelta(hours=1))
    for now, ended, left in (
        (T0 - timedelta(seconds=1), 0, 140),
        (T0, 1, 70),
        (T0, 0, 70),
        (T0 + timedelta(hours=1), 1, 0),
    ):
        with writing(database) as connection:
            assert expire(connection, now) == ended
        assert the_budget(database).reserved_minor == left
    assert states(database) == ["expired", "expired"]


def test_a_redeemed_coupon_does_not_expire(database: Engine):
    two_coupons(database, state="redeemed")
    with writing(database) as connection:
        assert expire(connection, T0 + timedelta(days=9)) == 1
    assert states(database) == ["expired", "redeemed"]


def test_a_withdrawn_coupon_gives_its_money_back(database: Engine):
    _, second = two_coupons(database)
    with writing(database) as connection:
        assert withdraw(connection, [second]) == 1
        assert withdraw(connection, [second]) == 0
        assert withdraw(connection, []) == 0
    assert states(database) == ["issued", "withdrawn"]
    assert the_budget(database).reserved_minor == 70


def one_promise(database: Engine, *worths: int) -> list[int]:
    """Coupons of one offer in one journey, with these reservations; their touches."""
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order())
        touches = [ledger.touch(enrolment) for _ in worths]
        budget = reserve(connection, KEY, LIMIT, Money(sum(worths), "EUR"))
        for touch, worth in zip(touches, worths, strict=True):
            ledger.coupon(enrolment, touch, budget_id=budget, worth_minor=worth)
    return touches


def test_a_message_that_still_shows_the_promise_takes_the_reservation_over(database: Engine):
    first, second, third = one_promise(database, 70, 0, 0)
    for gone, left in ((first, 70), (third, 70), (second, 0)):
        with writing(database) as connection:
            assert withdraw(connection, [gone]) == 1
        assert the_budget(database).reserved_minor == left


def test_messages_that_fail_together_give_the_money_back_once(database: Engine):
    touches = one_promise(database, 70, 0)
    with writing(database) as connection:
        assert withdraw(connection, touches) == 2
    assert the_budget(database).reserved_minor == 0


def test_a_message_that_arrived_after_all_is_paid_for_again(database: Engine):
    first, second = one_promise(database, 70, 0)
    with writing(database) as connection:
        withdraw(connection, [first, second])
        reserve(connection, KEY, LIMIT, LIMIT)
    for back in ([second], [first], [first, second]):
        with writing(database) as connection:
            confirm(connection, back)
        assert the_budget(database).reserved_minor == LIMIT.minor + 70
    assert states(database) == ["issued", "issued"]
    with writing(database) as connection:
        expire(connection, T0 + timedelta(days=9))
    assert the_budget(database).reserved_minor == LIMIT.minor


def test_a_promise_that_was_kept_is_not_revived(database: Engine):
    first, second = one_promise(database, 70, 0)
    with writing(database) as connection:
        withdraw(connection, [first])
        kept = coupons.c.touch_id == second
        connection.execute(update(coupons).where(kept).values(state="redeemed"))
        confirm(connection, [first])
    assert states(database) == ["withdrawn", "redeemed"]


@pytest.mark.parametrize("state", ["skipped", "cancelled"])
def test_a_coupon_whose_message_ended_before_it_left_gives_its_money_back(
    database: Engine, state: str
):
    first, _ = two_coupons(database, state="reserved", expires_at=T0 + timedelta(days=3))
    with writing(database) as connection:
        expire(connection, T0)  # the first one's time is over
        assert expire(connection, T0) == 0, "its message may still go out"
        connection.execute(update(touches).where(touches.c.id != first).values(state=state))
        assert expire(connection, T0) == 1
    assert states(database) == ["expired", "withdrawn"]
    assert the_budget(database).reserved_minor == 0
