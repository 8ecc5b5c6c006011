"""The orders of a season: everything the engine reads, nothing it refuses, nobody to be reached."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from recovery.clock import VirtualClock
from recovery.connectors.table_file.row import read_row
from recovery.facts import UNPAID, OrderSnapshot, OrderStatus
from recovery.reasons import FailureReason, reason_for
from recovery.simulate.chance import Chance
from recovery.simulate.demo.doors import row_of
from recovery.simulate.people import Person, markets
from recovery.simulate.scenarios import find_scenario
from recovery.simulate.shoppers.lapse import Lapse
from recovery.simulate.trade import Season, Trade
from recovery.simulate.troubles import Troubles
from recovery.simulate.world import World

T0 = datetime(2026, 10, 26, 6, tzinfo=UTC)
DEMO = find_scenario("demo")


@cache
def season(seed: int = 1, orders: int = 800) -> tuple[list[OrderSnapshot], list[Lapse]]:
    """Those paid at once, and those left."""
    paid: list[OrderSnapshot] = []
    left: list[Lapse] = []

    def at_once(order: OrderSnapshot, person: Person) -> None:
        assert person.email == order.email
        paid.append(order)

    world = World(VirtualClock(T0))
    troubles = Troubles((), T0)
    Trade(
        world,
        DEMO,
        Season(T0, days=7, orders=orders),
        Chance("market", seed),
        at_once,
        left.append,
        troubles,
    ).open()
    world.run(T0 + timedelta(days=8))
    return paid, left


def everything(seed: int = 1) -> list[OrderSnapshot]:
    paid, left = season(seed)
    return [*paid, *(lapse.order for lapse in left)]


def test_every_order_is_one_that_the_import_takes() -> None:
    for order in everything():
        judged = read_row(row_of(order), order.source, 1)
        assert judged == order


def test_as_many_are_placed_as_were_asked_for_each_once() -> None:
    placed = [order for order in everything() if order.placed_at >= T0]
    assert len(placed) == len({order.order_id for order in placed}) == 800


def test_amounts_are_items_and_shipping() -> None:
    for order in everything():
        assert order.shipping is not None
        goods = sum(item.price.minor * item.quantity for item in order.items or ())
        assert order.amount.minor == goods + order.shipping.minor


def test_nobody_in_it_could_be_reached() -> None:
    for order in everything():
        assert order.email is not None
        assert order.email.rpartition("@")[2] in {"example.com", "example.org", "example.net"}
        if order.phone is None:
            assert order.sms_consent == "none"
        else:
            number = phonenumbers.parse(order.phone)
            assert phonenumbers.is_valid_number(number)
            assert phonenumbers.region_code_for_number(number) == order.country


def test_all_markets_kinds_and_reasons_occur() -> None:
    paid, left = season()
    assert {order.country for order in everything()} == set(DEMO.markets)
    assert {lapse.order.status for lapse in left} == UNPAID
    assert 0.3 < len(left) / 800 < 0.6
    assert any(order.customer_id is None for order in paid)
    failed = [one.order for one in left if one.order.status is OrderStatus.FAILED]
    reasons = {reason_for("stripe", str(order.failure_code)) for order in failed}
    assert FailureReason.UNKNOWN not in reasons
    assert len(reasons) >= 6


@pytest.mark.parametrize("country", ["US", "BR"])
def test_causes_come_in_their_shares(country: str) -> None:
    _, left = season(2, 4000)
    theirs = Counter(lapse.name for lapse in left if lapse.order.country == country)
    weight = DEMO.markets[country].share / sum(one.share for one in DEMO.markets.values())
    for name, share in DEMO.markets[country].causes.items():
        expected = 4000 * weight * share
        assert abs(theirs[name] - expected) < 4 * expected**0.5 + 1, name


def test_vouchers_are_local_and_end() -> None:
    _, left = season(2, 4000)
    vouchers = [one.order for one in left if one.order.status is OrderStatus.AWAITING]
    assert {(order.country, order.payment_method) for order in vouchers} == {
        ("BR", "boleto"),
        ("BR", "pix"),
        ("JP", "konbini"),
    }
    assert all(order.expires_at and order.expires_at > order.placed_at for order in vouchers)


def test_returning_customers_have_paid_before_the_season() -> None:
    before = [order for order in everything() if order.placed_at < T0]
    assert before
    assert {order.status for order in before} == {OrderStatus.PAID}
    assert all(order.customer_id for order in before)


def test_the_same_seed_is_the_same_season() -> None:
    season.cache_clear()
    first = everything()
    season.cache_clear()
    assert everything() == first
    assert everything(2) != first


def test_people_shop_by_day_on_their_own_clocks() -> None:
    placed = [order for order in everything() if order.placed_at >= T0]
    hours = Counter(
        order.placed_at.astimezone(ZoneInfo(str(order.timezone))).hour for order in placed
    )
    night, evening = sum(hours[n] for n in range(2, 6)), sum(hours[n] for n in range(18, 22))
    assert night * 4 < evening


@pytest.mark.parametrize("country", sorted(DEMO.markets))
def test_prices_are_in_the_currency_of_the_market(country: str) -> None:
    theirs = {order.amount.currency for order in everything() if order.country == country}
    assert theirs == {markets()[country]["currency"]}
