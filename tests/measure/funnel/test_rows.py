"""Rows of the funnel: what comes first, where most of it stopped, what is not measured."""

from fractions import Fraction
from random import Random

import pytest
from sqlalchemy import Engine

from recovery.db import reading, writing
from recovery.markets.rates import Rates
from recovery.measure.funnel.rows import FEW, Row, Share, Yardstick, funnel
from recovery.measure.funnel.stages import By, Group, Window, count
from recovery.measure.funnel.tally import Stage, Tally
from recovery.money import Money
from tests.measure.funnel.test_stages import tales, write
from tests.support.ledger import T0, Ledger

RATES = Rates(T0.date(), "ours", {"EUR": {"USD": Fraction(2)}, "JPY": {"USD": Fraction(1, 100)}})
EVERYTHING = Window(Ledger.at(0), Ledger.at(700))


def row(name: str, *money: tuple[str, Tally]) -> Row:
    made = Row((name,))
    for currency, tally in money:
        made.add(Group((name,), "shop", currency, tally), measured=True)
    return made


def test_money_of_all_currencies_is_compared_and_never_added() -> None:
    euros = ("EUR", Tally(placed=1, lost_at_failed=1000))  # 10 EUR, 20 USD
    yen = ("JPY", Tally(placed=1, lost_at_clicked=3000))  # 3000 JPY, 30 USD
    strange = ("XTS", Tally(placed=1, lost_at_failed=10**9))
    at_rates = Yardstick("USD", RATES)
    assert at_rates.of(row("a", euros)) == 2000
    assert at_rates.of(row("b", yen)) == 3000
    assert at_rates.of(row("c", euros, yen, strange)) == 5000
    assert at_rates.unknown([row("c", euros, strange)]) == ["XTS"]
    in_euros = Yardstick("EUR")
    assert in_euros.of(row("c", euros, yen, strange)) == 1000
    assert in_euros.unknown([row("c", strange)]) == []
    both = row("c", euros, yen)
    assert (both.lost("EUR"), both.lost("JPY")) == (Money(1000, "EUR"), Money(3000, "JPY"))
    assert both.lost("USD") == Money(0, "USD")
    assert [one.of("JPY").all.placed for one in (both,)] == [1]


def test_a_share_of_few_says_so_and_one_of_nobody_is_none() -> None:
    assert Share(0, 0).rate is None
    assert not Share(5, FEW - 1).enough
    assert Share(5, FEW).enough
    rate = Share(15, 30).rate
    assert rate is not None
    # z² = 3.8415: (0.5 + z²/60) / (1 + z²/30) ± z √(0.25/30 + z²/3600) / (1 + z²/30)
    assert (round(rate.lo, 4), round(rate.hi, 4)) == (0.3315, 0.6685)


def test_rates_of_a_feed_without_paid_orders_are_not_measured() -> None:
    one = row("a", ("EUR", Tally(placed=9, attempted=9, failed=9, contacted=5, failed_contacted=5)))
    assert one.share(Stage.FAILED) == Share(9, 9)
    one.measured = False
    assert [one.share(stage) for stage in (Stage.ATTEMPTED, Stage.FAILED, Stage.PAID)] == [None] * 3
    assert one.share(Stage.CONTACTED) == Share(5, 9)
    assert one.share(Stage.PLACED) is None


@pytest.mark.parametrize("seed", [5, 6])
def test_every_row_stands_where_its_money_puts_it(database: Engine, seed: int) -> None:
    with writing(database) as connection:
        write(Ledger(connection), tales(Random(seed), 200))  # noqa: S311
    at = Ledger.at(900)
    with reading(database) as connection:
        found = funnel(connection, EVERYTHING, (By.MARKET, By.METHOD), Yardstick("USD", RATES), at)
        groups = count(connection, EVERYTHING, (), at)
    worth = [found.yardstick.of(one) for one in found.rows]
    assert worth == sorted(worth, reverse=True)
    assert len(worth) == 6, "two markets, and three methods in each"
    for one in found.rows:
        leak = found.worst_leak(one)
        assert leak is not None
        told = {stage: found.yardstick.of(one, stage) for stage in one.leaks("EUR")}
        assert told[leak] == max(told.values())
    assert sum(one.all.placed for one in found.rows) == found.total.all.placed
    assert found.total.all.placed == sum(group.tally.placed for group in groups)
    for group in groups:  # nothing gets lost between the stages
        tally = group.tally
        assert tally.placed_minor == tally.paid_minor + tally.replaced_minor + tally.lost_minor


def test_a_funnel_of_nothing(database: Engine) -> None:
    with reading(database) as connection:
        found = funnel(connection, EVERYTHING, (), Yardstick("USD"), T0)
    assert (found.rows, found.feeds, found.total.all) == ((), (), Tally())
    assert found.worst_leak(found.total) is None
