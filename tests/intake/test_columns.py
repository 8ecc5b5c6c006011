"""What one more told state changes: the newest counts, and money is stronger than time."""

from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from recovery.facts import OrderStatus
from recovery.intake.columns import Verdict, columns, customer_key, merge
from tests.support.order_rows import snapshot

T0 = datetime(2026, 11, 20, 9, tzinfo=UTC)


def told(status: str, hours: float = 0, **changes: Any) -> dict[str, Any]:
    at = (T0 + timedelta(hours=hours)).isoformat()
    return columns(snapshot(status=status, updated_at=at, **changes), customer_id=1)


def after(*states: dict[str, Any]) -> dict[str, Any]:
    return reduce(lambda known, state: merge(known, state)[1], states)


def lasting(row: dict[str, Any]) -> dict[str, Any]:
    """All but since when an order has waited: that is what we saw, so it depends on the order."""
    return {name: value for name, value in row.items() if name != "unpaid_since"}


def test_the_market_fills_in_what_the_shop_did_not_say():
    row = told("failed", locale=None)
    assert (row["locale"], row["timezone"]) == ("de-DE", "Europe/Berlin")
    assert row["timezone_source"] == "market"
    assert row["failure_reason"] == "insufficient_funds"
    said = told("failed", locale="fr", timezone="Asia/Tokyo")
    assert (said["locale"], said["timezone"], said["timezone_source"]) == (
        "fr",
        "Asia/Tokyo",
        "order",
    )


def test_a_customer_is_known_by_id_else_by_contact():
    assert customer_key(snapshot(customer_id="C 1/ü")) == "shop:C%201/%C3%BC"
    guest = customer_key(snapshot(customer_id=None))
    assert guest.isascii()
    assert guest.startswith("shop:~")
    assert len(guest) == len("shop:~") + 32
    assert guest == customer_key(snapshot(customer_id=None, email="KIM@example.com", phone=None))
    assert guest != customer_key(snapshot(customer_id=None, email=None))


def test_verdicts_name_what_happened():
    first, later = told("pending"), told("failed", 1)
    assert merge(first, later)[0] is Verdict.UPDATED
    assert merge(later, later) == (Verdict.UNCHANGED, later)
    assert merge(later, first) == (Verdict.STALE, later)


def test_of_two_equally_new_states_the_later_told_counts():
    assert after(told("pending"), told("cancelled"))["status"] == "cancelled"


def test_waiting_starts_anew_with_every_unpaid_status():
    assert told("pending", 1)["unpaid_since"] == T0
    assert after(told("pending"), told("failed", 2))["unpaid_since"] == T0 + timedelta(hours=2)
    again = after(told("failed"), told("failed", 2, name="Kim"))
    assert again["unpaid_since"] == T0


def test_a_late_told_payment_counts_from_when_it_was_made():
    row = after(told("pending", 5), told("paid", 2))
    assert (row["status"], row["paid_at"]) == ("paid", T0 + timedelta(hours=2))
    assert row["updated_at"] == T0 + timedelta(hours=5)


def test_what_is_paid_stays_paid_and_what_is_refunded_stays_refunded():
    for status in ("cart", "pending", "failed", "awaiting", "cancelled", "expired"):
        assert after(told("paid", 1), told(status, 2))["status"] == "paid"
    assert after(told("paid", 1), told("refunded", 2))["status"] == "refunded"
    assert after(told("refunded", 2), told("paid", 3))["status"] == "refunded"
    assert after(told("cancelled", 1), told("paid", 2))["status"] == "paid"


_STATES = st.lists(
    st.tuples(st.sampled_from(list(OrderStatus)), st.sampled_from(["10.00", "12.50", "99.00"])),
    min_size=1,
    max_size=6,
)


@given(states=_STATES, data=st.data())
def test_any_order_of_arrival_ends_in_the_same_row(states: Any, data: st.DataObject):
    rows = [
        told(status.value, hours, amount=amount) for hours, (status, amount) in enumerate(states)
    ]
    shuffled = data.draw(st.permutations(rows))
    assert lasting(after(*shuffled)) == lasting(after(*rows))
    assert lasting(after(*shuffled, *shuffled)) == lasting(after(*rows))
