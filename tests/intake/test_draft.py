"""Drafts of mappings: what they guess fits the file that they were made for."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from recovery.facts import OrderSnapshot
from recovery.intake.draft import draft
from recovery.intake.mapping_file import read_mapping
from recovery.intake.reading import Manner, Told, read_orders
from tests.support.exports import CHINESE, GERMAN, SHOP


def imported(tmp_path: Path, text: str, **fixes: str) -> list[OrderSnapshot]:
    """What comes in by the draft, once people have done what it asks for."""
    file, mapping = tmp_path / "orders.csv", tmp_path / "mapping.yaml"
    file.write_text(text, "utf-8")
    drafted = draft(file)
    for before, after in fixes.items():
        drafted = drafted.replace(f"{before}: {{default: }}", f"{before}: {after}")
    mapping.write_text(drafted, "utf-8")
    told = Told()
    batches = list(read_orders([file], "shop", told, manner=Manner(read_mapping(mapping))))
    assert told.rejects == []
    return [order for batch in batches for order in batch.orders]


def test_a_shops_export_with_a_line_a_product(tmp_path: Path) -> None:
    first, second = imported(tmp_path, SHOP)
    assert (first.order_id, first.status, str(first.amount)) == ("#1001", "paid", "1200.00")
    assert first.updated_at == datetime(2026, 10, 2, 1, tzinfo=UTC)
    assert [item.name for item in first.items or ()] == ["Teapot 茶壶", "Cup"]
    assert first.email_consent == "marketing"
    assert (second.status, second.phone, second.email_consent) == (
        "cancelled",
        "+4930901820",
        "transactional",
    )


def test_a_chinese_marketplace(tmp_path: Path) -> None:
    first, second = imported(tmp_path, CHINESE)
    assert (first.status, str(first.amount), first.phone) == (
        "pending",
        "1299.00",
        "+8613800138000",
    )
    assert first.placed_at == datetime(2026, 10, 1, 21, 5, tzinfo=UTC)
    assert (second.status, second.name, second.payment_method) == ("paid", "李雷", "微信支付")


def test_a_german_sheet(tmp_path: Path) -> None:
    (order,) = imported(tmp_path, GERMAN)
    assert (order.status, str(order.amount)) == ("pending", "1299.00")


def test_what_is_not_there_has_to_be_filled_in(tmp_path: Path) -> None:
    text = GERMAN.replace("Currency;", "Blub;")
    (order,) = imported(tmp_path, text, currency="{default: EUR}")
    assert order.amount.currency == "EUR"


@pytest.mark.parametrize("word", ["sonstwas", "是什么"])
def test_an_unknown_word_is_asked_for(tmp_path: Path, word: str) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(GERMAN.replace("on-hold", word), "utf-8")
    assert f"    {word}:   # one of cart, pending" in draft(file)


def test_columns_of_no_use_are_named(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(GERMAN.replace("Email", "Mood"), "utf-8")
    assert "# Not used: mood" in draft(file)


def test_countries_by_name_become_codes(tmp_path: Path) -> None:
    head = "订单编号,付款状态,下单时间,订单金额,币种,收货国家,买家邮箱"
    rows = [
        f"{name},待付款,2026-10-01 05:05,10.00,CNY,{name},a@example.com"
        for name in ("中国", "Brazil", "DE")
    ]
    orders = imported(tmp_path, "\n".join([head, *rows]) + "\n")
    assert [order.country for order in orders] == ["CN", "BR", "DE"]


def test_an_unknown_country_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_id,country\n1,Atlantis\n", "utf-8")
    assert "  Atlantis:   # a country code, such as DE" in draft(file)
