"""What a row lets one tell about the time before it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from recovery.simulate.replay.past import Past, opening
from tests.support.order_rows import snapshot

PLACED, LATER = "2026-10-01T10:00:00Z", "2026-10-03T08:00:00Z"
QUIET = {"failure_code": None, "failure_source": None}


def told(status: str, updated_at: str = LATER, **fields: Any) -> Any:
    return snapshot(status=status, placed_at=PLACED, updated_at=updated_at, **(QUIET | fields))


@pytest.mark.parametrize(
    ("status", "fields", "began"),
    [
        ("paid", {}, "pending"),
        ("paid", {"failure_code": "insufficient_funds"}, "failed"),
        ("paid", {"payment_method": "boleto"}, "awaiting"),
        ("cancelled", {"payment_method": "Boleto"}, "awaiting"),
        ("expired", {"payment_method": "a way nobody knows"}, "pending"),
        ("failed", {"failure_code": "insufficient_funds"}, "pending"),
        ("awaiting", {"payment_method": "boleto"}, "pending"),
        ("cart", {}, "cart"),
        ("refunded", {}, "paid"),
    ],
)
def test_how_an_order_began(status: str, fields: dict[str, Any], began: str) -> None:
    found = opening(told(status, **fields))
    assert found is not None
    assert (found.status, found.updated_at) == (began, found.placed_at)
    assert (found.failure_code is not None) == (began == "failed")


def test_a_code_typed_in_when_paying_was_not_known_before() -> None:
    found = opening(told("paid", discount_code="SPRING"))
    assert found is not None
    assert found.discount_code is None


def test_a_row_about_the_beginning_is_the_beginning() -> None:
    assert opening(told("failed", PLACED)) is None


def test_states_come_in_order_of_time_and_history_is_not_guessed_twice() -> None:
    with Past() as past:
        past.add([told("paid", LATER, order_id="2"), told("pending", PLACED, order_id="1")])
        past.add([told("failed", "2026-10-02T00:00:00Z", order_id="2"), told("paid", order_id="1")])
        states = [
            (one.at.day, one.order.order_id, one.order.status, one.guessed) for one in past.states()
        ]
        assert past.count() == len(states)
        assert past.orders() == 2
        assert past.span() == (
            datetime(2026, 10, 1, 10, tzinfo=UTC),
            datetime(2026, 10, 3, 8, tzinfo=UTC),
        )
    assert states == [
        (1, "2", "pending", True),
        (1, "1", "pending", False),
        (2, "2", "failed", False),
        (3, "2", "paid", False),
        (3, "1", "paid", False),
    ]


def test_nothing_told_is_no_span() -> None:
    with Past() as past:
        assert past.span() is None
