"""What holds for every history: nothing counts twice, gets lost, or moves with how it was read."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from recovery.db import reading, table
from recovery.measure.report import report
from recovery.models import Click, Coupon, Enrolment, Order, Touch
from tests.support.campaigns import a_campaign
from tests.support.histories import AS_OF, COSTS, Shop, history
from tests.support.house import MONDAY, House
from tests.support.ledger import Ledger
from tests.support.order_rows import jsonl

PEOPLE = 60
few = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
seeds = st.integers(100, 10_000)


def told(database: Engine, shop: Shop, hours: float = AS_OF, lot: Random | None = None) -> str:
    """The report's bytes; the database is left as empty as it was."""
    with database.connect() as connection:
        shop.write(connection, lot)
        found = report(connection, Ledger.at(hours), COSTS).payload()
        connection.rollback()
    return json.dumps(found)


def rows(database: Engine, shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(told(database, shop))["sequences"]
    return found


@few
@given(seed=seeds)
def test_each_recovered_order_has_one_credit_and_the_holdout_none(
    database: Engine, seed: int
) -> None:
    for row in rows(database, history(seed, PEOPLE)):
        for steps in row["credited_not_caused"].values():
            assert sum(steps.values()) == row["customers"]["recovered"]
            assert min(steps.values()) >= 0
            assert set(steps) == {"organic"} or not row["holdout"]


@few
@given(seed=seeds)
def test_a_touch_after_the_payment_has_no_credit(database: Engine, seed: int) -> None:
    shop = history(seed, PEOPLE)
    orders = {one.id: one for one in shop.all(Order)}
    for touch in shop.all(Touch):
        paid = orders[shop._row(Enrolment, touch.enrolment_id).order_id].paid_at
        if paid is not None:
            touch.due_at = touch.tried_at = paid
    for click in shop.all(Click):
        click.at = Ledger.at(AS_OF - 1)
    for row in rows(database, shop):
        for steps in row["credited_not_caused"].values():
            assert steps == {"organic": row["customers"]["recovered"]}


def _amounts(money: dict[str, Any]) -> dict[str, Decimal]:
    texts = {name: one for name, one in money.items() if isinstance(one, str)}
    return {name: Decimal(one) for name, one in texts.items() if name != "currency"}


@few
@given(seed=seeds)
def test_every_waterfall_adds_up_to_the_cent(database: Engine, seed: int) -> None:
    for row in rows(database, history(seed, PEOPLE)):
        for money in row["customer_money"]:
            m = _amounts(money)
            assert m["list"] - m["discount"] == m["paid"]
            spent = m["shipping_subsidy"] + m["refunds"] + m["leaked_coupons"] + m["message_cost"]
            assert m["paid"] - spent == m["net"]
            if "organic" in m:
                assert m["net"] - m["organic"] == m["incremental_net"]
        for money in row["money"]:
            m = _amounts(money)
            spent = m["incentive_cost"] + m["message_cost"] + m["refunded"]
            assert m["recovered"] - spent == m["net"]


@few
@given(seed=seeds)
def test_every_enrolment_and_every_customer_stands_in_one_row(database: Engine, seed: int) -> None:
    shop = history(seed, PEOPLE)
    found = rows(database, shop)
    enrolled = [one for one in shop.all(Enrolment) if one.layer is None]
    assert sum(row["enrolled"] for row in found) == len(enrolled)
    orders = {one.id: one for one in shop.all(Order)}
    units = {
        (one.customer_id, one.segment)
        for one in enrolled
        if orders[one.order_id].paid_at is None or orders[one.order_id].paid_at > one.enrolled_at
    }
    assert sum(row["customers"]["enrolled"] for row in found) == len(units)
    for row in found:
        people = row["customers"]
        assert row["open"] + row["mature"] == row["enrolled"]
        assert people["pending"] + people["mature"] == people["enrolled"]
        assert people["reversed"] <= people["recovered"] <= people["converted"] <= people["mature"]
        assert sum(money["customers"] for money in row["customer_money"]) == people["mature"]


@few
@given(seed=seeds)
def test_neither_numbers_nor_the_order_of_rows_matter(database: Engine, seed: int) -> None:
    shop = history(seed, PEOPLE)
    assert told(database, shop) == told(database, shop, lot=Random(seed))  # noqa: S311


@few
@given(seed=seeds)
def test_one_campaign_is_told_as_among_all(database: Engine, seed: int) -> None:
    shop = history(seed, PEOPLE)
    another = shop.version("campaign: [", at=-1)
    for enrolment in shop.all(Enrolment)[::3]:
        enrolment.campaign, enrolment.version_id = "unpaid", another
    with database.connect() as connection:
        shop.write(connection)
        asked = [
            report(connection, Ledger.at(AS_OF), COSTS, name).payload()["sequences"]
            for name in ("card-declined", "unpaid", None)
        ]
        connection.rollback()
    assert asked[0] + asked[1] == asked[2]
    assert {row["campaign"] for row in asked[1]} == {"unpaid"}


def as_known(shop: Shop, hours: float) -> Shop:
    """The same history when it had come so far."""
    then, now = deepcopy(shop), Ledger.at(hours)
    for order in then.all(Order):
        order.paid_at = None if order.paid_at and order.paid_at > now else order.paid_at
        late = order.refunded_at and order.refunded_at > now
        order.refunded_at = None if late else order.refunded_at
    for coupon in then.all(Coupon):
        if coupon.redeemed_at and coupon.redeemed_at > now:
            coupon.state, coupon.redeemed_at, coupon.redeemed_order_id = "issued", None, None
            coupon.cost_minor = None
    for touch in then.all(Touch):
        if touch.tried_at and touch.tried_at > now:
            touch.state, touch.tried_at = "planned", None
    _keep(then, Click, lambda click: click.at <= now)
    _keep(then, Enrolment, lambda one: one.enrolled_at <= now)
    known = then.rows[Enrolment]
    _keep(then, Touch, lambda touch: touch.enrolment_id in known)
    _keep(then, Coupon, lambda coupon: coupon.enrolment_id in known)
    _keep(then, Click, lambda click: click.touch_id in then.rows[Touch])
    return then


def _keep(shop: Shop, model: type[Any], which: Callable[[Any], bool]) -> None:
    shop.rows[model] = {key: row for key, row in shop.rows[model].items() if which(row)}


@few
@given(seed=seeds, hours=st.integers(200, 1_200))
def test_an_earlier_instant_is_told_as_it_was_told_then(
    database: Engine, seed: int, hours: int
) -> None:
    shop = history(seed, PEOPLE)
    assert told(database, shop, hours) == told(database, as_known(shop, hours), hours)


# -- through the front door ------------------------------------------------------------------------

CAMPAIGN = a_campaign(
    holdout="30%",
    segments=["{segment: everyone, sequence: {plain: 50%, twice: 50%}}"],
    sequences={
        "plain": ["{step: reminder, after: 0m, email: unpaid-reminder}"],
        "twice": [
            "{step: reminder, after: 0m, email: unpaid-reminder}",
            "{step: again, after: 2d, email: unpaid-reminder}",
        ],
    },
)


def _order(number: int, day: float = 0, **fields: Any) -> dict[str, Any]:
    at = MONDAY + timedelta(days=day)
    return {
        "order_id": f"A-{number}",
        "status": "pending",
        "placed_at": MONDAY.isoformat(),
        "updated_at": at.isoformat(),
        "amount": f"{20 + number}.00",
        "currency": ("EUR", "USD")[number % 2],
        "country": "DE",
        "email": f"someone{number}@example.com",
        "customer_id": f"C-{number}",
        **fields,
    }


def _news() -> list[dict[str, Any]]:
    paid = [_order(n, 0.5 + n / 100, status="paid") for n in range(0, 60, 3)]
    return paid + [_order(n, 1, status="refunded") for n in range(0, 60, 12)]


Batches = Sequence[Sequence[dict[str, Any]]]


def _read(house: House, *days: tuple[float, Batches]) -> str:
    """Files arrive on some days, each followed by a run; told when all windows are over."""
    house.has(CAMPAIGN)
    for day, batches in days:
        house.clock.advance_to(MONDAY + timedelta(days=day))
        for batch in batches:
            house.engine.import_orders([BytesIO(jsonl(batch))], "shop")
        house.run()
    for day in (2.5, 9):
        house.clock.advance_to(MONDAY + timedelta(days=day))
        house.run()
    return json.dumps(house.engine.report().payload())


def _another(house: House, name: str) -> House:
    """The same folder with an empty database."""
    database = house.project / f"{name}.db"
    shutil.copy(house.project.parent / "empty.db", database)
    return House(house.project, f"sqlite:///{database}")


@pytest.mark.parametrize("name", ["another way round", "twice", "in pieces", "hours later"])
def test_files_read_otherwise_make_the_same_report(
    small_house: House, sqlite_template: Path, name: str
) -> None:
    shutil.copy(sqlite_template, small_house.project.parent / "empty.db")
    lot, orders, news = Random(3), [_order(n) for n in range(60)], _news()  # noqa: S311
    usual = ((0.1, [orders]), (1.2, [news]))
    mixed = [lot.sample(rows, len(rows)) for rows in (orders, news)]
    otherwise: dict[str, Sequence[tuple[float, Batches]]] = {
        "another way round": ((0.1, [mixed[0]]), (1.2, [mixed[1]])),
        "twice": ((0.1, [orders, mixed[0], orders]), (1.2, [news + news, orders, news])),
        "in pieces": ((0.1, [[one] for one in orders]), (1.2, [mixed[1][:7], mixed[1][7:]])),
        "hours later": ((0.1, [orders]), (1.2, [news[:9]]), (1.9, [news[9:]])),
    }
    other = _another(small_house, "other")
    assert _read(other, *otherwise[name]) == _read(small_house, *usual)
    other.engine.close()


def test_a_second_enrolment_keeps_the_arm(small_house: House) -> None:
    for back, holdout in enumerate(("30%", "60%", "5%")):
        small_house.has(CAMPAIGN.replace("holdout: 30%", f"holdout: {holdout}"))
        placed = (MONDAY + timedelta(days=10 * back)).isoformat()
        rows = [_order(n, 10 * back, order_id=f"A-{n}-{back}", placed_at=placed) for n in range(40)]
        small_house.engine.import_orders([BytesIO(jsonl(rows))], "shop")
        small_house.run()
        small_house.clock.advance_to(MONDAY + timedelta(days=10 * back + 10))
        small_house.run()
    rows_of = select(table(Enrolment).c["customer_id", "sequence", "holdout"])
    with reading(small_house.engine.database) as connection:
        arms = Counter(map(tuple, connection.execute(rows_of)))
    assert len(arms) == 40
    assert set(arms.values()) == {3}
    assert len({arm[1:] for arm in arms}) == 4
