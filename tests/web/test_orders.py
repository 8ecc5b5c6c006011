"""POST /v1/orders: only the shop, only fresh; good rows are known when the answer comes."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from recovery import telemetry
from recovery.db import writing
from recovery.intake.inbox import ORDERS, store
from recovery.models import Coupon, InboxItem, Order
from recovery.web.counters import COUNTERS
from tests.support.campaigns import a_campaign
from tests.support.house import House, Row
from tests.support.order_rows import jsonl, row
from tests.support.served import ORDERS_SECRET, Served, serving, signed, with_keys

Capture = pytest.CaptureFixture[str]


def counts(told: dict[str, Any]) -> tuple[int, ...]:
    names = ("read", "inserted", "updated", "unchanged", "stale")
    return tuple(told[name] for name in names)


def test_one_order_is_taken_and_told_twice_changes_nothing(served: Served) -> None:
    first = served.tell_orders(row())
    assert first.status == 200, first.text
    assert counts(first.json) == (1, 1, 0, 0, 0)
    assert (first.json["rejected"], first.json["rejects"]) == (0, [])
    before = served.house.rows(Order)
    again = served.tell_orders(row())
    assert again.status == 200
    assert counts(again.json) == (1, 0, 0, 1, 0)
    assert served.house.rows(Order) == before


def test_a_list_in_any_order_of_arrival(served: Served) -> None:
    paid = row(status="paid", updated_at="2026-11-20T12:00:00Z", failure_code=None)
    assert served.tell_orders([paid, row(order_id="A-2")]).json["inserted"] == 2
    late = served.tell_orders([row()])
    assert counts(late.json) == (1, 0, 0, 0, 1)
    assert {o["external_id"]: o["status"] for o in served.house.rows(Order)} == {
        "A-1001": "paid",
        "A-2": "failed",
    }


def test_bad_rows_are_named_and_the_good_ones_kept(served: Served) -> None:
    rows = [row(), row(order_id="A-2", amount="-1"), "x", row(), row(order_id="A-3")]
    answer = served.tell_orders(rows)
    assert answer.status == 422
    assert counts(answer.json) == (5, 2, 0, 0, 0)
    assert answer.json["rejected"] == 3
    assert [(bad["line"], bad["field"]) for bad in answer.json["rejects"]] == [
        (2, "amount"),
        (3, None),
        (4, "order_id"),
    ]
    assert answer.json["kept"] == ["A-1001", "A-3"]
    assert {o["external_id"] for o in served.house.rows(Order)} == {"A-1001", "A-3"}


def test_amounts_stay_as_written(small_served: Served) -> None:
    body = json.dumps(row(amount=0)).replace('"amount": 0', '"amount": 1234567.89').encode()
    assert small_served.tell_orders(body).status == 200
    [order] = small_served.house.rows(Order)
    assert order["amount_minor"] == 123456789


def test_only_what_we_know_is_stored_and_nothing_once_it_is_applied(small_served: Served) -> None:
    small_served.tell_orders(row() | {"card_number": "4242424242424242"})
    [item] = small_served.house.rows(InboxItem)
    assert (item["source"], item["body"], item["fault"]) == ("orders", "", None)
    assert item["applied_at"] is not None


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": 1}}'])
def test_what_is_no_json_is_400(small_served: Served, body: bytes) -> None:
    answer = small_served.tell_orders(body)
    assert answer.status == 400
    assert "JSON" in answer.json["error"]


@pytest.mark.parametrize("body", [b"null", b"3", b'"x"', b"[null]", b"[[]]", b"{}"])
def test_json_that_is_no_order_is_422(small_served: Served, body: bytes) -> None:
    answer = small_served.tell_orders(body)
    assert answer.status == 422
    assert answer.json["rejected"] == 1
    assert answer.json["kept"] == []


def test_an_empty_list_is_no_mistake(small_served: Served) -> None:
    assert small_served.tell_orders([]).json["read"] == 0


# -- who may -------------------------------------------------------------------------------------

BODY = json.dumps(row()).encode()


def post(served: Served, signature: str | None, body: bytes = BODY) -> int:
    headers = {} if signature is None else {"X-Recovery-Signature": signature}
    return served.call("POST", "/v1/orders", body, headers).status


@pytest.mark.parametrize("skew", [-300, 0, 300])
def test_five_minutes_around_now_are_fresh(small_served: Served, skew: int) -> None:
    assert small_served.tell_orders(row(), skew=skew).status == 200


@pytest.mark.parametrize("skew", [-301, 302, -86_400])
def test_older_and_future_ones_are_refused(small_served: Served, skew: int) -> None:
    assert small_served.tell_orders(row(), skew=skew).status == 403
    assert small_served.house.rows(InboxItem) == []


def test_bad_signatures_are_refused_and_leave_nothing(small_served: Served) -> None:
    stamp = str(int(small_served.house.now.timestamp()))
    good = signed(ORDERS_SECRET, stamp, BODY)
    mac = good.partition("v1=")[2]
    bad = [
        None,
        "",
        "v1=",
        f"v1={mac}",
        f"t={stamp}",
        f"t={stamp},v1=",
        f"t={stamp},v1={'0' * 64}",
        f"t={stamp},v1={mac[:-1]}",
        f"t={stamp},v0={mac}",
        f"t={stamp},t={stamp},v1={mac}",
        f"t=+{stamp},v1={mac}",
        f"t={stamp}.0,v1={mac}",
        f"t=,v1={mac}",
        f"t={'9' * 400},v1={mac}",
        "\xe4",
        signed("another secret", stamp, BODY),
        signed(ORDERS_SECRET, stamp, BODY + b" "),
    ]
    assert [post(small_served, one) for one in bad] == [403] * len(bad)
    assert small_served.house.rows(InboxItem) == small_served.house.rows(Order) == []


@pytest.mark.parametrize(
    ("secret", "skew", "why"),
    [("another secret", 0, "mismatch"), (ORDERS_SECRET, -301, "too_old"), (None, 0, "missing")],
)
def test_why_a_signature_was_refused_is_ours_to_know(
    small_served: Served, capsys: Capture, secret: str | None, skew: int, why: str
) -> None:
    stamp = str(int(small_served.house.now.timestamp()) + skew)
    labels = (("hook", "orders"), ("reason", why))
    before = COUNTERS.snapshot().get(("webhooks_refused_total", labels), 0)
    telemetry.configure("info")
    assert post(small_served, secret and signed(secret, stamp, BODY)) == 403
    assert COUNTERS.snapshot()["webhooks_refused_total", labels] == before + 1
    assert f"signature_refused hook=orders why={why}" in capsys.readouterr().err


def test_fields_that_nobody_reads_are_named(small_served: Served) -> None:
    told = small_served.tell_orders([row() | {"emial": "k@example.com", "_mark": 1}, row(amount=1)])
    note, *others = told.json["warnings"]
    assert "'emial' is not known and was ignored; did you mean 'email'?" in note
    assert "_mark" not in str(others)


def test_any_of_several_v1_may_match_so_a_secret_can_change(small_served: Served) -> None:
    stamp = str(int(small_served.house.now.timestamp()))
    old = signed("the old secret", stamp, BODY)
    new = signed(ORDERS_SECRET, stamp, BODY).partition(",")[2]
    assert post(small_served, f"{old}, {new}") == 200
    mac = new.partition("=")[2]
    assert post(small_served, f"t={stamp},v1={mac.upper()}") == 200


# -- what it means -------------------------------------------------------------------------------


TOMORROW = a_campaign(
    sequences={"plain": ["{step: reminder, after: 1d, email: unpaid-reminder}"]},
)


def test_a_payment_that_was_answered_2xx_is_known_to_whoever_claims_next(served: Served) -> None:
    house = served.house
    house.has(TOMORROW)
    told = row(status="pending", placed_at=house.now.isoformat(), updated_at=house.now.isoformat())
    assert served.tell_orders(told).status == 200
    house.run()
    assert house.states() == {"reminder": "planned"}
    house.clock.advance(timedelta(days=1))
    paid = told | {"status": "paid", "updated_at": house.now.isoformat()}
    assert served.tell_orders(paid).json["updated"] == 1
    assert house.states() == {"reminder": "cancelled paid"}
    assert house.journeys() == [("recovered", "paid")]
    house.run()
    assert house.messages() == []


def cost_of_a_used_coupon(house: House, tell: Callable[[Row], None]) -> int | None:
    """A coupon of 10 EUR is used for an order in soles; what it cost, in céntimos."""
    offers = "{post: {kind: fixed, amount: 10 EUR, valid: 72h}}"
    steps = {"plain": ["{step: first, after: 0m, email: last-call, offer: post}"]}
    house.has(a_campaign(sequences=steps, offers=offers))
    house.an_unpaid_order(email_consent="marketing")
    house.run()
    [coupon] = house.rows(Coupon)
    now = house.now.isoformat()
    paid = row(
        order_id="B",
        status="paid",
        amount="90",
        currency="PEN",
        country="PE",
        phone=None,
        discount_code=coupon["code"],
        failure_code=None,
        placed_at=now,
        updated_at=now,
    )
    tell(paid)
    [coupon] = house.rows(Coupon)
    assert coupon["state"] == "redeemed"
    return coupon["cost_minor"]


def test_an_order_ends_the_same_by_file_and_by_http(
    project: Path, sqlite_template: Path, tmp_path: Path
) -> None:
    """Soles are not among the reference rates: only the merchant's own file knows them."""
    rates = tmp_path / "rates.csv"
    rates.write_text("date,from,to,rate\n2026-11-01,PEN,EUR,0.5\n", "utf-8")
    costs = []
    for door in ("file", "http", "inbox"):
        copy = tmp_path / f"{door}.db"
        copy.write_bytes(sqlite_template.read_bytes())
        house = House(project, f"sqlite:///{copy}")
        house.engine.settings = house.engine.settings.model_copy(update={"rates_file": rates})
        with serving(house, with_keys(house.engine.settings)) as open_house:

            def tell(paid: Row, door: str = door, served: Served = open_house) -> None:
                house = served.house
                if door == "file":
                    house.engine.import_orders([BytesIO(jsonl([paid]))], "shop")
                elif door == "http":
                    assert served.tell_orders(paid).status == 200
                else:
                    with writing(house.engine.database) as connection:
                        store(connection, ORDERS, [("key", json.dumps(paid))], house.now)
                    house.run()

            costs.append(cost_of_a_used_coupon(house, tell))
        house.engine.close()
    assert costs == [2000, 2000, 2000]


def test_the_next_run_counts_orders_over_http(served: Served) -> None:
    served.tell_orders([row(), row(order_id="A-2"), row(order_id="A-3", amount="-1")])
    imported = served.house.run().imported
    assert (imported["read"], imported["inserted"], imported["rejected"]) == (2, 2, 0)
    assert served.house.run().imported == {}


def test_orders_of_the_future_are_taken_and_named(small_served: Served) -> None:
    ahead = (small_served.house.now + timedelta(days=30)).isoformat()
    answer = small_served.tell_orders(row(placed_at=ahead, updated_at=ahead))
    assert (answer.status, answer.json["inserted"]) == (200, 1)
    [warning] = answer.json["warnings"]
    assert "1 row is dated more than a day ahead" in warning
    now = small_served.house.now.isoformat()
    assert "warnings" not in small_served.tell_orders(row(placed_at=now, updated_at=now)).json
