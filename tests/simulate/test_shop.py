"""The shop's rows: everything the import reads, nothing it refuses, nobody who could be reached."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import phonenumbers
import pytest

from recovery.clock import VirtualClock
from recovery.connectors.table_file.columns import FIELDS
from recovery.connectors.table_file.row import read_row
from recovery.facts import UNPAID, OrderSnapshot
from recovery.reasons import FailureReason, reason_for
from recovery.simulate.people import Registry, markets
from recovery.simulate.shop import Book, Opening, Row, Shop
from recovery.simulate.world import World

T0 = datetime(2026, 10, 26, 6, tzinfo=UTC)


def season(seed: int = 1) -> tuple[Book, list[Row]]:
    world, book = World(VirtualClock(T0), seed), Book()
    unpaid: list[Row] = []
    Shop(world, book, unpaid.append).open(Opening(T0, days=7, orders=800))
    world.run(T0 + timedelta(days=8))
    return book, unpaid


@pytest.fixture(scope="module")
def book() -> Book:
    return season()[0]


def test_every_row_is_one_that_the_import_takes(book: Book) -> None:
    for line, row in enumerate(book, 1):
        assert row.keys() <= FIELDS
        judged = read_row(row, "shop", line)
        assert isinstance(judged, OrderSnapshot), judged


def test_amounts_are_items_and_shipping(book: Book) -> None:
    for row in book:
        order = read_row(row, "shop", 1)
        assert isinstance(order, OrderSnapshot)
        assert order.shipping is not None
        goods = sum(item.price.minor * item.quantity for item in order.items)
        assert order.amount.minor == goods + order.shipping.minor


def test_nobody_in_it_could_be_reached(book: Book) -> None:
    for row in book:
        assert row["email"].rpartition("@")[2] in {"example.com", "example.org", "example.net"}
        assert row["email"].isascii()
        if "phone" in row:
            number = phonenumbers.parse(row["phone"])
            assert phonenumbers.is_valid_number(number)
            assert phonenumbers.region_code_for_number(number) == row["country"]
        else:
            assert row["sms_consent"] == "none"


def test_all_markets_kinds_and_reasons_occur(book: Book) -> None:
    rows = list(book)
    open_here = {country for country, about in markets().items() if about["share"] != "0"}
    assert {row["country"] for row in rows} == open_here
    status = Counter(row["status"] for row in rows)
    assert {"paid", "pending", "failed", "awaiting", "cart"} == set(status)
    season_rows = [row for row in rows if datetime.fromisoformat(row["placed_at"]) >= T0]
    assert 0.3 < sum(row["status"] in UNPAID for row in season_rows) / len(season_rows) < 0.55
    assert any("customer_id" not in row for row in rows)
    reasons = {
        reason_for("stripe", row["failure_code"]) for row in rows if row["status"] == "failed"
    }
    assert FailureReason.UNKNOWN not in reasons
    assert len(reasons) >= 6


def test_vouchers_are_local_and_end(book: Book) -> None:
    vouchers = [row for row in book if row["status"] == "awaiting"]
    assert {(row["country"], row["payment_method"]) for row in vouchers} == {
        ("BR", "boleto"),
        ("JP", "konbini"),
    }
    assert all(row["expires_at"] > row["placed_at"] for row in vouchers)


def test_returning_customers_have_paid_before_the_season(book: Book) -> None:
    before = {row["customer_id"] for row in book if datetime.fromisoformat(row["placed_at"]) < T0}
    assert before
    assert {row["status"] for row in book if row["placed_at"] < T0.isoformat()} == {"paid"}


def test_unpaid_orders_are_told_once_each_when_they_happen() -> None:
    book, unpaid = season()
    assert {row["order_id"] for row in unpaid} == {
        row["order_id"] for row in book if row["status"] in UNPAID
    }
    assert len({row["order_id"] for row in unpaid}) == len(unpaid)


def test_the_same_seed_is_the_same_season() -> None:
    assert list(season()[0]) == list(season()[0])
    assert list(season(1)[0]) != list(season(2)[0])


def test_the_book_hands_over_what_is_new_and_only_its_newest_state(tmp_path: Path) -> None:
    book, _ = season()
    orders = len(book)
    assert book.hand_over(tmp_path / "1.jsonl") == orders
    order = next(row["order_id"] for row in book if row["status"] == "pending")
    later = T0 + timedelta(days=9)
    book.change(order, later, status="failed")
    book.change(order, later + timedelta(hours=1), status="paid")
    assert book.hand_over(tmp_path / "2.jsonl") == 1
    told = json.loads((tmp_path / "2.jsonl").read_text("utf-8"))
    assert (told["order_id"], told["status"]) == (order, "paid")
    assert book.hand_over(tmp_path / "3.jsonl") == 0
    assert not book.is_open(order)


def test_names_are_written_as_at_home() -> None:
    world, registry = World(VirtualClock(T0), 3), Registry()
    japanese = registry.newcomer("JP", world.chance("a"))
    german = registry.newcomer("DE", world.chance("b"))
    assert japanese.name.split(" ")[0] in markets()["JP"]["family"]
    assert german.name.split(" ")[-1] in markets()["DE"]["family"]
