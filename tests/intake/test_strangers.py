"""Events that name a touch and are about another message: ids begin at 1 everywhere."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from recovery.facts import EventKind
from recovery.intake.messages import SKEW, apply_events
from tests.support.feedback import EMAIL, PHONE, Books, a_touch, event
from tests.support.ledger import T0

NOW = T0 + timedelta(hours=30)
TRIED = T0 + timedelta(hours=1)
K = EventKind


def told(database: Engine, state: str, kind: EventKind, **said: Any) -> tuple[Books, int]:
    """One event about one touch that was tried at `TRIED`; how many were about another message."""
    books = Books(database)
    about = {name: said.pop(name) for name in ("recipient", "channel") if name in said}
    with books.write() as connection:
        case = a_touch(connection, state, tried_at=TRIED, **about)
    with books.write() as connection:
        return books, apply_events(connection, [event(kind, case.touch, **said)], NOW)


@pytest.mark.parametrize(
    "said",
    [
        {"address": "staging@elsewhere.example"},
        {"address": None, "at": TRIED - SKEW - timedelta(seconds=1)},
        {"address": "KIM@example.com", "recipient": "before@example.com"},
        {"address": "+15005550007", "channel": "sms"},
    ],
)
@pytest.mark.parametrize("kind", [K.DELIVERED, K.ACCEPTED, K.BLOCKED, K.CLICKED])
def test_another_message_moves_nothing(
    database: Engine, kind: EventKind, said: dict[str, Any]
) -> None:
    books, strangers = told(database, "unknown", kind, **said)
    assert strangers == 1
    assert books.touches() == [("unknown", None)]
    assert (books.clicks(), books.journal()) == ([], [])


def test_what_it_says_of_its_own_address_counts(database: Engine) -> None:
    books, _ = told(database, "sent", K.COMPLAINED, address="other@example.com")
    assert books.listed() == [("email", "other@example.com", "complained")]


@pytest.mark.parametrize(
    "said",
    [
        {"address": EMAIL.upper()},
        {"address": None},
        {"address": "kim@xn--bcher-kva.example", "recipient": "Kim@Bücher.example"},
        {"address": None, "at": TRIED - SKEW},
        {"address": EMAIL, "at": TRIED - timedelta(days=30)},
        {"address": PHONE, "channel": "sms"},
        {"address": "+5215512345678", "channel": "sms", "recipient": "+525512345678"},
    ],
)
def test_its_own_message_moves_it(database: Engine, said: dict[str, Any]) -> None:
    books, strangers = told(database, "unknown", K.DELIVERED, **said)
    assert (strangers, books.touches()) == (0, [("delivered", None)])


def test_a_message_id_proves_more_than_an_address(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        case = a_touch(connection, "sent", tried_at=TRIED, provider_id="message-1")
    with books.write() as connection:
        moved = event(K.DELIVERED, case.touch, address="alias@example.com", at=T0)
        assert apply_events(connection, [moved], NOW) == 0
    assert books.touches() == [("delivered", None)]


def test_news_quicker_than_the_answer_are_no_reconciliation(database: Engine) -> None:
    books, _ = told(database, "sending", K.DELIVERED, address=EMAIL)
    assert books.journal() == [("accepted", "delivered"), ("delivered", None)]
