"""The inbox: stored before applied, applied once, one bad row holds nobody up."""

import json
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text, update

from recovery.clock import Stopwatch
from recovery.db import reading, table, writing
from recovery.intake import inbox
from recovery.intake.columns import Verdict
from recovery.models import InboxItem, Order
from recovery.settings import VipSettings
from tests.support.order_rows import row

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
VIP = VipSettings()
items = table(InboxItem)


def order(**changes: Any) -> tuple[str, str]:
    body = json.dumps(row(**changes), sort_keys=True)
    return body, body


def rows(database: Engine) -> list[Any]:
    with reading(database) as connection:
        return list(connection.execute(select(items).order_by(items.c.id)))


def statuses(database: Engine) -> dict[str, str]:
    orders = table(Order)
    with reading(database) as connection:
        found = connection.execute(select(orders.c.external_id, orders.c.status))
        return {number: status for number, status in found}  # noqa: C416


def test_what_is_told_twice_is_stored_once(database: Engine) -> None:
    with writing(database) as connection:
        assert inbox.store(connection, "orders", [order(), order(), order(order_id="B")], NOW) == 2
        assert inbox.store(connection, "orders", [order()], NOW) == 0
        assert inbox.store(connection, "sendgrid", [order()], NOW) == 1
        assert inbox.store(connection, "orders", [], NOW) == 0
        assert inbox.waiting(connection) == 3


def test_more_than_a_statement_holds(database: Engine) -> None:
    told = [order(order_id=f"A-{number}") for number in range(1_203)]
    applied = inbox.receive(database, "orders", told, NOW, VIP)
    assert (applied.items, applied.verdicts[Verdict.INSERTED]) == (1_203, 1_203)
    assert inbox.receive(database, "orders", told, NOW, VIP).items == 0


def test_whoever_comes_second_waits_and_finds_it_done(database: Engine) -> None:
    """Two that read the same row before either has marked it would both do what it says."""
    with writing(database) as connection:
        inbox.store(connection, "orders", [order()], NOW)
    found: list[inbox.Applied] = []
    second = Thread(target=lambda: found.append(applied_by(database)))
    with writing(database) as connection:
        assert inbox.apply(connection, NOW, VIP).items == 1
        second.start()
        if database.dialect.name == "postgresql":
            wait_for_a_waiter(database)
    second.join(30)
    assert [one.items for one in found] == [0]


def applied_by(database: Engine) -> inbox.Applied:
    with writing(database) as connection:
        return inbox.apply(connection, NOW, VIP)


def wait_for_a_waiter(database: Engine) -> None:
    """Until somebody waits for a lock, ten seconds at most."""
    watch, asking = Stopwatch(), text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while watch.seconds() < 10:
        with reading(database) as connection:
            if connection.execute(asking).scalar_one():
                return
    raise AssertionError("nobody waits")


def test_stored_is_kept_although_nobody_applies_it_yet(database: Engine) -> None:
    with writing(database) as connection:
        inbox.store(connection, "orders", [order()], NOW)
    [one] = rows(database)
    assert (one.received_at, one.applied_at, one.fault) == (NOW, None, None)
    assert statuses(database) == {}
    later = NOW + timedelta(minutes=5)
    with writing(database) as connection:
        assert inbox.apply(connection, later, VIP).items == 1
        assert inbox.apply(connection, later, VIP).items == 0
    [one] = rows(database)
    assert (one.applied_at, one.body) == (later, "")
    assert statuses(database) == {"A-1001": "failed"}


def test_the_order_of_arrival_does_not_matter(database: Engine) -> None:
    paid = order(status="paid", updated_at="2026-11-21T00:00:00Z")
    late = order(status="failed", updated_at="2026-11-20T23:00:00Z")
    inbox.receive(database, "orders", [paid], NOW, VIP)
    inbox.receive(database, "orders", [late], NOW, VIP)
    assert statuses(database) == {"A-1001": "paid"}


BAD = ["{", "[]", "null", '"x"', "3", "{}", json.dumps(row(amount="-1"))]


@pytest.mark.parametrize("source", ["orders", "sendgrid", "twilio-status", "twilio-inbound"])
def test_a_bad_row_gets_a_fault_and_holds_nobody_up(database: Engine, source: str) -> None:
    with writing(database) as connection:
        inbox.store(connection, source, [(str(n), body) for n, body in enumerate(BAD)], NOW)
        inbox.store(connection, "unheard of", [("1", "{}")], NOW)
        inbox.store(connection, "orders", [order()], NOW)
    with writing(database) as connection:
        applied = inbox.apply(connection, NOW, VIP)
    assert applied.items == len(BAD) + 2
    assert statuses(database) == {"A-1001": "failed"}
    assert all(one.applied_at == NOW for one in rows(database))
    faulty = [one for one in rows(database) if one.fault]
    assert len(faulty) == applied.faults >= 5
    assert all(one.body for one in faulty)
    assert applied.trouble is None


def test_a_row_that_the_tables_refuse_is_left_and_told_again_tried_again(database: Engine) -> None:
    huge = order(order_id="B", amount="9" * 30)
    with writing(database) as connection:
        inbox.store(connection, "orders", [order(), huge, order(order_id="C")], NOW)
        inbox.apply(connection, NOW, VIP)
    assert set(statuses(database)) == {"A-1001", "C"}
    assert [one.fault is None for one in rows(database)] == [True, False, True]
    mended = update(items).where(items.c.fault.is_not(None)).values(body=order(order_id="B")[1])
    with writing(database) as connection:
        connection.execute(mended)
    again = inbox.receive(database, "orders", [huge], NOW, VIP)
    assert (again.items, again.faults) == (1, 0)
    assert set(statuses(database)) == {"A-1001", "B", "C"}


def test_trouble_of_the_database_leaves_rows_waiting(database: Engine) -> None:
    with writing(database) as connection:
        inbox.store(connection, "orders", [order()], NOW)
        connection.execute(text("ALTER TABLE customers RENAME TO away"))
    with pytest.raises(Exception, match="customers"), writing(database) as connection:
        inbox.apply(connection, NOW, VIP)
    with writing(database) as connection:
        connection.execute(text("ALTER TABLE away RENAME TO customers"))
        assert inbox.waiting(connection) == 1
        assert inbox.apply(connection, NOW, VIP).items == 1


def test_only_the_rows_asked_for_are_applied(database: Engine) -> None:
    mine, others = order(), order(order_id="B")
    with writing(database) as connection:
        inbox.store(connection, "orders", [others], NOW)
    inbox.receive(database, "orders", [mine], NOW, VIP)
    assert set(statuses(database)) == {"A-1001"}
    with writing(database) as connection:
        assert inbox.waiting(connection) == 1


def test_whoever_comes_second_waits_until_the_first_has_applied(database: Engine) -> None:
    """A 2xx means known: a repetition is not answered while the first is still at work."""
    with writing(database) as connection:
        inbox.store(connection, "orders", [order()], NOW)
    seen: list[dict[str, str]] = []

    def second() -> None:
        inbox.receive(database, "orders", [order()], NOW, VIP)
        seen.append(statuses(database))

    with writing(database) as connection:
        inbox.apply(connection, NOW, VIP)
        thread = Thread(target=second)
        thread.start()
        thread.join(0.3)
        assert seen == []
    thread.join(30)
    assert seen == [{"A-1001": "failed"}]


def test_many_at_once_apply_each_row_once(database: Engine) -> None:
    told = [order(order_id=f"A-{number}") for number in range(40)]
    done: list[int] = []

    def tell() -> None:
        applied = inbox.receive(database, "orders", told, NOW, VIP)
        done.append(applied.verdicts[Verdict.INSERTED])

    threads = [Thread(target=tell) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(done) == 40
    assert len(done) == 6
    assert len(statuses(database)) == 40


def test_text_messages_stay_for_people_to_read(database: Engine) -> None:
    form = {"MessageSid": "SM1", "From": "+4915123456789", "To": "+1", "Body": "please call me"}
    told = [("1", json.dumps({"form": form}))]
    inbox.receive(database, "twilio-inbound", told, NOW, VIP)
    [one] = rows(database)
    assert "please call me" in one.body
    assert one.applied_at == NOW


def test_a_row_from_before_is_applied_too(database: Engine) -> None:
    with writing(database) as connection:
        body = json.dumps(row())
        connection.execute(
            insert(items),
            [{"source": "orders", "key": "old", "body": body, "received_at": NOW}],
        )
        assert inbox.apply(connection, NOW, VIP, limit=1).items == 1
