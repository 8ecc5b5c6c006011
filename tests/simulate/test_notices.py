"""What an operator would have heard: when it could first be known, once, and nothing that only the
market knows.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from recovery.i18n import LANGUAGES
from recovery.simulate.notices import Notice
from recovery.simulate.play import Played
from tests.support.market import a_market, played

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def of(one: Played, kind: str) -> list[Notice]:
    return [notice for notice in one.notices if notice.kind == kind]


def since(one: Played, notice: Notice) -> timedelta:
    return notice.at - one.ask.scenario.start


def test_quiet_days_are_quiet(tmp_path: Path) -> None:
    calm = played(tmp_path, a_market(), orders=600, days=5)
    assert [one.words["en"] for one in calm.notices] == []


def test_an_outage_is_on_the_status_page_and_in_the_engines_own_alerts(tmp_path: Path) -> None:
    down = {"incident": "payments_down", "at": "3d12h", "lasts": "14h", "market": "US"}
    found = played(tmp_path, a_market(down), orders=600, days=5)
    first, last = of(found, "status")
    assert (since(found, first), since(found, last)) == (3.5 * DAY + HOUR, 4 * DAY + 2 * HOUR)
    assert "since 3d 12:00; in: United States" in first.words["en"]
    assert "美国" in first.words["zh-CN"]
    alerts = of(found, "failures")
    assert alerts
    assert {since(found, one) for one in alerts} == {4 * DAY + 10 * HOUR}  # the run after nine
    assert any("payment method card: more payments fail" in one.words["en"] for one in alerts)


def test_an_alert_that_stands_is_told_once(tmp_path: Path) -> None:
    down = {"incident": "payments_down", "at": "3d", "lasts": "3d"}
    found = played(tmp_path, a_market(down), orders=700, days=6)
    told = [one.words["en"].partition(":")[0] for one in of(found, "failures")]
    assert len(told) == len(set(told)) > 0


def test_a_circular_comes_before_its_rule(tmp_path: Path) -> None:
    rule = {"incident": "rule_changed", "at": "2d", "market": "US", "hours": "09:00-18:00"}
    found = played(tmp_path, a_market(rule | {"announced": "1d"}), orders=20)
    (circular,) = of(found, "rule")
    assert since(found, circular) == DAY
    assert "from 2d 00:00 on" in circular.words["en"]
    assert "09:00-18:00" in circular.words["zh-CN"]


def test_customers_write_and_accounts_show_what_no_alert_can(tmp_path: Path) -> None:
    late = {"incident": "webhooks_late", "at": "0d", "lasts": "6d", "late": "11h"}
    leak = {"incident": "coupon_leaked", "at": "1d", "lasts": "2d", "strangers": 20}
    found = played(tmp_path, a_market(late, leak), orders=200)
    assert of(found, "paid_before")
    (code,) = of(found, "code")
    assert since(found, code) > DAY
    assert "others have paid with it" in code.words["en"]


@pytest.mark.parametrize("hidden", [False, True])
def test_notices_are_told_even_where_the_truth_is_not(tmp_path: Path, hidden: bool) -> None:
    rule = {"incident": "rule_changed", "at": "1d", "market": "US", "hours": "09:00-18:00"}
    payload = played(tmp_path, a_market(rule, hidden=hidden), orders=30).verdict().payload()
    (notice,) = payload["notices"]
    assert (notice["when"], notice["kind"]) == ("0d 00:00", "rule")
    assert notice["at"] == "2026-10-05T00:00:00Z"
    assert ("incidents" in payload) is not hidden


def test_everything_is_told_in_every_language(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = [
        {"incident": "payments_down", "at": "1d", "lasts": "1d"},
        {"incident": "rule_changed", "at": "2d", "hours": "09:00-18:00"},
    ]
    found = played(tmp_path, a_market(*told), orders=60)
    assert len(found.notices) >= 3
    for notice in found.notices:
        assert set(notice.words) == set(LANGUAGES)
        assert notice.words["en"] != notice.words["zh-CN"]
