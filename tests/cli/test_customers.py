"""`recovery customers`: everything about one person, and forgetting it."""

import os
import subprocess
import sys

import pytest

from recovery.db import writing
from recovery.errors import Exit
from recovery.intake.suppress import suppress
from tests.support.campaigns import a_campaign
from tests.support.cli import ROOT, answered, recovery
from tests.support.house import House, dump

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
    assert (held["asked_for"], held["customers"][0]["external_id"]) == ("C-7", "C-7")
    assert held["orders"][0]["items"][0]["name"] == "Private thing"
    assert [one["step"] for one in held["touches"]] == ["first", "later"]
    assert "sam@" not in str(held)
    told = recovery("customers", "export", KIM, *where, **shop.environ)
    assert "orders (1)" in told.stdout


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
