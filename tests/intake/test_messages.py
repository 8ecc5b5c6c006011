"""Providers' events: touches only move forward, whatever comes, however often, in any order."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlmodel import SQLModel

from recovery.db import open_engine, reading, table
from recovery.facts import EventKind, MessageEvent
from recovery.intake.messages import apply_events
from recovery.models import TOUCH_MOVES, CouponState, Decision, Suppression, Touch, TouchState
from tests.support.feedback import PHONE, Books, a_touch, event
from tests.support.ledger import T0, Ledger

NOW = T0 + timedelta(hours=30)
K = EventKind


def tell(books: Books, *events: MessageEvent) -> None:
    with books.write() as connection:
        apply_events(connection, events, NOW)


@pytest.mark.parametrize(
    ("state", "kind", "after"),
    [
        ("sent", K.ACCEPTED, ("sent", None)),
        ("sent", K.DEFERRED, ("sent", None)),
        ("sent", K.DELIVERED, ("delivered", None)),
        ("sent", K.BOUNCED, ("bounced", "5.1.1")),
        ("sent", K.BLOCKED, ("bounced", "5.1.1")),
        ("sent", K.DROPPED, ("failed", "5.1.1")),
        ("sent", K.FAILED, ("failed", "5.1.1")),
        ("sent", K.OPENED, ("sent", None)),
        ("delivered", K.ACCEPTED, ("delivered", None)),
        ("delivered", K.BOUNCED, ("bounced", "5.1.1")),
        ("delivered", K.FAILED, ("delivered", None)),
        ("bounced", K.DELIVERED, ("bounced", None)),
        ("failed", K.ACCEPTED, ("failed", None)),
        ("failed", K.DELIVERED, ("delivered", None)),
        ("unknown", K.ACCEPTED, ("sent", None)),
        ("unknown", K.CLICKED, ("sent", None)),
        ("unknown", K.DELIVERED, ("delivered", None)),
        ("unknown", K.DROPPED, ("failed", "5.1.1")),
        ("unknown", K.BOUNCED, ("bounced", "5.1.1")),
        ("sending", K.ACCEPTED, ("sent", None)),
        # the records showed nothing, it is due again, and then the proof comes after all
        ("planned", K.ACCEPTED, ("sent", None)),
        ("claimed", K.DELIVERED, ("delivered", None)),
        ("cancelled", K.DELIVERED, ("delivered", None)),
    ],
)
def test_each_event_puts_a_touch_where_it_belongs(
    database: Engine, state: str, kind: EventKind, after: tuple[str, str | None]
) -> None:
    books = Books(database)
    with books.write() as connection:
        case = a_touch(connection, state)
    told = event(kind, case.touch, code="5.1.1")
    tell(books, told)
    assert books.touches() == [after]
    journal = books.journal()
    tell(books, told)
    tell(books, told, told)
    assert books.touches() == [after]
    assert books.journal() == journal


def test_an_event_about_a_touch_that_was_never_tried_moves_nothing(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        planned = a_touch(connection, "planned", attempts=0)
        withheld = a_touch(connection, "withheld", attempts=0)
    tell(books, event("delivered", planned.touch), event("delivered", withheld.touch))
    tell(books, event("delivered", 987_654))
    assert books.touches() == [("planned", None), ("withheld", None)]


def test_proof_of_a_lost_message_is_journalled_with_the_providers_name(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        case = a_touch(connection, "unknown")
    tell(books, event("bounced", case.touch, code="5.1.1", detail="no <kim@example.com> here"))
    assert books.journal()[:2] == [("reconciled", "bounced"), ("bounced", "5.1.1")]
    touches = table(Touch)
    with reading(database) as connection:
        row = connection.execute(select(touches)).one()
    assert (row.provider, row.provider_id, row.lease_until) == ("sendgrid", "message-1", None)
    assert "example.com" not in str(_details(database))


@pytest.mark.parametrize(
    ("kind", "state"), [("accepted", CouponState.ISSUED), ("dropped", CouponState.WITHDRAWN)]
)
def test_a_coupon_follows_its_message(database: Engine, kind: str, state: str) -> None:
    books = Books(database)
    with books.write() as connection:
        case = a_touch(connection, "unknown")
        Ledger(connection).coupon(case.enrolment, case.touch, state=CouponState.RESERVED)
    tell(books, event(kind, case.touch))
    assert books.coupons() == [state]


def test_clicks_are_kept_once_and_opens_never(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        case = a_touch(connection)
    clicked = event("clicked", case.touch, hours=3)
    scanned = event("clicked", case.touch, hours=2, machine=True)
    for _ in range(2):
        tell(books, clicked, scanned, clicked, event("opened", case.touch))
    assert sorted(books.clicks()) == [False, True]


@pytest.mark.parametrize(
    ("channel", "told", "listed"),
    [
        ("email", {"kind": "bounced"}, ("email", "kim@example.com", "hard_bounce")),
        ("email", {"kind": "complained"}, ("email", "kim@example.com", "complained")),
        ("email", {"kind": "unsubscribed"}, ("email", "kim@example.com", "unsubscribed")),
        (
            "email",
            {"kind": "dropped", "detail": "Bounced Address"},
            ("email", "kim@example.com", "hard_bounce"),
        ),
        (
            "email",
            {"kind": "dropped", "detail": "Spam Reporting Address"},
            ("email", "kim@example.com", "complained"),
        ),
        ("email", {"kind": "dropped", "detail": "Spam Content"}, None),
        ("email", {"kind": "blocked", "code": "4.7.0"}, None),
        ("email", {"kind": "delivered"}, None),
        ("sms", {"kind": "failed", "code": "21610"}, ("sms", PHONE, "stop")),
        ("sms", {"kind": "failed", "code": "30006"}, ("sms", PHONE, "invalid_number")),
        ("sms", {"kind": "bounced", "code": "21614"}, ("sms", PHONE, "invalid_number")),
        ("sms", {"kind": "failed", "code": "30003"}, None),
        ("sms", {"kind": "failed", "code": "30007"}, None),
        ("sms", {"kind": "delivered", "code": None}, None),
    ],
)
def test_an_event_suppresses_the_right_address_on_the_right_channel(
    database: Engine, channel: str, told: dict[str, Any], listed: tuple[str, str, str] | None
) -> None:
    books = Books(database)
    with books.write() as connection:
        case = a_touch(connection, channel=channel)
        Ledger(connection).touch(case.enrolment, state="planned", channel=channel, at=50)
        other = "email" if channel == "sms" else "sms"
        Ledger(connection).touch(case.enrolment, state="planned", channel=other, at=60)
    tell(books, event(touch=case.touch, **told))
    assert books.listed() == ([listed] if listed else [])
    closed = ("skipped", "suppressed") if listed else ("planned", None)
    assert books.touches()[1:] == [closed, ("planned", None)]


def test_an_event_of_another_message_speaks_about_its_address_only(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        a_touch(connection, "planned", attempts=0)
    tell(books, event("complained", None, address="KIM@example.com"))
    assert books.listed() == [("email", "kim@example.com", "complained")]
    assert books.touches() == [("skipped", "suppressed")]


def test_three_messages_in_a_month_that_do_not_reach_a_number_are_enough(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        cases = [a_touch(connection, channel="sms") for _ in range(3)]
        old = a_touch(connection, channel="sms", at=-24 * 40)
    for case, code in zip([old, *cases], ("30003", "30005", "30008", "30017"), strict=True):
        assert books.listed() == []
        tell(books, event("failed", case.touch, code=code))
    assert books.listed() == [("sms", PHONE, "unreachable")]


def test_resubscribing_takes_back_the_own_wish_and_nothing_else(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        case = a_touch(connection)
        other = a_touch(connection, email="bounced@example.com")
    tell(books, event("unsubscribed", case.touch, hours=2), event("bounced", other.touch))
    tell(books, event("resubscribed", case.touch, hours=3))
    tell(books, event("resubscribed", other.touch, hours=3))
    assert books.listed() == [("email", "bounced@example.com", "hard_bounce")]
    tell(books, event("unsubscribed", case.touch, hours=2.5))  # an old one, late
    assert len(books.listed()) == 1
    tell(books, event("unsubscribed", case.touch, hours=4))
    assert len(books.listed()) == 2


# Kinds a message may go through; contradictions (delivered, and failed) included.
_EVENTS = st.lists(
    st.tuples(st.sampled_from(list(EventKind)), st.integers(2, 6)), min_size=1, max_size=6
)


@examples(max_examples=60)
@given(
    told=_EVENTS,
    state=st.sampled_from(["unknown", "sending", "sent", "planned", "delivered"]),
    channel=st.sampled_from(["email", "sms"]),
    data=st.data(),
)
def test_the_order_of_arrival_is_irrelevant(
    told: list[tuple[EventKind, int]], state: str, channel: str, data: st.DataObject
) -> None:
    """All at once, one by one, in another order, some of them twice: the same tables."""
    events = [
        event(kind, 1, hours=hours, code=f"code-{kind}", key=f"{kind}-{hours}")
        for kind, hours in told
    ]
    other = data.draw(st.permutations([*events, *events[:2]]))
    with _shop(state, channel) as first, _shop(state, channel) as second:
        tell(first, *events)
        for one in other:
            tell(second, one)
        assert _outcome(first) == _outcome(second)


@given(st.permutations(["accepted", "delivered", "bounced", "complained", "clicked"]))
@examples(max_examples=20)
def test_a_whole_life_ends_bounced_in_any_order(order: list[str]) -> None:
    with _shop("unknown", "email") as books:
        for kind in order:
            tell(books, event(kind, 1, code="5.1.1"))
        assert books.touches() == [("bounced", "5.1.1")]
        assert books.listed() == [("email", "kim@example.com", "complained")]
        assert books.clicks() == [False]


def test_every_move_is_in_the_table() -> None:
    """Where events lead is one allowed move, or two over `sent`, from anywhere a try can be."""
    tried = set(TouchState) - {TouchState.WITHHELD, TouchState.BOUNCED, TouchState.DELIVERED}
    for state in tried - {TouchState.SENT, TouchState.FAILED}:
        assert TouchState.SENT in TOUCH_MOVES[state]
    lost = {TouchState.DELIVERED, TouchState.BOUNCED, TouchState.FAILED}
    assert TOUCH_MOVES[TouchState.SENT] >= lost


def _details(database: Engine) -> list[Any]:
    with reading(database) as connection:
        return list(connection.execute(select(table(Decision).c.detail)).scalars())


@contextmanager
def _shop(state: str, channel: str) -> Iterator[Books]:
    """A database in memory with touch 1 in `state`: hypothesis wants many of them."""
    database = open_engine("sqlite://")
    try:
        SQLModel.metadata.create_all(database)
        books = Books(database)
        with books.write() as connection:
            assert a_touch(connection, state, channel=channel).touch == 1
        yield books
    finally:
        database.dispose()


def _outcome(books: Books) -> Any:
    suppressions = table(Suppression)
    with reading(books.database) as connection:
        at = connection.execute(select(suppressions.c.at)).scalars().all()
    return books.touches(), books.listed(), at, sorted(books.clicks()), sorted(books.evidence())
