"""Numbers that a provider refuses at once, and what the journal keeps of its words."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from recovery.connectors.sendgrid.drops import about_address
from recovery.connectors.twilio.codes import CODES, NUMBERS, Number, about_number
from recovery.db import writing
from recovery.errors import SendFailure
from recovery.facts import EventKind
from recovery.intake.unfit import evidence, learning, without_addresses
from tests.support.feedback import PHONE, Books, a_touch, event
from tests.support.ledger import T0, Ledger

NOW = T0 + timedelta(hours=10)


@pytest.mark.parametrize(
    ("code", "channel", "listed"),
    [
        ("21610", "sms", [("sms", PHONE, "stop")]),
        ("21211", "sms", [("sms", PHONE, "invalid_number")]),
        ("21617", "sms", []),
        ("21211", "email", []),
    ],
)
def test_a_refusal_while_sending_suppresses_the_number(
    database: Engine, code: str, channel: str, listed: list[tuple[str, str, str]]
) -> None:
    books = Books(database)
    with writing(database) as connection:
        case = a_touch(connection, "failed", channel=channel, reason=code)
        Ledger(connection).touch(case.enrolment, state="planned", channel="sms", at=50)
        about = {"touch_id": case.touch, "at": 9}
        Ledger(connection).decision(case.enrolment, "failed", reason="21610", **about)
    with learning(database, NOW), writing(database) as connection:
        Ledger(connection).decision(case.enrolment, "failed", reason=code, **about)
    assert books.listed() == listed
    assert books.touches()[1] == (("skipped", "suppressed") if listed else ("planned", None))


def test_what_was_refused_is_learned_even_when_the_worker_is_stopped(database: Engine) -> None:
    with writing(database) as connection:
        case = a_touch(connection, "failed", channel="sms", reason="21610")
    with pytest.raises(KeyboardInterrupt), learning(database, NOW):
        with writing(database) as connection:
            ledger = Ledger(connection)
            ledger.decision(case.enrolment, "failed", at=9, touch_id=case.touch, reason="21610")
        raise KeyboardInterrupt
    assert Books(database).listed() == [("sms", PHONE, "stop")]


def test_numbers_that_never_work_are_permanent_answers_too() -> None:
    for code, said in NUMBERS.items():
        if code in CODES and said is not Number.UNREACHABLE:
            assert CODES[code] is SendFailure.PERMANENT
    assert about_number("21610") is Number.OPTED_OUT
    for nothing in (None, "", "5.1.1", "30007", "999999"):
        assert about_number(nothing) is None


@pytest.mark.parametrize(
    ("detail", "kind"),
    [
        ("Bounced Address", EventKind.BOUNCED),
        ("Invalid Address: Bounced Address", EventKind.BOUNCED),
        ("unsubscribed address", EventKind.UNSUBSCRIBED),
        ("Spam Reporting Address", EventKind.COMPLAINED),
        ("Invalid SMTPAPI header", None),
        ("Spam Content", None),
        (None, None),
    ],
)
def test_why_sendgrid_dropped_a_message(detail: str | None, kind: EventKind | None) -> None:
    assert about_address(detail) is kind


def test_a_providers_words_lose_their_addresses() -> None:
    said = "550 5.1.1 <kim@example.com>: no such user; The 'To' number +49 30 901820 is not valid"
    assert without_addresses(said) == (
        "550 5.1.1 <…>: no such user; The 'To' number … is not valid"
    )
    assert without_addresses("until 2026-11-02T08:00:00+00:00") == "until 2026-11-02T08:00:00+00:00"
    assert without_addresses(None) is None


def test_evidence_names_message_and_event() -> None:
    told = event("complained", provider_id="message-1", event_id="e-1")
    assert evidence(told) == "sendgrid message-1 event e-1"
