"""The views for other tools: the query of the documentation finds what the report finds."""

from decimal import Decimal
from random import Random

from sqlalchemy import Engine, inspect, text

from recovery.clock import SystemClock
from recovery.db import reading, writing
from recovery.measure.costs import Costs
from recovery.measure.report import report
from tests.support.ledger import Ledger
from tests.support.pages import blocks

VIEWS = ("report_enrolments", "report_orders", "report_messages", "report_coupons")
LONG_AGO = -60_000.0  # hours: whatever the wall clock says, these windows are over
CENTURY = 1_000_000.0  # and these are not
PERSONAL = {"email", "phone", "name", "address", "code", "external_id", "key", "recipient", "items"}


def write(connection: Ledger) -> None:
    """Random enrolments of few customers: orders paid early, in time, late, under another one."""
    dice = Random(11)  # noqa: S311
    customers = [connection.customer() for _ in range(120)]
    for number in range(300):
        at = LONG_AGO + dice.randrange(0, 600)
        paid = dice.choice([None, None, at - 1, at, at + 5, at + 168, at + 200])
        order = connection.order(
            placed=at - 2, paid=paid, customer_id=dice.choice(customers), phone=None
        )
        connection.enrolment(
            order,
            at=at,
            window=CENTURY if number % 10 == 0 else 168,
            holdout=dice.random() < 0.3,
            segment=dice.choice(["a", "b"]),
            sequence=dice.choice(["plain", "offer"]),
            layer="global" if number % 17 == 0 else None,
            state="exhausted",
        )


def test_the_query_of_the_documentation_finds_what_the_report_finds(database: Engine) -> None:
    (query,) = (sql for kind, sql in blocks("docs/reports.md") if "recovery_rate" in sql)
    with writing(database) as connection:
        write(Ledger(connection))
    with reading(database) as connection:
        found = [row._asdict() for row in connection.execute(text(query))]
        told = report(connection, SystemClock().now(), Costs()).rows
    assert len(found) == len(told) == 6
    assert sum(row.people.converted > row.people.recovered for row in told) >= 2
    for row in told:
        (one,) = (
            f
            for f in found
            if (f["segment"], f["sequence"], f["holdout"])
            == (row.arm.segment, row.arm.sequence, int(row.arm.holdout))
        )
        assert (one["mature"], one["recovered"]) == (row.mature.total, row.mature.count)
        assert float(one["recovery_rate"]) == row.rate
        assert float(one["conversion_rate"]) == row.people.converted / row.people.mature
        assert 0 < row.mature.total < row.enrolled


def test_amounts_are_told_in_major_units_of_their_currency(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        for currency in ("EUR", "JPY", "KWD"):
            ledger.order(currency=currency, amount_minor=12_345, paid=1)
    with reading(database) as connection:
        asked = "SELECT currency, amount_minor, amount, paid, shipping FROM report_orders"
        found = {row.currency: row for row in connection.execute(text(asked))}
    assert {one: Decimal(str(row.amount)) for one, row in found.items()} == {
        "EUR": Decimal("123.45"),
        "JPY": Decimal("12345"),
        "KWD": Decimal("12.345"),
    }
    assert {(row.amount_minor, row.paid, row.shipping) for row in found.values()} == {
        (12_345, 1, None)
    }


def test_messages_and_coupons_have_a_row_each(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order())
        sent = ledger.touch(enrolment, step="offer")
        ledger.touch(enrolment, step="later", state="planned")
        ledger.click(sent, at=2, machine=True)
        ledger.click(ledger.touch(enrolment, step="opened", state="delivered"), at=3)
        stranger = ledger.order(paid=5, currency="JPY", amount_minor=900)
        ledger.coupon(enrolment, sent, state="redeemed", redeemed_order_id=stranger, cost_minor=90)
    with reading(database) as connection:
        asked = "SELECT step, sent, delivered, clicked FROM report_messages ORDER BY message_id"
        assert [tuple(row) for row in connection.execute(text(asked))] == [
            ("offer", 1, 0, 0),
            ("later", 0, 0, 0),
            ("opened", 1, 1, 1),
        ]
        asked = "SELECT redeemed, leaked, cost_currency, cost FROM report_coupons"
        assert [tuple(row) for row in connection.execute(text(asked))] == [(1, 1, "JPY", 90)]


def test_no_view_tells_who_somebody_is(database: Engine) -> None:
    inspector = inspect(database)
    assert set(VIEWS) <= set(inspector.get_view_names())
    for view in VIEWS:
        assert not PERSONAL & {column["name"] for column in inspector.get_columns(view)}, view
