"""`recovery customers`: everything about one person, and forgetting it."""

import json
import os
import re
import subprocess
import sys

import pytest

from recovery.db import writing
from recovery.errors import Exit
from recovery.intake.inbox import store
from recovery.intake.suppress import suppress
from tests.support.campaigns import a_campaign
from tests.support.cli import ROOT, answered, recovery
from tests.support.house import House, dump
from tests.support.order_rows import row

KIM = "kim@example.com"


@pytest.fixture
def shop(house: House) -> House:
    """Kim and Sam each got a reminder; Kim unsubscribed afterwards."""
    later = "{step: later, after: 2d, sms: payment-failed}"
    first = "{step: first, after: 0m, email: unpaid-reminder}"
    house.has(a_campaign(sequences={"plain": [first, later]}))
    item = [{"name": "Private thing", "quantity": 1, "price": "100.00"}]
    house.an_unpaid_order(email="Kim@example.com", customer_id="C-7", name="Kim", items=item)
    house.an_unpaid_order(email="sam@example.com", customer_id="C-8", name="Sam")
    house.run()
    with writing(house.engine.database) as connection:
        suppress(connection, "email", KIM, "unsubscribed", "unsubscribe-link", house.now)
    assert len(house.messages()) == 2
    return house


def test_the_export_is_one_document_about_one_person(shop: House) -> None:
    where = ("--project", shop.project)
    held = answered("customers", "export", "C-7", *where, **shop.environ)
    assert (held["asked_for"], held["customers"][0]["customer_id"]) == ("C-7", "C-7")
    [order] = held["orders"]
    assert (order["order"], order["amount"], order["currency"]) == ("A-1001", "100.00", "EUR")
    assert order["items"] == [{"name": "Private thing", "quantity": 1, "price": "100.00"}]
    assert [one["step"] for one in held["messages"]] == ["first", "later"]
    sent = held["messages"][0]
    assert (sent["order"], sent["state"], sent["handed_over_at"]) == (
        "A-1001",
        "sent",
        "2026-11-02T10:00:00Z",
    )
    assert held["consents"][0]["source"] == "unsubscribe-link"
    assert "unsubscribed" in held["suppressions"][0]["reason_in_words"]
    assert [file.rpartition("/")[2] for file in held["outbox_files"]] == ["1.eml"]
    assert set(held["meanings"]) <= set(held)
    assert "_id" not in str([key for rows in held["meanings"] for one in held[rows] for key in one
                             if key != "customer_id"])  # fmt: skip
    assert "sam@" not in str(held)


def test_the_export_can_be_read(shop: House) -> None:
    told = recovery("customers", "export", KIM, "--project", shop.project, **shop.environ).stdout
    assert f"What Example Shop keeps about {KIM}" in told
    assert "Your orders, as the shop told us" in told
    assert re.search(r"amount +100\.00", told)
    assert re.search(r"handed over at +2026-11-02 10:00:00 UTC", told)
    assert "_" not in told.split("A copy of a message")[0].replace("unpaid_reminder", "")


def test_what_waits_in_the_inbox_does_not_bring_a_person_back(shop: House) -> None:
    """A new order, another address of an old one, and what can't be applied: all forgotten."""
    where = ("--project", shop.project)
    about = {"customer_id": "C-7", "phone": None}
    new = row(order_id="N-1", email=KIM, **about)
    old = row(order_id="A-1001", email="kim.b@example.com", amount="100", **about) | {
        "updated_at": "2026-11-20T09:05:00Z",
        "placed_at": "2026-11-02T10:00:00Z",
    }
    bad = row(order_id="N-2", email=KIM, amount="-1", **about)
    told = [(str(n), json.dumps(one)) for n, one in enumerate((new, old, bad))]
    with writing(shop.engine.database) as connection:
        store(connection, "orders", told, shop.now)
    held = answered("customers", "export", KIM, *where, **shop.environ)
    assert [one["order"] for one in held["orders"]] == ["A-1001", "N-1"]
    assert [one["said"]["order_id"] for one in held["inbox"]] == ["N-2"]
    answered("customers", "erase", KIM, "--yes", *where, **shop.environ)
    shop.run()
    left = dump(shop.engine.database)
    left.pop("suppressions")
    assert "kim" not in str(left).lower()
    assert answered("inbox", "list", *where, **shop.environ)["total"] == 0


def test_a_person_known_from_a_faulty_event_only_is_forgotten(shop: House) -> None:
    where = ("--project", shop.project)
    bad = json.dumps(row(order_id="N-2", email="lee@example.com", amount="-1"))
    with writing(shop.engine.database) as connection:
        store(connection, "orders", [("bad", bad)], shop.now)
    told = answered("customers", "erase", "lee@example.com", "--yes", *where, **shop.environ)
    assert told["erased"]["inbox"] == 1
    assert "lee@" not in str(dump(shop.engine.database))


@pytest.mark.parametrize(("said", "code", "left"), [("n", Exit.INTERRUPTED, 2), ("y", 0, 1)])
def test_on_a_terminal_somebody_is_asked(shop: House, said: str, code: int, left: int) -> None:
    words = ["customers", "erase", KIM, "--project", str(shop.project)]
    ours, theirs = os.openpty()
    os.write(ours, said.encode() + b"\n")
    told = subprocess.run(
        [sys.executable, "-m", "recovery", *words],
        cwd=ROOT,
        env=os.environ | shop.environ,
        stdin=theirs,
        capture_output=True,
        text=True,
        timeout=60,
    )
    os.close(theirs)
    os.close(ours)
    assert told.returncode == code, told.stderr
    assert f"Forget {KIM} (1 customer) for good?" in told.stderr
    assert len(shop.messages()) == left


def test_erasing_needs_a_yes_and_forgets_then(shop: House) -> None:
    where = ("--project", shop.project)
    before = answered("report", *where, **shop.environ)
    for words in ([], ["--json"]):
        unasked = recovery("customers", "erase", KIM, *words, *where, **shop.environ)
        assert (unasked.exit_code, "add --yes" in unasked.stderr) == (2, True)
    told = answered("customers", "erase", KIM, "--yes", *where, **shop.environ)["erased"]
    assert (told["orders"], told["touches_cancelled"], told["outbox_files"]) == (1, 1, 1)
    assert [message.to for message in shop.messages()] == ["sam@example.com"]
    left = dump(shop.engine.database)
    assert KIM in str(left.pop("suppressions"))
    text = str(left).lower()
    assert not [word for word in ("kim", "private thing", "c-7") if word in text]
    after = answered("report", *where, **shop.environ)
    assert before["sequences"][0]["enrolled"] == after["sequences"][0]["enrolled"] == 2
    assert recovery("customers", "erase", "C-7", "--yes", *where, **shop.environ).exit_code == 2


def test_the_story_of_a_forgotten_order_can_still_be_told(shop: House) -> None:
    where = ("--project", shop.project)
    answered("customers", "erase", "C-7", "--yes", *where, **shop.environ)
    story = answered("explain", "A-1001", *where, **shop.environ)
    assert story["order"]["email"] is None
    assert "erased" in str(story["events"])
    shop.clock.advance_to(shop.now.replace(day=5))
    shop.run()
    assert len(shop.messages("A-1001")) == 0
