"""`recovery alerts` as cron calls it: quiet months, a method that breaks, a feed that stops."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import insert

from recovery.db import open_engine, table, writing
from recovery.models import Breaker, Consent
from tests.support.cli import recovery
from tests.support.ledger import T0, Ledger

HEAD = "order_id,status,placed_at,amount,currency,country,email,payment_method,failure_code"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAYS = 29
A_DAY = 60


def orders(today: int, usually: int, days: int = DAYS) -> Iterator[str]:
    """So many of sixty card payments a day fail; sixty by PayPal go well. Day 0 is the last."""
    for day in range(days):
        for number in range(A_DAY):
            at = NOW - timedelta(days=day, hours=3, minutes=number)
            for method in ("card", "paypal"):
                fails = method == "card" and number < (usually if day else today)
                cells = (
                    f"{method}-{day}-{number}",
                    "failed" if fails else "paid",
                    f"{at:%Y-%m-%dT%H:%M:%SZ}",
                    *("20.00", "EUR", "DE", f"kim{day}.{number}@example.com", method),
                    "insufficient_funds" if fails else "",
                )
                yield ",".join(cells)


def shop(folder: Path, rows: Iterator[str]) -> Path:
    (folder / "campaigns").mkdir()
    file = folder / "orders.csv"
    file.write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
    result = recovery("import", file, "--project", folder, "--at", NOW.isoformat())
    assert result.exit_code == 0, result.output
    return folder


@contextmanager
def ledger(project: Path) -> Iterator[Ledger]:
    engine = open_engine(f"sqlite:///{project / 'var' / 'recovery.db'}")
    with writing(engine) as connection:
        yield Ledger(connection)
    engine.dispose()


def look(project: Path, *words: str, at: datetime = NOW, **environ: str) -> Result:
    return recovery("alerts", "--project", project, "--at", at.isoformat(), *words, **environ)


def told(project: Path, code: int, at: datetime = NOW, **environ: str) -> Any:
    result = look(project, "--json", at=at, **environ)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_a_method_that_breaks_is_told(tmp_path: Path) -> None:
    project = shop(tmp_path, orders(today=24, usually=6))
    answer = told(project, 1)
    found = {tuple(one["subject"].values()): one for one in answer["alerts"]}
    assert {one["kind"] for one in answer["alerts"]} == {"failures"}
    card = found["method", "card"]
    assert card["level"] == "alarm"
    assert card["last"] == {"count": 24, "total": 60, "rate": 0.4}
    assert card["usual"] == {"count": 6 * 28, "total": 60 * 28, "rate": 0.1}
    assert card["difference"]["value"] == pytest.approx(0.3)
    assert 0 < card["p"] < 0.01
    assert ("method", "paypal") not in found
    assert answer["periods"]["payments"] == {
        "usual_from": "2026-10-24T07:00:00Z",
        "from": "2026-11-21T07:00:00Z",
        "to": "2026-11-22T07:00:00Z",
    }
    text = look(project)
    assert text.exit_code == 1
    assert "payment method card: more payments fail. 40.0% (24 of 60)" in text.stdout
    chinese = look(project, "--lang", "zh-CN").stdout
    assert "支付方式 card：付款失败增多" in chinese
    page = look(project, "--format", "md").stdout
    assert "- **ALARM** payment method card" in page


def test_a_month_like_any_other_is_quiet(tmp_path: Path) -> None:
    project = shop(tmp_path, orders(today=7, usually=6))
    answer = told(project, 0)
    assert (answer["ok"], answer["alerts"]) == (True, [])
    assert answer["compared"] == 4, "all, one market, two methods"
    assert "Nothing has turned for the worse: 4 comparisons" in look(project).stdout
    assert look(project, "--quiet").output == ""
    assert json.loads(look(project, "--quiet", "--json").stdout)["ok"], "a program asked"


def test_limits_are_settings(tmp_path: Path) -> None:
    project = shop(tmp_path, orders(today=11, usually=6))
    assert told(project, 0)["alerts"] == [], "eleven of sixty may be chance"
    keen = told(project, 1, RECOVERY_ALERTS_ERROR="20%")
    assert {one["subject"]["name"] for one in keen["alerts"]} >= {"card"}
    patient = {"RECOVERY_ALERTS_ERROR": "20%", "RECOVERY_ALERTS_CHANGE": "100%"}
    assert told(project, 0, **patient)["ok"], "it has not doubled"
    strict = told(project, 0, RECOVERY_ALERTS_MINIMUM="1000")
    assert (strict["compared"], {one["why"] for one in strict["unjudged"]}) == (0, {"few"})


def test_a_feed_that_falls_silent_is_told(tmp_path: Path) -> None:
    project = shop(tmp_path, orders(today=6, usually=6))
    answer = told(project, 1, at=NOW + timedelta(days=1))
    assert [one["kind"] for one in answer["alerts"]] == ["silence"] * 4
    everything = answer["alerts"][0]
    assert (everything["subject"], everything["limit"]) == ({"part": "all", "name": None}, 120.0)
    assert "no order came in 24 hours, usually about 120" in everything["words"]
    few = {one["why"] for one in answer["unjudged"] if one["kind"] == "failures"}
    assert few == {"few"}, "nobody says that payments are well"


def test_a_feed_of_failures_alone_is_not_judged(tmp_path: Path) -> None:
    project = shop(tmp_path, (one for one in orders(60, 60) if one.startswith("card")))
    answer = told(project, 0)
    (half,) = answer["unjudged"]
    assert (half["kind"], half["why"]) == ("failures", "half")
    assert "only failed orders are told" in look(project).stdout


def test_a_sequence_that_brings_fewer_back(tmp_path: Path) -> None:
    project = shop(tmp_path, iter(()))
    end = (NOW - T0) / timedelta(hours=1)
    with ledger(project) as pen:
        for day in range(35):
            for number in range(20):
                at = end - 24 * day - 168 - 1
                back = number < (2 if day < 7 else 6)
                order = pen.order(placed=at - 1, paid=at + 5 if back else None)
                pen.enrolment(order, at=at, holdout=number >= 18)
    answer = told(project, 1)
    (alert,) = [one for one in answer["alerts"] if one["kind"] == "recovery"]
    assert alert["subject"]["name"] == "card-declined · everyone · plain"
    assert (alert["last"]["count"], alert["last"]["total"]) == (14, 126)
    assert (alert["usual"]["count"], alert["usual"]["total"], alert["goal"]) == (168, 504, "1w")
    assert alert["holdout"]["usual"] == {"count": 0, "total": 56, "rate": 0.0}
    # Who is still in the window does not count, however few of them came back by now.
    assert told(project, 0, at=NOW - timedelta(days=6))["alerts"] == []


def test_complaints_unknown_ones_and_refusals(tmp_path: Path) -> None:
    project = shop(tmp_path, iter(()))
    end = (NOW - T0) / timedelta(hours=1)
    with ledger(project) as pen:
        journey = pen.enrolment(pen.order())
        for number in range(1000):
            address = f"kim{number}@example.com"
            pen.touch(journey, at=end - 30, recipient=address, state="delivered")
            if number < 6:
                pen.connection.execute(
                    insert(table(Consent)).values(
                        channel="email",
                        address=address,
                        level="none",
                        at=NOW - timedelta(hours=5),
                        source="provider",
                        evidence="complained sendgrid x",
                    )
                )
        for _ in range(10):
            pen.touch(journey, at=end - 5, state="unknown", channel="sms")
        pen.connection.execute(
            insert(table(Breaker)).values(
                sender="twilio",
                channel="sms",
                kind="account",
                reason="401 Authenticate",
                since=NOW - timedelta(minutes=5),
                until=NOW + timedelta(minutes=5),
            )
        )
    answer = told(project, 1)
    found = {one["kind"]: one for one in answer["alerts"] if one["kind"] != "silence"}
    assert set(found) == {"complaints", "unknown", "refused"}
    assert found["complaints"]["last"] == {"count": 6, "total": 1000, "rate": 0.006}
    assert (found["complaints"]["level"], found["complaints"]["limit"]) == ("alarm", 0.003)
    assert found["unknown"]["last"]["count"] == 10
    assert found["refused"]["detail"] == "401 Authenticate"
    assert told(project, 1, RECOVERY_ALERTS_UNKNOWN="11")["alerts"][-1]["kind"] != "unknown"
