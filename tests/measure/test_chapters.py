"""Bans and visits in a story: named once, by their reason, and machines apart from people."""

from sqlalchemy import Engine, insert

from recovery.db import reading, table, writing
from recovery.intake.suppress import suppress
from recovery.measure.explain import Story, explain
from recovery.models import Click
from tests.support.ledger import T0, Ledger


def told(database: Engine, order: str) -> Story:
    with reading(database) as connection:
        return explain(connection, order, None, Ledger.at(500))


def test_a_ban_tells_what_it_took_along(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order(external_id="B-1"))
        ledger.touch(
            enrolment, at=20, channel="sms", step="text", state="skipped", reason="suppressed"
        )
        ledger.decision(enrolment, "suppressed", at=3, reason="stop", detail="sms")
    ban, skipped = told(database, "B-1").events[-2:]
    assert (ban.what, ban.detail) == (
        "suppressed",
        "no more sms, because the customer answered STOP",
    )
    assert (skipped.what, skipped.at, skipped.step) == ("skipped", Ledger.at(3), "text")
    assert skipped.detail == "sms text, because the customer answered STOP"


def test_a_ban_is_told_once_and_each_step_names_it(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order(external_id="B-2"))
        sent = ledger.touch(enrolment, step="mail", state="sent")
        left = ledger.touch(enrolment, at=20, step="next", state="skipped", reason="suppressed")
        ledger.decision(enrolment, "complained", at=3, touch_id=sent)
        ledger.decision(enrolment, "suppressed", at=3, reason="complained", detail="email")
        ledger.decision(enrolment, "skip", at=3, touch_id=left, reason="suppressed")
    told_of = [event for event in told(database, "B-2").events if event.at == Ledger.at(3)]
    assert [event.what for event in told_of] == ["suppressed", "skipped"]
    assert all("the customer called it spam" in event.detail for event in told_of)


def test_a_step_of_an_address_on_the_list_names_why(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order(external_id="B-3", email="Kim@example.com"))
        touch = ledger.touch(enrolment, state="skipped", reason="suppressed")
        ledger.decision(enrolment, "skip", at=3, touch_id=touch, reason="suppressed")
        suppress(connection, "email", "kim@example.com", "hard_bounce", "provider", T0)
    last = told(database, "B-3").events[-1]
    assert "because the mail came back: there is no such address" in last.detail


def test_a_visit_of_a_machine_is_not_the_customers(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        touch = ledger.touch(ledger.enrolment(ledger.order(external_id="M-1")), step="mail")
        rows = [{"touch_id": touch, "at": ledger.at(n), "machine": n == 2} for n in (2, 3)]
        connection.execute(insert(table(Click)), rows)
    machine, person = told(database, "M-1").events[-2:]
    assert (machine.what, person.what) == ("scanned", "clicked")
    assert "not the customer" in machine.detail
