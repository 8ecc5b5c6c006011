"""The list of addresses that get nothing more: who is put on it, what stops, who may lift it."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from recovery.intake.suppress import Ban, Done, lift, suppress, suppress_all
from tests.support.feedback import EMAIL, PHONE, Books, a_touch
from tests.support.ledger import T0, Ledger

NOW = T0 + timedelta(hours=10)
KIM = "kim@example.com"


def test_open_touches_of_every_campaign_end_on_that_channel_only(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        ledger = Ledger(connection)
        for campaign in ("unpaid", "card-declined"):
            order = ledger.order(email=EMAIL, phone=PHONE)
            enrolment = ledger.enrolment(order, campaign=campaign)
            for state in ("planned", "claimed", "sending", "sent", "unknown"):
                ledger.touch(enrolment, state=state)
            ledger.touch(enrolment, state="planned", channel="sms")
            ledger.touch(enrolment, state="planned", channel="task")
        a_touch(connection, "planned", email="other@example.com")
        done = suppress(connection, "email", "KIM@example.COM", "unsubscribed", "operator", NOW)
    assert done == Done(added=1, closed=4)
    one = [("skipped", "suppressed")] * 2 + [(s, None) for s in ("sending", "sent", "unknown")]
    assert books.touches() == [*one, *[("planned", None)] * 2] * 2 + [("planned", None)]
    assert books.journal() == [("suppressed", "unsubscribed")] * 2 + [("skip", "suppressed")] * 4
    assert books.listed() == [("email", KIM, "unsubscribed")]
    assert books.evidence() == [("email", KIM, "none", "operator")]


def test_said_twice_changes_nothing(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        a_touch(connection, "planned")
    dones = []
    for _ in range(2):
        with books.write() as connection:
            dones.append(suppress(connection, "email", KIM, "operator", "operator", NOW))
    assert dones == [Done(1, 1), Done(0, 0)]
    assert len(books.evidence()) == 1
    assert len(books.journal()) == 2


def test_a_list_that_is_read_every_night_adds_no_evidence(database: Engine) -> None:
    books = Books(database)
    for night in range(3):
        at = NOW + timedelta(days=night)
        with books.write() as connection:
            suppress(connection, "email", KIM, "operator", "operator", at)
    assert len(books.evidence()) == 1


@pytest.mark.parametrize("reasons", [("stop", "invalid_number"), ("invalid_number", "stop")])
def test_the_reason_that_is_harder_to_lift_is_kept(
    database: Engine, reasons: tuple[str, str]
) -> None:
    books = Books(database)
    for reason in reasons:
        with books.write() as connection:
            suppress(connection, "sms", PHONE, reason, "provider", NOW)
    assert books.listed() == [("sms", PHONE, "invalid_number")]
    with books.write() as connection:
        assert not lift(connection, "sms", PHONE, "sms", NOW + timedelta(hours=1))
    assert len(books.listed()) == 1
    with books.write() as connection:
        assert lift(connection, "sms", PHONE, "operator", NOW + timedelta(hours=1), "called us")
    assert books.listed() == []


def test_an_old_word_does_not_undo_a_newer_one(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        suppress_all(connection, [_bounce(NOW - timedelta(hours=2))], NOW)
        assert lift(connection, "email", KIM, "operator", NOW, "agreed on the phone")
        suppress_all(connection, [_bounce(NOW - timedelta(hours=1))], NOW)
    assert books.listed() == []
    with books.write() as connection:
        suppress_all(connection, [_bounce(NOW + timedelta(hours=1))], NOW)
    assert books.listed() == [("email", KIM, "hard_bounce")]


def test_lifting_what_is_not_there_writes_nothing(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        assert not lift(connection, "email", KIM, "operator", NOW, "agreed on the phone")
    assert books.evidence() == []


def test_lifting_is_told_in_the_story_and_is_no_consent(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        a_touch(connection, "planned", channel="sms")
        suppress(connection, "sms", PHONE, "stop", "sms", NOW)
        assert lift(connection, "sms", PHONE, "operator", NOW + timedelta(hours=1), "ticket 4711")
    assert books.evidence()[-1] == ("sms", PHONE, "lifted", "operator")
    assert books.journal()[-1] == ("lifted", "operator")


def test_a_bounce_is_a_fact_and_no_withdrawal(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        suppress_all(connection, [_bounce(NOW)], NOW)
    assert books.evidence() == []


def test_thousands_at_once_close_what_is_theirs(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        a_touch(connection, "planned")
        a_touch(connection, "planned", email="last@example.com")
        addresses = [f"n{n}@example.com" for n in range(4_000)] + ["last@example.com"]
        bans = [Ban("email", address, "operator", "operator", NOW) for address in addresses]
        assert suppress_all(connection, bans, NOW) == Done(4_001, 1)
    assert books.touches() == [("planned", None), ("skipped", "suppressed")]


def _bounce(at: object) -> Ban:
    return Ban("email", KIM, "hard_bounce", "provider", at)  # type: ignore[arg-type]
