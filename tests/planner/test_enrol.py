"""Who is enrolled where: priorities, one at a time, hold-outs, reruns, and what is written."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from recovery.db import reading, table, writing
from recovery.markets.rates import Rates
from recovery.models import CampaignVersion, Customer, Enrolment, Order, Touch
from recovery.planner.arms import draw
from recovery.planner.enrol import enrol
from tests.support.campaigns import a_campaign, loaded
from tests.support.ledger import T0, Ledger

orders, enrolments, touches = table(Order), table(Enrolment), table(Touch)
NO_RATES = Rates(T0.date(), "no rates", {})
TWO_STEPS = [
    "{step: reminder, after: 0m, email: unpaid-reminder}",
    "{step: call, after: 4h, task: call-customer}",
]


def plan(database: Engine, *campaigns: str, now=T0) -> dict[str, dict[str, int]]:
    with writing(database) as connection:
        return enrol(connection, loaded(*campaigns), now, NO_RATES).enrolled


def given(database: Engine, count: int = 1, **fields: Any) -> list[int]:
    with writing(database) as connection:
        return [Ledger(connection).order(**fields) for _ in range(count)]


def rows(database: Engine, model: Any) -> list[dict[str, Any]]:
    with reading(database) as connection:
        found = select(table(model)).order_by(table(model).c.id)
        return [dict(row) for row in connection.execute(found).mappings()]


def change(database: Engine, target: Any, **values: Any) -> None:
    with writing(database) as connection:
        connection.execute(update(target).values(values))


def test_an_enrolment_says_everything_that_counts_later(database: Engine):
    (order,) = given(database)
    text = a_campaign(sequences={"plain": TWO_STEPS}, goal="{paid_within: 5d}")
    assert plan(database, text) == {"winback": {"plain": 1}}
    (row,) = rows(database, Enrolment)
    (version,) = rows(database, CampaignVersion)
    assert version["source"] == text
    customer = rows(database, Order)[0]["customer_id"]
    assert row == {
        "id": row["id"],
        "campaign": "winback",
        "version_id": version["id"],
        "order_id": order,
        "customer_id": customer,
        "segment": "everyone",
        "sequence": "plain",
        "holdout": False,
        "layer": None,
        "state": "active",
        "reason": None,
        "enrolled_at": T0,
        "window_ends_at": T0 + timedelta(days=5),
        "ended_at": None,
        "amount_minor": 10_000,
        "currency": "EUR",
        "recovered_minor": None,
    }
    later = T0 + timedelta(hours=4)
    assert {
        (t["step"], t["channel"], t["state"], t["planned_at"], t["due_at"])
        for t in rows(database, Touch)
    } == {("reminder", "email", "planned", T0, T0), ("call", "task", "planned", later, later)}


def test_steps_that_are_due_together_stand_in_the_order_of_the_file(database: Engine):
    """Dispatching goes by time and then by id: with room for one message, the first step wins."""
    names = ["z", "m", "a", "q"]
    given(database, 30)
    steps = [f"{{step: {name}, after: 0m, email: unpaid-reminder}}" for name in names]
    plan(database, a_campaign(sequences={"plain": steps}))
    found: dict[int, list[str]] = {}
    for touch in rows(database, Touch):
        found.setdefault(touch["enrolment_id"], []).append(touch["step"])
    assert list(found.values()) == [names] * 30


def test_a_rerun_adds_nothing(database: Engine):
    given(database, 20)
    text = a_campaign(holdout="20%", sequences={"plain": TWO_STEPS})
    assert plan(database, text)
    before = [rows(database, model) for model in (Enrolment, Touch, CampaignVersion)]
    assert plan(database, text) == {}
    assert plan(database, text, now=T0 + timedelta(days=1)) == {}
    assert [rows(database, model) for model in (Enrolment, Touch, CampaignVersion)] == before


def test_a_new_text_of_a_campaign_is_a_new_version_for_new_orders_only(database: Engine):
    given(database)
    plan(database, a_campaign())
    given(database)
    plan(database, a_campaign(goal="{paid_within: 3d}"))
    first, second = rows(database, Enrolment)
    assert first["version_id"] != second["version_id"]
    assert second["window_ends_at"] - second["enrolled_at"] == timedelta(days=3)


def test_the_hold_out_is_enrolled_and_its_touches_are_withheld_at_the_same_times(database: Engine):
    given(database, 40)
    text = a_campaign(holdout="50%", sequences={"plain": TWO_STEPS})
    counted = plan(database, text)["winback"]
    assert set(counted) == {"holdout", "plain"}
    assert sum(counted.values()) == 40
    held = {row["id"] for row in rows(database, Enrolment) if row["holdout"]}
    assert len(held) == counted["holdout"]
    times: dict[bool, Counter[Any]] = {True: Counter(), False: Counter()}
    for touch in rows(database, Touch):
        is_held = touch["enrolment_id"] in held
        assert touch["state"] == ("withheld" if is_held else "planned")
        times[is_held][touch["step"], touch["planned_at"]] += 1
    assert times[True].keys() == times[False].keys()
    assert set(times[True].values()) == {len(held)}


def test_the_draw_is_the_documented_one(database: Engine):
    given(database, 60)
    shares = {"plain": 3000, "other": 7000}
    text = a_campaign(
        holdout="25%",
        segments=["{segment: all, sequence: {plain: 30%, other: 70%}}"],
        sequences={"plain": TWO_STEPS, "other": TWO_STEPS},
    )
    plan(database, text)
    keys = {row["id"]: row["key"] for row in rows(database, Customer)}
    for row in rows(database, Enrolment):
        arm = draw("winback", keys[row["customer_id"]], 2500, shares)
        assert (row["sequence"], row["holdout"]) == (arm.sequence, arm.holdout)


def test_the_highest_priority_takes_the_order_and_names_settle_a_tie(database: Engine):
    given(database, country="DE")
    given(database, country="FR")
    german = "{segment: german, market: [DE], sequence: plain}"
    first, last = a_campaign("b-last", priority=5), a_campaign("a-first", priority=5)
    assert plan(database, first, last, a_campaign("top", priority=9, segments=[german])) == {
        "top": {"plain": 1},
        "a-first": {"plain": 1},
    }


def test_an_order_is_enrolled_once_ever(database: Engine):
    given(database)
    plan(database, a_campaign("one"))
    for state in ("active", "exhausted", "recovered", "exited"):
        change(database, enrolments, state=state, reason="cancelled")
        assert plan(database, a_campaign("one"), a_campaign("two", priority=9)) == {}


def test_a_cart_that_was_placed_may_be_enrolled_by_another_campaign(database: Engine):
    given(database, status="cart")
    cart, unpaid = a_campaign("cart", trigger="{on: cart}"), a_campaign("unpaid")
    assert plan(database, cart, unpaid) == {"cart": {"plain": 1}}
    change(database, orders, status="pending")
    assert plan(database, cart, unpaid) == {}
    change(database, enrolments, state="exited", reason="placed")
    assert plan(database, cart, unpaid) == {"unpaid": {"plain": 1}}
    assert plan(database, cart, unpaid) == {}


def test_a_customer_is_in_a_campaign_once_at_a_time_the_oldest_order_first(database: Engine):
    newer, older = given(database)[0], given(database, unpaid_since=T0 - timedelta(hours=9))[0]
    person = rows(database, Order)[0]["customer_id"]
    change(database, orders, customer_id=person)
    assert plan(database, a_campaign()) == {"winback": {"plain": 1}}
    assert [row["order_id"] for row in rows(database, Enrolment)] == [older]
    assert plan(database, a_campaign()) == {}
    change(database, enrolments, state="exhausted")
    assert plan(database, a_campaign()) == {"winback": {"plain": 1}}
    assert [row["order_id"] for row in rows(database, Enrolment)] == [older, newer]


def test_a_customer_may_be_in_two_campaigns_with_two_orders(database: Engine):
    given(database)
    given(database, status="failed")
    change(database, orders, customer_id=rows(database, Order)[0]["customer_id"])
    failed = a_campaign("failed", trigger="{on: payment_failed}", priority=9)
    assert plan(database, a_campaign(), failed) == {"winback": {"plain": 1}, "failed": {"plain": 1}}


@pytest.mark.parametrize("status", ["draft", "paused", "ended"])
def test_only_active_campaigns_take_orders(database: Engine, status: str):
    given(database)
    assert plan(database, a_campaign(status=status)) == {}
    assert plan(database, a_campaign(status="active")) == {"winback": {"plain": 1}}


def test_what_was_paid_while_we_were_drawing_is_not_enrolled(database: Engine, monkeypatch):
    """The SELECT and the INSERT are two statements; a payment may come between them."""
    from recovery.planner import enrol as room

    given(database, 3)
    load = room._load_picks

    def pays_meanwhile(connection, *rest):
        count = load(connection, *rest)
        first = select(orders.c.id).limit(1).scalar_subquery()
        connection.execute(update(orders).where(orders.c.id == first).values(status="paid"))
        return count

    monkeypatch.setattr(room, "_load_picks", pays_meanwhile)
    assert plan(database, a_campaign()) == {"winback": {"plain": 2}}
