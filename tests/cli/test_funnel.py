"""`recovery funnel` as a merchant uses it: rows come in, and the worst leak is told first."""

import csv
import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from recovery.measure.stats import wilson
from tests.support.cli import answered, recovery

HEAD = (
    "order_id,status,placed_at,updated_at,amount,currency,country,email,customer_id,"
    "payment_method,failure_source,failure_code"
)
NOW = ("--at", "2026-11-22T09:00:00Z")
DAY = "2026-11-20T10:00:00Z"
Row = tuple[str, ...]


def row(number: str, status: str, country: str = "DE", **said: str) -> str:
    told = {
        "order_id": number,
        "status": status,
        "placed_at": DAY,
        "updated_at": said.get("placed_at", DAY),
        "amount": "100.00",
        "currency": "EUR",
        "country": country,
        "email": f"{number.lower()}@example.com",
        "payment_method": "card",
    } | said
    return ",".join(told.get(name, "") for name in HEAD.split(","))


FAILED = {"failure_source": "stripe", "failure_code": "insufficient_funds"}
LATER = "2026-11-20T12:00:00Z"


def told(project: Path, *batches: Sequence[str]) -> Path:
    (project / "campaigns").mkdir(exist_ok=True)
    for batch in batches:
        file = project / "orders.csv"
        file.write_text("\n".join([HEAD, *batch, ""]), encoding="utf-8")
        result = recovery("import", file, "--project", project, *NOW)
        assert result.exit_code == 0, result.output
    return project


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Sixty card orders in Germany, half of which fail, and few in Japan, but dear ones."""
    good = [row(f"P{n}", "paid") for n in range(30)]
    bad = [row(f"F{n}", "failed", **FAILED) for n in range(30)]
    back = [row(f"F{n}", "paid", updated_at=LATER) for n in range(10)]
    dear = [
        row("J1", "failed", "JP", amount="300000", currency="JPY", failure_code="expired_card"),
        row("J2", "paid", "JP", amount="5000", currency="JPY"),
        row("J3", "awaiting", "JP", amount="5000", currency="JPY", payment_method="konbini"),
        row("C1", "cart", amount="999.00"),
    ]
    refunds = [row("P0", "refunded", updated_at="2026-11-21T09:00:00Z")]
    return told(tmp_path, [*good, *bad, *dear], back, refunds)


def shown(project: Path, *words: str) -> Any:
    return answered("funnel", "--project", project, *NOW, *words)


def test_counts_shares_and_money(shop: Path) -> None:
    answer = shown(shop, "--by", "market")
    first, second = answer["rows"]
    assert (first["market"], second["market"]) == ("DE", "JP")
    assert first["orders"] == {
        "placed": 60,
        "attempted": 60,
        "failed": 30,
        "contacted": 0,
        "clicked": 0,
        "paid": 40,
        "refunded": 1,
    }
    exact = wilson(30, 60)
    assert first["shares"]["failed"] == {
        "orders": 30,
        "of": 60,
        "value": 0.5,
        "ci95": [round(exact.lo, 4), round(exact.hi, 4)],
        "enough_data": True,
    }
    assert first["shares"]["refunded"]["orders"] == 1
    assert first["shares"]["clicked"]["value"] is None, "a share of nobody is none"
    assert (first["came_back"]["orders"], first["came_back"]["of"]) == (10, 30)
    (money,) = first["money"]
    assert (money["placed"], money["paid"], money["lost"]) == ("6000.00", "4000.00", "2000.00")
    assert money["refunded"] == "100.00"
    assert money["leaks"]["failed"] == "2000.00"
    assert first["worst_leak"] == "failed"
    assert (first["small"], second["small"]) == (False, True)
    assert second["orders"]["attempted"] == 3
    assert second["money"][0]["leaks"] | {} == {
        "placed": "0",
        "attempted": "5000",
        "failed": "300000",
        "contacted": "0",
        "clicked": "0",
    }
    assert [one["currency"] for one in answer["total"]["money"]] == ["EUR", "JPY"]
    assert answer["total"]["orders"]["placed"] == 63, "a cart is not placed"


def test_one_currency_gives_another_order(shop: Path) -> None:
    at_rates = shown(shop, "--by", "market")
    assert at_rates["sorted_by"]["currency"] == "USD"
    assert "ECB" in at_rates["sorted_by"]["rates"]
    in_yen = shown(shop, "--by", "market", "--currency", "JPY")
    assert [one["market"] for one in in_yen["rows"]] == ["JP", "DE"]
    assert in_yen["sorted_by"]["rates"] is None


def test_any_split(shop: Path) -> None:
    by_reason = shown(shop, "--by", "reason,provider")["rows"]
    found = {(one["reason"], one["provider"]): one["orders"]["placed"] for one in by_reason}
    assert found == {
        ("insufficient_funds", "stripe"): 30,
        ("expired_card", None): 1,
        (None, None): 32,
    }
    assert [len(one) for one in (shown(shop, "--by", "none")["rows"],)] == [1]
    for wrong in ("colour", "market,market", ","):
        result = recovery("funnel", "--project", shop, *NOW, "--by", wrong)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "market, method, reason, provider" in result.stderr


def test_an_order_that_was_placed_anew_is_not_lost(tmp_path: Path) -> None:
    first = row("A1", "failed", customer_id="kim", **FAILED)
    again = row("A2", "paid", customer_id="kim", placed_at=LATER)
    much_later = row("A3", "failed", customer_id="lee", placed_at="2026-11-01T09:00:00Z")
    other = row("A4", "paid", customer_id="lee", placed_at="2026-11-20T09:00:00Z")
    (all_,) = shown(told(tmp_path, [first, again, much_later, other]), "--by", "none")["rows"]
    assert (all_["replaced"], all_["orders"]["paid"], all_["orders"]["failed"]) == (1, 2, 2)
    assert all_["money"][0]["lost"] == "100.00", "three weeks later it is another purchase"
    assert all_["money"][0]["replaced"] == "100.00"


def test_a_feed_without_paid_orders_measures_no_rates(tmp_path: Path) -> None:
    bad = [row(f"F{n}", "failed", **FAILED) for n in range(40)]
    back = [row(f"F{n}", "paid", updated_at=LATER) for n in range(4)]
    project = told(tmp_path, bad, back)
    answer = shown(project, "--by", "none")
    (all_,) = answer["rows"]
    assert answer["feeds"] == [
        {"source": "shop", "orders": 40, "paid_without_failing": 0, "measured": False}
    ]
    assert not all_["measured"]
    for stage in ("attempted", "failed", "paid"):
        assert all_["shares"][stage] is None
    assert all_["came_back"]["value"] == 0.1
    text = recovery("funnel", "--project", project, *NOW).stdout
    assert "not" in text
    assert "shop tells of no order that was paid without failing" in text
    whole = told(tmp_path, [row("P1", "paid")])
    assert shown(whole, "--by", "none")["rows"][0]["shares"]["failed"]["orders"] == 40


def test_days_are_those_of_the_merchant(tmp_path: Path) -> None:
    # 2026-10-25 has 25 hours in Berlin: it goes from 22:00 to 23:00 of UTC.
    edges = ("24T21:59:59Z", "24T22:00:00Z", "25T22:59:59Z", "25T23:00:00Z")
    rows = [row(f"A{n}", "paid", placed_at=f"2026-10-{edge}") for n, edge in enumerate(edges)]
    project = told(tmp_path, rows)
    words = ("--from", "2026-10-25", "--to", "2026-10-25", "--by", "none")
    berlin = {"RECOVERY_TIMEZONE": "Europe/Berlin"}
    answer = answered("funnel", "--project", project, *NOW, *words, **berlin)
    assert answer["total"]["orders"]["placed"] == 2
    assert answer["window"] == {
        "from": "2026-10-24T22:00:00Z",
        "to": "2026-10-25T23:00:00Z",
        "timezone": "Europe/Berlin",
    }
    assert shown(project, *words)["total"]["orders"]["placed"] == 2
    assert shown(project, "--since", "4w")["total"]["orders"]["placed"] == 2
    assert shown(project, "--from", "2026-10-26")["window"]["to"] == "2026-11-22T09:00:00Z"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--to", "2026-11-01"), "--to needs --from"),
        (("--from", "2026-11-02", "--to", "2026-11-01"), "is before"),
        (("--since", "3"), "write e.g. 30d"),
        (("--since", "0d"), "write e.g. 30d"),
        (("--since", "3d", "--from", "2026-11-01"), "give one of them"),
        (("--from", "1.11."), "write e.g. 2026-11-22"),
        (("--currency", "XYZ"), "ISO 4217"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, words: Row, says: str) -> None:
    result = recovery("funnel", "--project", told(tmp_path), *NOW, *words)
    assert result.exit_code == 2
    assert says in result.stderr


def test_csv_opens_in_excel_and_sums_up(shop: Path) -> None:
    told(shop, [row("X1", "failed", payment_method="=1+1")])
    result = recovery("funnel", "--project", shop, *NOW, "--by", "method", "--format", "csv")
    assert result.stdout_bytes.startswith(b"\xef\xbb\xbfmethod,currency,placed,")
    rows = list(csv.DictReader(StringIO(result.stdout.removeprefix("\ufeff"))))
    assert [(one["method"], one["currency"]) for one in rows] == [
        ("card", "EUR"),
        ("card", "JPY"),
        ("'=1+1", "EUR"),
        ("konbini", "JPY"),
    ]
    assert sum(int(one["placed"]) for one in rows) == 64
    assert rows[1]["lost_amount"] == "300000"
    assert (rows[0]["failed_share"], rows[0]["too_few"], rows[1]["too_few"]) == ("0.5", "", "yes")


def test_for_people(shop: Path) -> None:
    text = recovery("funnel", "--project", shop, *NOW).stdout
    assert text.index("insufficient_funds") < text.index("expired_card")
    assert "nobody wrote" in text
    assert "currencies are never added" in text
    page = recovery("funnel", "--project", shop, *NOW, "--by", "market", "--format", "md").stdout
    assert "| DE | 60 | 60<br>100.0%<br>94–100% | 30<br>50.0%<br>38–62% |" in page
    chinese = recovery("funnel", "--project", shop, *NOW, "--lang", "zh-CN").stdout
    assert "已下单" in chinese
    assert "未联系" in chinese
    document = recovery("funnel", "--project", shop, *NOW, "--format", "json").stdout
    assert json.loads(document) == shown(shop)


def test_nothing_placed_is_said(tmp_path: Path) -> None:
    result = recovery("funnel", "--project", told(tmp_path), *NOW)
    assert (result.exit_code, "No order was placed" in result.stdout) == (0, True)
