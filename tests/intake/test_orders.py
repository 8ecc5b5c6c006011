"""Orders in, on both databases: counted right, told twice or in any order."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from recovery.db import reading, table, writing
from recovery.draws import NO_INCENTIVE, slot
from recovery.facts import OrderSnapshot
from recovery.intake.columns import Verdict
from recovery.intake.orders import take
from recovery.models import Consent, Customer, Order
from recovery.settings import VipSettings
from tests.support.order_rows import NOW, snapshot

orders, customers, evidence = table(Order), table(Customer), table(Consent)
NO_VIP = VipSettings()


def tell(database: Engine, *told: OrderSnapshot, vip: VipSettings = NO_VIP) -> Counter[Verdict]:
    with writing(database) as connection:
        return take(connection, told, vip, NOW).verdicts


def stored(database: Engine, number: str = "A-1001") -> Any:
    with reading(database) as connection:
        return connection.execute(select(orders).where(orders.c.external_id == number)).one()


def everything(database: Engine) -> list[dict[str, Any]]:
    found = (
        select(orders, customers.c.key, customers.c.email_consent.label("latest"))
        .join(customers, customers.c.id == orders.c.customer_id)
        .order_by(orders.c.external_id)
    )
    with reading(database) as connection:
        rows = [dict(row) for row in connection.execute(found).mappings()]
    unstable = {"id", "customer_id", "unpaid_since", "failed_at"}
    return [{key: row[key] for key in row.keys() - unstable} for row in rows]


def at(hours: float) -> str:
    return (NOW - timedelta(days=2) + timedelta(hours=hours)).isoformat()


def test_a_customer_is_drawn_when_first_heard_of(database: Engine):
    for number in range(3):  # known from the second time on
        told = [snapshot(order_id=f"{number}-{n}", customer_id=f"C{n}") for n in range(30)]
        tell(database, *told, snapshot(order_id=f"guest-{number}", customer_id=None))
    with reading(database) as connection:
        rows = connection.execute(select(customers.c.key, customers.c.slot)).all()
    assert len(rows) == 31
    assert all(row.slot == slot(NO_INCENTIVE, row.key) for row in rows)


def test_a_row_is_kept_as_it_was_told(database: Engine):
    told = snapshot(
        items=[{"name": "Teekanne „Süd“", "quantity": 2, "price": "7.50"}],
        shipping_amount="4.90",
        expires_at="2026-11-24T12:00:00.123456+01:00",
        name="佐藤",
    )
    assert tell(database, told) == {Verdict.INSERTED: 1}
    row = stored(database)
    assert (row.amount_minor, row.currency, row.shipping_minor) == (1999, "EUR", 490)
    assert row.items == [{"name": "Teekanne „Süd“", "quantity": 2, "minor": 750}]
    assert (row.placed_at, row.updated_at) == (told.placed_at, told.updated_at)
    assert row.expires_at == told.expires_at
    assert row.unpaid_since == told.placed_at
    assert row.name == "佐藤"
    assert row.paid_at is None
    assert tell(database, told) == {Verdict.UNCHANGED: 1}


def test_newer_updates_older_is_stale_and_a_payment_always_counts(database: Engine):
    tell(database, snapshot(updated_at=at(3)))
    assert tell(database, snapshot(updated_at=at(4), amount="25")) == {Verdict.UPDATED: 1}
    assert tell(database, snapshot(updated_at=at(1), amount="30")) == {Verdict.STALE: 1}
    assert stored(database).amount_minor == 2500
    paid = snapshot(updated_at=at(2), status="paid")
    assert tell(database, paid) == {Verdict.UPDATED: 1}
    assert tell(database, paid) == {Verdict.STALE: 1}
    row = stored(database)
    assert (row.status, row.paid_at, row.amount_minor) == ("paid", paid.updated_at, 2500)


def test_orders_of_two_shops_do_not_meet(database: Engine):
    tell(database, snapshot())
    other = replace(snapshot(), source="outlet")
    assert tell(database, other) == {Verdict.INSERTED: 1}
    assert len({row["key"] for row in everything(database)}) == 2


def test_the_same_order_twice_in_a_batch_is_told_twice(database: Engine):
    verdicts = tell(database, snapshot(updated_at=at(1)), snapshot(updated_at=at(2)))
    assert verdicts == {Verdict.INSERTED: 1, Verdict.UPDATED: 1}
    assert stored(database).updated_at == snapshot(updated_at=at(2)).updated_at


def test_the_newest_consent_of_a_customer_counts(database: Engine):
    def latest() -> str:
        with reading(database) as connection:
            return str(connection.execute(select(customers.c.email_consent)).scalar_one())

    tell(database, snapshot(order_id="1", email_consent="marketing", updated_at=at(5)))
    tell(database, snapshot(order_id="2", email_consent="none", updated_at=at(3)))
    assert latest() == "marketing"
    tell(database, snapshot(order_id="3", email_consent="none", updated_at=at(6)))
    assert latest() == "none"
    tell(database, snapshot(order_id="4", email_consent="marketing", updated_at=at(6)))
    assert latest() == "none"


def test_customer_types_follow_what_was_paid_before(database: Engine):
    def types() -> list[str]:
        return [row["customer_type"] for row in everything(database)]

    def order(number: str, hours: float, status: str = "pending", **more: Any) -> OrderSnapshot:
        return snapshot(
            order_id=number, placed_at=at(hours), updated_at=at(hours + 9), status=status, **more
        )

    vip = VipSettings(paid_orders=2, value="100 EUR")
    tell(database, order("1", 1), order("2", 2), order("3", 3), order("4", 4), vip=vip)
    tell(database, order("5", 5, customer_id=None), order("6", 6, customer_type="vip"), vip=vip)
    assert types() == ["new", "new", "new", "new", "guest", "vip"]
    tell(database, order("2", 2, "paid"), vip=vip)
    assert types() == ["new", "new", "returning", "returning", "guest", "vip"]
    tell(database, order("1", 1, "paid"), vip=vip)
    assert types() == ["new", "returning", "vip", "vip", "guest", "vip"]
    tell(database, order("1", 1, "paid", amount="100"), order("2", 2, "paid"), vip=vip)
    assert types() == ["new", "vip", "vip", "vip", "guest", "vip"]


def test_a_threshold_counts_its_own_currency_only(database: Engine):
    vip = VipSettings(value="100 USD")
    first = snapshot(order_id="1", placed_at=at(0), status="paid", amount="500")
    tell(database, first, snapshot(order_id="2", placed_at=at(1)), vip=vip)
    assert stored(database, "2").customer_type == "returning"


def test_a_guest_who_gets_an_account_becomes_its_customer(database: Engine):
    tell(database, snapshot(customer_id=None))
    assert stored(database).customer_type == "guest"
    tell(database, snapshot(updated_at=at(9)))
    assert stored(database).customer_type == "new"


SILENT = dict.fromkeys(("phone", "customer_id", "payment_method", "failure_code", "payment_url"))


def consents_of(database: Engine, key: str = "shop:C1") -> tuple[str, str]:
    found = select(customers.c.email_consent, customers.c.sms_consent).where(customers.c.key == key)
    with reading(database) as connection:
        email, sms = connection.execute(found).one()
    return email, sms


@pytest.mark.parametrize("in_one_batch", [False, True])
def test_silence_keeps_consent_contact_and_customer(database: Engine, in_one_batch: bool):
    full = snapshot(
        email_consent="none", sms_consent="marketing", name="Kim", customer_type="vip", items="[]"
    )
    later = snapshot(updated_at=at(9), status="pending", **SILENT)
    if in_one_batch:
        assert tell(database, full, later) == {Verdict.INSERTED: 1, Verdict.UPDATED: 1}
    else:
        tell(database, full)
        assert tell(database, later) == {Verdict.UPDATED: 1}
    row = stored(database)
    assert (row.email_consent, row.sms_consent, row.status) == ("none", "marketing", "pending")
    assert (row.phone, row.name, row.customer_type) == ("+4930901820", "Kim", "vip")
    assert [one["key"] for one in everything(database)] == ["shop:C1"]
    assert consents_of(database) == ("none", "marketing")
    assert tell(database, later) == {Verdict.UNCHANGED: 1}
    assert tell(database, full) == {Verdict.STALE: 1}
    assert stored(database) == row


def test_a_guest_stays_the_guest_a_row_does_not_name_again(database: Engine):
    tell(database, snapshot(customer_id=None))
    tell(database, snapshot(customer_id=None, email=None, updated_at=at(9)))
    tell(database, snapshot(customer_id=None, email=None, updated_at=at(10)))
    assert stored(database).email == "kim@example.com"
    assert len(customer_keys(database)) == 1


def customer_keys(database: Engine) -> list[str]:
    with reading(database) as connection:
        return list(connection.scalars(select(customers.c.key)))


def test_channels_are_heard_apart_and_late_words_still_count(database: Engine):
    """A later order that says nothing does not close the ear for an earlier one's refusal."""
    tell(database, snapshot(order_id="1", updated_at=at(9)))
    assert consents_of(database) == ("transactional", "none")
    tell(database, snapshot(order_id="2", updated_at=at(7), sms_consent="transactional"))
    tell(database, snapshot(order_id="3", updated_at=at(5), email_consent="none"))
    assert consents_of(database) == ("none", "transactional")
    tell(database, snapshot(order_id="4", updated_at=at(6), sms_consent="marketing"))
    assert consents_of(database) == ("none", "transactional")
    assert tell(database, snapshot(order_id="1", updated_at=at(8), sms_consent="none")) == {
        Verdict.STALE: 1
    }
    assert consents_of(database) == ("none", "none")


def test_a_refusal_without_the_address_is_evidence_about_the_known_one(database: Engine):
    tell(database, snapshot(customer_id=None))
    later = snapshot(customer_id=None, email=None, email_consent="none", updated_at=at(9))
    tell(database, later)
    with reading(database) as connection:
        kept = connection.execute(select(evidence.c.address, evidence.c.level)).all()
    assert [tuple(row) for row in kept] == [("kim@example.com", "none")]


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_arrival_and_any_batches_end_the_same(database: Engine, seed: int):
    """Eight states of five orders of two customers, shuffled and cut into batches."""
    states = [
        snapshot(order_id="1", customer_id="C1", placed_at=at(0), updated_at=at(0)),
        snapshot(order_id="1", customer_id="C1", placed_at=at(0), updated_at=at(4), status="paid"),
        snapshot(order_id="2", customer_id="C1", placed_at=at(1), updated_at=at(1), amount="5"),
        snapshot(order_id="2", customer_id="C1", placed_at=at(1), updated_at=at(2), amount="6"),
        snapshot(order_id="3", placed_at=at(2), updated_at=at(5), email_consent="none"),
        snapshot(order_id="4", customer_id="C2", placed_at=at(1), updated_at=at(3), status="paid"),
        snapshot(
            order_id="4", customer_id="C2", placed_at=at(1), updated_at=at(5), status="refunded"
        ),
        snapshot(order_id="5", customer_id="C2", placed_at=at(6), updated_at=at(6)),
    ]
    expected = [
        ("1", "paid", 1999, "new", "none"),
        ("2", "failed", 600, "returning", "none"),
        ("3", "failed", 1999, "returning", "none"),
        ("4", "refunded", 1999, "new", "transactional"),
        ("5", "failed", 1999, "new", "transactional"),
    ]
    random.Random(seed).shuffle(states)  # noqa: S311 - a test wants it repeatable
    for start in range(0, len(states), 1 + seed):
        tell(database, *states[start : start + 1 + seed])
    names = ("external_id", "status", "amount_minor", "customer_type", "latest")
    rows = everything(database)
    assert [tuple(row[name] for name in names) for row in rows] == expected
    tell(database, *states)
    assert everything(database) == rows
