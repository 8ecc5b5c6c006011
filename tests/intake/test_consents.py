"""Evidence of consent: what orders say, kept when it differs from the word before it."""

from typing import Any

from sqlalchemy import Engine, select

from recovery.db import reading, table, writing
from recovery.intake.orders import take
from recovery.intake.suppress import suppress
from recovery.models import Consent
from recovery.settings import VipSettings
from tests.support.feedback import Books
from tests.support.order_rows import NOW, snapshot

KIM, PHONE = "kim@example.com", "+4930901820"


def tell(database: Engine, *rows: dict[str, Any]) -> None:
    with writing(database) as connection:
        take(connection, [snapshot(**row) for row in rows], VipSettings(), NOW)


def order(number: str, day: int, **consent: str) -> dict[str, Any]:
    at = f"2026-11-{day:02}T10:00:00Z"
    return {"order_id": number, "placed_at": at, "updated_at": at} | consent


def test_what_nobody_said_is_no_evidence(database: Engine) -> None:
    tell(database, order("A-1", 1))
    tell(database, order("A-2", 2, sms_consent="none"))
    assert Books(database).evidence() == []
    tell(database, order("A-3", 3, email_consent="transactional"))
    assert Books(database).evidence() == [("email", KIM, "transactional", "order")]


def test_a_changed_mind_is_kept_with_the_order_that_says_so(database: Engine) -> None:
    books = Books(database)
    tell(database, order("A-1", 1, email_consent="marketing", email="Kim@Example.com"))
    tell(database, order("A-2", 2, email_consent="marketing", sms_consent="transactional"))
    tell(database, order("A-3", 3, email_consent="none", sms_consent="transactional"))
    said = [
        ("email", KIM, "marketing", "order"),
        ("sms", PHONE, "transactional", "order"),
        ("email", KIM, "none", "order"),
    ]
    assert books.evidence() == said
    with reading(database) as connection:
        assert connection.execute(select(table(Consent).c.evidence)).scalars().first() == "shop A-1"
    tell(database, order("A-1", 1, email_consent="marketing"))  # old news
    assert books.evidence() == said


def test_one_batch_or_many_keep_the_same(database: Engine) -> None:
    rows = [
        order("A-1", 1, email_consent="marketing"),
        order("A-2", 2, email_consent="none"),
        order("A-3", 2, email_consent="marketing"),  # at the same moment: the stricter counts
        order("A-4", 3, email_consent="marketing"),
    ]
    tell(database, *rows)
    levels = [level for _, _, level, _ in Books(database).evidence()]
    assert levels == ["marketing", "none", "marketing"]
    tell(database, *rows)
    for row in rows:
        tell(database, row)
    assert len(Books(database).evidence()) == 3


def test_an_opt_out_and_a_later_order_are_both_on_record(database: Engine) -> None:
    tell(database, order("A-1", 1, email_consent="marketing"))
    with writing(database) as connection:
        suppress(connection, "email", KIM, "unsubscribed", "unsubscribe-link", NOW, "touch 7")
    tell(database, order("A-2", 2, email_consent="marketing"))  # older than the opt-out
    tell(database, order("A-3", 23, email_consent="marketing"))
    assert [(level, source) for _, _, level, source in Books(database).evidence()] == [
        ("marketing", "order"),
        ("none", "unsubscribe-link"),
        ("marketing", "order"),
    ]
    assert Books(database).listed() == [("email", KIM, "unsubscribed")]
