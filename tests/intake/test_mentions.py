"""Which stored events name a person, and which only look as if they did."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from recovery.db import writing
from recovery.intake.inbox import store
from recovery.intake.mentions import mentions

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ANN = {"ann@example.com", "+4930901820"}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("sendgrid", {"email": "Ann@Example.com", "event": "bounce"}),
        ("sendgrid", {"reason": "550 <ann@example.com>: no such user"}),
        ("sendgrid", {"url": "https://shop.example/?who=ann@example.com&x=1"}),
        ("twilio-inbound", {"form": {"From": "+4930901820", "Body": "hello"}}),
        ("twilio-inbound", {"form": {"From": "+1", "Body": "call me: 0049 30 901820."}}),
        ("orders", {"order_id": "A-1"}),
        ("orders", {"order_id": 77}),
        ("orders", {"order_id": "new", "phone": "030 901820", "country": "DE"}),
        ("orders", {"order_id": "new", "email": "ann@example.com "}),
        ("orders", "not even JSON: ann@example.com"),
    ],
)
def test_a_person_is_named(database: Engine, source: str, told: Any) -> None:
    assert named(database, source, told)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("sendgrid", {"email": "joann@example.com"}),
        ("sendgrid", {"email": "ann@example.com.au"}),
        ("sendgrid", {"email": "x+ann@example.com"}),
        ("sendgrid", {"order_id": "A-1"}),
        ("twilio-inbound", {"form": {"From": "+49309018201", "Body": ""}}),
        ("orders", {"order_id": "A-11", "note": "after A-1"}),
        ("orders", {"order_id": "new", "phone": "030 901820", "country": "AT"}),
        ("orders", {}),
        ("orders", []),
    ],
)
def test_somebody_else_is_not(database: Engine, source: str, told: Any) -> None:
    assert not named(database, source, told)


def named(database: Engine, source: str, told: Any) -> bool:
    body = told if isinstance(told, str) else json.dumps(told)
    with writing(database) as connection:
        store(connection, source, [("key", body)], NOW)
        return bool(mentions(connection, ANN, ["A-1", "77"]))
