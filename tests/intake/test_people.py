"""One person's data: all of it on request, and forgotten without a count changing."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text

from recovery.db import reading, table, writing
from recovery.errors import UsageError
from recovery.intake import people
from recovery.intake.access import document
from recovery.intake.inbox import store
from recovery.intake.orders import take
from recovery.intake.suppress import suppress
from recovery.measure.costs import Costs
from recovery.measure.report import report
from recovery.models import Customer, Enrolment, InboxItem, Order, Run
from recovery.settings import CostSettings, VipSettings
from tests.support.feedback import Books
from tests.support.ledger import T0, Ledger
from tests.support.order_rows import snapshot

NOW = T0 + timedelta(days=20)
KIM, PHONE, OTHER = "Kim@Example.com", "+4930901820", "other@example.com"


@pytest.fixture
def shop(database: Engine) -> Iterator[Engine]:
    """Kim with two orders, a touch in each state, a task, a suppression; and somebody else."""
    told = {"name": "Kim Beispiel", "phone": PHONE, "email_consent": "marketing"}
    first = {"placed_at": "2026-11-01T08:00:00Z", "updated_at": "2026-11-01T08:00:00Z"}
    item = [{"name": "A very private thing", "quantity": 1, "price": "19.99"}]
    rows = [
        snapshot(order_id="A-1", email=KIM, items=item, **first, **told),
        snapshot(order_id="A-2", email=KIM, **first, **told),
        snapshot(order_id="B-1", email=OTHER, customer_id="C2", name="Sam", **first),
    ]
    with writing(database) as connection:
        take(connection, rows, VipSettings(), NOW)
        ledger = Ledger(connection)
        orders = table(Order)
        found = connection.execute(select(orders.c.id, orders.c.email).order_by(orders.c.id))
        for order, email in found.all():
            enrolment = ledger.enrolment(order, campaign=f"campaign-{order}")
            for state in ("sent", "planned", "unknown"):
                ledger.touch(enrolment, state=state, attempts=1, channel="sms")
            handed = ledger.touch(enrolment, channel="task")
            ledger.task(enrolment, handed, order, due=2, note=f"{email} was tired")
            ledger.decision(enrolment, "failed", at=1, detail=f"no such user {email} {PHONE}")
            ledger.decision(enrolment, "snooze", at=1, detail="2026-11-02T08:00:00+00:00")
            ledger.decision(enrolment, "task_closed", at=1, detail=f"husband of {email}")
        suppress(connection, "email", KIM, "unsubscribed", "unsubscribe-link", NOW)
        body = json.dumps({"form": {"From": PHONE, "Body": "It is Kim, I paid"}})
        store(connection, "twilio-inbound", [("text", body)], NOW)
        store(connection, "orders", [("o", json.dumps({"order_id": "A-1", "x": 1}))], NOW)
        store(connection, "sendgrid", [("mail", json.dumps({"email": OTHER}))], NOW)
    yield database


def found(database: Engine, who: str) -> people.Person:
    with reading(database) as connection:
        return people.find(connection, who)


@pytest.mark.parametrize("who", ["kim@example.COM", "+49 30 901820", "C1", "shop:C1"])
def test_a_person_is_found_by_address_number_or_id(shop: Engine, who: str) -> None:
    with reading(shop) as connection:
        customers = table(Customer)
        kim = connection.scalar(select(customers.c.id).where(customers.c.key == "shop:C1"))
    person = found(shop, who)
    assert kim in person.customers
    assert {"kim@example.com", PHONE} <= person.addresses


@pytest.mark.parametrize("who", ["nobody@example.com", "+491", "C99", "", "erased"])
def test_somebody_unknown_is_a_usage_error(shop: Engine, who: str) -> None:
    with pytest.raises(UsageError, match="nobody here is known"):
        found(shop, who)


def test_the_export_holds_everything_of_the_person_and_nothing_of_others(shop: Engine) -> None:
    with reading(shop) as connection:
        held = document(connection, people.find(connection, KIM))
    counts = {name: len(rows) for name, rows in held.items()}
    assert counts == {
        "customers": 1,
        "orders": 2,
        "enrolments": 2,
        "messages": 8,
        "clicks": 0,
        "coupons": 0,
        "tasks": 2,
        "journal": 8,
        "consents": 2,
        "suppressions": 1,
        "inbox": 2,
    }
    assert OTHER not in str(held)
    assert "A very private thing" in str(held)


def test_erasing_leaves_no_trace_but_the_suppression(shop: Engine) -> None:
    figures = _figures(shop)
    with writing(shop) as connection:
        told = people.erase(connection, people.find(connection, KIM), NOW)
    assert told["touches_cancelled"] == 2
    assert told["suppressions_kept"] == 1
    left = _dump(shop)
    assert left.pop("suppressions").count("kim@example.com") == 1
    whole = " ".join(left.values()).lower()
    for secret in ("kim", "private", "shop:c1"):
        assert secret not in whole
    # the other customer shares the telephone, and keeps a colleague's words
    for secret, times in (("901820", 2), ("tired", 1), ("husband", 1), ("pay/a-", 1)):
        assert whole.count(secret) == times, secret
    assert _figures(shop) == figures
    books = Books(shop)
    mine = [("sent", None), ("cancelled", "erased"), ("unknown", None), ("sent", None)]
    other = [("sent", None), ("planned", None), ("unknown", None), ("sent", None)]
    assert books.touches() == [*mine, *mine, *other]
    assert ("exited", "erased") in books.journal()
    assert "2026-11-02T08:00:00+00:00" in left["decisions"]  # explain reads it


def test_an_import_does_not_bring_an_erased_person_back(shop: Engine) -> None:
    with writing(shop) as connection:
        people.erase(connection, people.find(connection, KIM), NOW)
    again = snapshot(
        order_id="A-1",
        email=KIM,
        phone=PHONE,
        name="Kim Beispiel",
        status="paid",
        placed_at="2026-11-01T08:00:00Z",
        updated_at="2026-11-03T08:00:00Z",
        email_consent="marketing",
    )
    for _ in range(2):
        with writing(shop) as connection:
            take(connection, [again], VipSettings(), NOW)
    orders, enrolments = table(Order), table(Enrolment)
    with reading(shop) as connection:
        row = connection.execute(select(orders).where(orders.c.external_id == "A-1")).one()
        states = select(enrolments.c.state).where(enrolments.c.order_id == row.id)
        assert connection.scalar(states) == "recovered"  # the count goes on
        count = connection.scalar(select(func.count()).select_from(table(Customer)))
    assert (row.status, row.email, row.phone, row.name, row.items) == ("paid", None, None, None, [])
    assert count == 2
    left = _dump(shop)
    del left["suppressions"]
    assert "kim@" not in " ".join(left.values()).lower()


def test_erasing_twice_is_told_that_nobody_is_there(shop: Engine) -> None:
    with writing(shop) as connection:
        people.erase(connection, people.find(connection, "C1"), NOW)
    with pytest.raises(UsageError):
        found(shop, "C1")
    assert found(shop, KIM).customers == ()  # the suppression is all there is


def test_waiting_events_about_an_erased_person_are_not_applied_later(shop: Engine) -> None:
    with writing(shop) as connection:
        people.erase(connection, people.find(connection, KIM), NOW)
        inbox = table(InboxItem)
        rows = connection.execute(select(inbox.c.key, inbox.c.fault, inbox.c.applied_at)).all()
    waits = {row.key: row.applied_at is None for row in rows}
    assert waits == {"text": False, "o": False, "mail": True}


def _figures(database: Engine) -> Any:
    """The whole report, and what the runs wrote."""
    with reading(database) as connection:
        told = report(connection, NOW, Costs.read(CostSettings()))
        return told.payload(), connection.execute(select(table(Run))).all()


def _dump(database: Engine) -> dict[str, str]:
    names = ("customers", "orders", "enrolments", "touches", "decisions", "tasks", "consents")
    with reading(database) as connection:
        return {
            name: str([tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))])
            for name in (*names, "inbox", "suppressions", "coupons", "clicks", "runs")
        }
