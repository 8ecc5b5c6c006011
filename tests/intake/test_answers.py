"""What customers write to us reaches a person, once, and is forgotten with them."""

import json
import logging
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from recovery.connectors.twilio.read import inbound_key
from recovery.errors import UsageError
from recovery.intake import answers, inbox
from recovery.intake.people import erase, find
from recovery.settings import VipSettings
from tests.support.feedback import PHONE, Books, a_touch
from tests.support.ledger import T0

NOW = T0 + timedelta(hours=10)
WORDS = "Can I pay by transfer instead?"


def heard(books: Books, body: str, sender: str = PHONE) -> None:
    """One text message arrives; Twilio tells it twice."""
    form = {"MessageSid": f"SM{body}{sender}", "From": sender, "To": "+15005550001", "Body": body}
    for _ in range(2):
        with books.write() as connection:
            items = [(inbound_key(form), json.dumps({"form": form}))]
            inbox.store(connection, inbox.TWILIO_INBOUND, items, NOW)
            inbox.drain(connection, NOW, VipSettings(), None)


@pytest.fixture
def books(database: Engine) -> Books:
    found = Books(database)
    with found.write() as connection:
        a_touch(connection, "planned", channel="sms")
    return found


def test_only_what_is_no_command_waits_for_a_person(
    books: Books, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "recovery.intake"):
        logging.getLogger("recovery.intake").addHandler(caplog.handler)
        heard(books, WORDS)
        heard(books, "STOP")
        logging.getLogger("recovery.intake").removeHandler(caplog.handler)
    with books.write() as connection:
        (said,) = answers.listed(connection)
        assert answers.waiting(connection) == 1
    assert (said.words, said.phone, said.at, said.closed_by) == (WORDS, PHONE, NOW, None)
    assert said.order is not None
    told = [record for record in caplog.records if record.msg == "answer_received"]
    assert told
    assert WORDS not in str([vars(record) for record in told])


def test_somebody_we_do_not_know_waits_too(books: Books) -> None:
    heard(books, "Who is this?", "+12125550123")
    with books.write() as connection:
        (said,) = answers.listed(connection)
    assert (said.order, said.phone) == (None, "+12125550123")


def test_a_closed_answer_names_who_did_it(books: Books) -> None:
    heard(books, WORDS)
    with books.write() as connection:
        (said,) = answers.listed(connection)
        assert answers.close(connection, [said.id], "Anna", NOW) == 1
        assert answers.close(connection, [said.id], "Ben", NOW) == 0
        assert answers.listed(connection) == []
        (done,) = answers.listed(connection, everything=True)
        with pytest.raises(UsageError, match="no answer 99"):
            answers.close(connection, [99], "Anna", NOW)
    assert (done.closed_by, done.closed_at) == ("Anna", NOW)
    assert books.journal() == [("answered", None), ("answer_closed", "Anna")]


def test_the_words_of_an_erased_person_are_gone(books: Books) -> None:
    heard(books, WORDS)
    with books.write() as connection:
        erase(connection, find(connection, PHONE), NOW)
        assert answers.listed(connection, everything=True) == []
        assert answers.waiting(connection) == 0
