"""A shop that tells a little at a time: what it said before still holds."""

from io import BytesIO

from tests.support.house import House
from tests.support.order_rows import jsonl

REMINDER = """
campaign: unpaid
status: active
trigger: {on: unpaid, after: 30m, not_after: 3d}
goal: {paid_within: 7d}
segments:
  - {segment: everyone, sequence: plain}
sequences:
  plain:
    - {step: reminder, after: 0m, email: unpaid-reminder}
"""


def tells_sparsely(house: House, order: str, **says: str) -> None:
    """A row with the columns that have to be there, and no others."""
    row = {
        "order_id": order,
        "status": "pending",
        "placed_at": house.now.isoformat(),
        "amount": "100.00",
        "currency": "EUR",
        "country": "DE",
        "email": f"{order.lower()}@example.com",
    }
    house.engine.import_orders([BytesIO(jsonl([row | says]))], "shop")


def test_nobody_is_written_to_because_a_row_was_silent(house: House):
    house.has(REMINDER)
    placed = house.now.isoformat()
    refused, silent = house.an_unpaid_order(email_consent="none"), house.an_unpaid_order()
    house.advance(minutes=10)
    for order in (refused, silent):
        tells_sparsely(house, order, placed_at=placed, updated_at=house.now.isoformat())
    house.advance(hours=1)
    house.run()
    assert [message.order for message in house.messages()] == [silent]


def test_a_customer_who_refused_is_not_asked_again_by_the_next_order(house: House):
    house.has(REMINDER)
    house.an_order("paid", customer_id="C1", email_consent="none")
    tells_sparsely(house, "B-1", customer_id="C1")
    house.advance(hours=1)
    house.run()
    assert house.messages() == []
