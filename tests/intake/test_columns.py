"""What one more told state changes: the newest counts, and money is stronger than time."""

from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from recovery.facts import OrderSnapshot, OrderStatus
from recovery.intake.columns import Columns, Verdict, columns, customer_key, merge, said
from tests.support.order_rows import snapshot

T0 = datetime(2026, 11, 20, 9, tzinfo=UTC)
OPTIONAL = ("phone", "payment_method", "failure_code", "failure_source", "payment_url")


def told(status: str, hours: float = 0, **changes: Any) -> OrderSnapshot:
    at = (T0 + timedelta(hours=hours)).isoformat()
    return snapshot(status=status, updated_at=at, **changes)


def first(status: str, hours: float = 0, **changes: Any) -> Columns:
    return columns(told(status, hours, **changes), customer_id=1)


def then(known: Columns, state: OrderSnapshot) -> tuple[Verdict, Columns]:
    return merge(known, said(state, customer_id=1))


def after(*states: OrderSnapshot) -> Columns:
    row = columns(states[0], customer_id=1)
    return reduce(lambda known, state: then(known, state)[1], states[1:], row)


def sparse(status: str, hours: float = 0, **says: Any) -> OrderSnapshot:
    """A state that says no more than it must, and `says`."""
    return told(status, hours, **(dict.fromkeys(OPTIONAL) | says))


def lasting(row: dict[str, Any]) -> dict[str, Any]:
    """All but since when an order has waited, or failed: that depends on the order of telling."""
    return {name: row[name] for name in row.keys() - {"unpaid_since", "failed_at"}}


def test_the_market_fills_in_what_the_shop_did_not_say():
    row = first("failed", locale=None)
    assert (row["locale"], row["timezone"]) == ("de-DE", "Europe/Berlin")
    assert row["timezone_source"] == "market"
    assert row["failure_reason"] == "insufficient_funds"
    given = first("failed", locale="fr", timezone="Asia/Tokyo")
    assert (given["locale"], given["timezone"], given["timezone_source"]) == (
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
    known, later = first("failed", 1), told("failed", 1)
    assert then(first("pending"), later)[0] is Verdict.UPDATED
    assert then(known, later) == (Verdict.UNCHANGED, known)
    assert then(known, told("pending")) == (Verdict.STALE, known)
    assert then(known, sparse("failed", 1)) == (Verdict.UNCHANGED, known)


def test_of_two_equally_new_states_the_later_told_counts():
    assert after(told("pending"), told("cancelled"))["status"] == "cancelled"


def test_waiting_starts_anew_with_every_unpaid_status():
    assert first("pending", 1)["unpaid_since"] == T0
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


FULL = {
    "name": "Kim",
    "customer_type": "vip",
    "locale": "fr",
    "timezone": "Asia/Tokyo",
    "expires_at": "2026-11-25T00:00:00Z",
    "email_consent": "none",
    "sms_consent": "marketing",
    "discount_code": "ABCD",
    "shipping_amount": "4.90",
    "items": [{"name": "Teapot", "quantity": 1, "price": "19.99"}],
}


def test_silence_changes_nothing_of_what_is_known():
    before = after(told("pending", **FULL))
    row = after(told("pending", **FULL), sparse("pending", 3))
    assert {name for name in row if row[name] != before[name]} == {"updated_at"}
    unpaid = after(told("pending", **FULL), sparse("cart", 3))
    assert {name for name in unpaid if unpaid[name] != before[name]} == {
        "updated_at",
        "status",
        "unpaid_since",
    }


def test_a_new_order_that_says_nothing_has_the_defaults():
    row = after(sparse("pending"))
    assert (row["email_consent"], row["sms_consent"], row["items"]) == ("transactional", "none", [])
    assert (row["customer_type"], row["customer_type_given"]) == ("new", False)
    assert row["expires_at"] is row["name"] is row["phone"] is row["failure_reason"] is None


def test_a_later_failure_without_a_code_is_of_unknown_reason():
    failed = told("failed")
    assert after(failed, sparse("failed"))["failure_code"] == "insufficient_funds"
    assert after(failed, sparse("pending", 1))["failure_reason"] == "insufficient_funds"
    row = after(failed, sparse("failed", 1))
    assert (row["failure_code"], row["failure_reason"]) == (None, None)


def test_a_reason_not_to_write_outlives_silence():
    stolen = told("failed", failure_code="stolen_card")
    for silent in (sparse("failed", 1), sparse("failed", 1, failure_source="paypal")):
        row = after(stolen, silent)
        assert (row["failure_code"], row["failure_reason"]) == ("stolen_card", "fraud_suspected")
    said_otherwise = after(stolen, told("failed", 2))
    assert said_otherwise["failure_reason"] == "insufficient_funds"


def test_a_code_without_its_source_is_read_with_the_known_one():
    row = after(told("failed"), sparse("failed", 1, failure_code="lost_card"))
    assert (row["failure_source"], row["failure_reason"]) == ("stripe", "fraud_suspected")


def test_a_date_of_a_voucher_ends_with_the_voucher():
    voucher = told("awaiting", expires_at="2026-11-25T00:00:00Z")
    assert after(voucher, sparse("awaiting", 1))["expires_at"] is not None
    assert after(voucher, sparse("failed", 1))["expires_at"] is None
    kept = after(told("pending", expires_at="2026-11-25T00:00:00Z"), sparse("failed", 1))
    assert kept["expires_at"] is not None


def test_amounts_in_another_currency_do_not_stay():
    row = after(told("pending", **FULL), sparse("pending", 1, currency="JPY", amount="1250"))
    assert (row["shipping_minor"], row["items"]) == (None, [])


def test_an_order_that_moves_takes_on_what_its_market_gives_and_keeps_what_was_said():
    moved = after(told("pending"), sparse("pending", 1, country="JP"))
    assert (moved["locale"], moved["timezone"]) == ("ja-JP", "Asia/Tokyo")
    given = {"locale": "fr", "timezone": "Europe/Paris"}
    row = after(told("pending", **given), sparse("pending", 1, country="JP"))
    assert (row["locale"], row["timezone"], row["timezone_source"]) == (*given.values(), "order")


def test_a_region_stays_with_its_country():
    texan = told("pending", country="US", region="US-TX", phone="")
    assert after(texan, sparse("pending", 1, country="US"))["region"] == "TX"
    assert after(texan, sparse("pending", 1, country="JP"))["region"] is None
    assert after(texan, sparse("pending", 1, country="CA", region="QC"))["region"] == "QC"


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
    shuffled: list[OrderSnapshot] = data.draw(st.permutations(rows))
    assert lasting(after(*shuffled)) == lasting(after(*rows))
    assert lasting(after(*shuffled, *shuffled)) == lasting(after(*rows))


_WORDS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["Kim", "Ada"]),
        "email_consent": st.sampled_from(["none", "transactional", "marketing"]),
        "sms_consent": st.sampled_from(["none", "transactional", "marketing"]),
        "failure_code": st.sampled_from(["stolen_card", "expired_card"]),
        "customer_type": st.sampled_from(["guest", "vip"]),
        "expires_at": st.just("2026-11-25T00:00:00Z"),
    },
)


@given(says=st.lists(st.tuples(st.sampled_from(list(OrderStatus)), _WORDS), min_size=1, max_size=6))
def test_sparse_rows_told_again_change_nothing_and_the_last_word_stays(says: Any):
    rows = [sparse(status.value, hours, **words) for hours, (status, words) in enumerate(says)]
    row = after(*rows)
    assert after(*rows, *rows) == row
    for name, default in [
        ("name", None),
        ("email_consent", "transactional"),
        ("sms_consent", "none"),
    ]:
        spoken = [words[name] for _, words in says if name in words]
        assert row[name] == (spoken[-1] if spoken else default)


def test_the_first_failure_is_remembered_when_the_order_is_paid():
    row = after(told("pending"), told("failed", 1), told("failed", 4), told("paid", 5))
    assert row["failed_at"] == T0 + timedelta(hours=1)
    assert after(told("pending"), told("paid", 5))["failed_at"] is None


def test_an_older_failure_stays_untold():
    paid = after(told("paid", 5))
    assert then(paid, told("failed", 1)) == (Verdict.STALE, paid)
