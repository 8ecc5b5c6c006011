"""/metrics: what an operator would count by hand, for callers on this machine, at little cost."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Connection, Engine, event, update

from recovery import telemetry
from recovery.db import open_engine, table, writing
from recovery.engine import Delivery
from recovery.measure import totals
from recovery.models import Breaker, InboxItem, Pause, Touch
from recovery.settings import load_settings
from recovery.web.counters import COUNTERS
from recovery.web.metrics import CONTENT_TYPE, may_ask, render
from tests.support.campaigns import a_campaign
from tests.support.house import MONDAY, House
from tests.support.served import Served

PAGE = Path(__file__).parents[2] / "docs/observability.md"
SERVED = {
    "webhooks_stored_total": {"hook": "orders"},
    "webhooks_ignored_total": {"hook": "sendgrid", "reason": "other_site"},
    "requests_total": {"route": "/healthz", "status": "200"},
}
GROWING = ("orders", "customers", "enrolments", "touches", "decisions", "inbox", "clicks")
Figures = dict[str, float]


def figures(text: bytes) -> Figures:
    """Every sample by its name and labels, as Prometheus itself would read them."""
    return {
        sample.name + "".join(f" {key}={value}" for key, value in sorted(sample.labels.items())): (
            sample.value
        )
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def seen(house: House) -> Figures:
    return figures(render(house.engine.database, house.now))


def two_steps() -> str:
    later = "{step: nudge, after: 2d, email: unpaid-reminder}"
    first = "{step: reminder, after: 0m, email: unpaid-reminder}"
    return a_campaign(sequences={"plain": [first, later]})


def test_an_empty_database_has_nothing_due_and_no_run(database: Engine) -> None:
    found = figures(render(database, MONDAY))
    assert found["recovery_database_up"] == 1
    assert found["recovery_touches_due"] == 0
    assert found["recovery_touches_oldest_due_seconds"] == 0
    assert found["recovery_breakers_open channel=email kind=account"] == 0
    assert found["recovery_pauses scope=all"] == 0
    assert "recovery_last_run_age_seconds" not in found


def test_what_is_due_and_open_and_what_the_last_run_did(house: House) -> None:
    house.has(two_steps())
    first, _, _ = house.orders(3, email_consent="marketing")
    house.run()
    house.clock.advance(timedelta(days=2, hours=1))
    house.pays(first)
    found = seen(house)
    assert found["recovery_touches_due"] == 2
    assert found["recovery_touches_oldest_due_seconds"] == 3600
    assert found["recovery_touches state=planned"] == 2
    assert found["recovery_enrolments_active"] == 2
    assert found["recovery_last_run_touches outcome=sent"] == 3
    assert found["recovery_last_run_touches outcome=failed"] == 0
    assert found["recovery_last_run_age_seconds"] == 49 * 3600
    assert found["recovery_recovered_since_last_run"] == 1
    house.run()
    assert seen(house)["recovery_recovered_since_last_run"] == 0
    assert seen(house)["recovery_last_run_touches outcome=sent"] == 2


def test_what_became_of_all_messages_goes_on_rising(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also between two runs, whoever sends, and where a run has carried its numbers on."""
    monkeypatch.setattr(totals, "LATELY", 0)
    house.has(two_steps())
    house.orders(3, email_consent="marketing")
    house.run()
    sent = "recovery_touches_total channel=email outcome=sent"
    assert seen(house)[sent] == 3
    house.run()
    assert seen(house)[sent] == 3
    house.clock.advance(timedelta(days=2))
    house.engine.dispatch(house.now)
    assert seen(house)[sent] == 6


def test_the_last_run_did_what_its_workers_do_after_it(house: House) -> None:
    house.has(two_steps())
    house.orders(3, email_consent="marketing")
    run = house.run(lambda engine, now: Delivery(hinted=3))
    assert seen(house)["recovery_last_run_touches outcome=sent"] == 0
    with telemetry.bound(run=run.token):
        house.engine.dispatch(house.now)
    assert seen(house)["recovery_last_run_touches outcome=sent"] == 3


def test_what_is_planned_for_later_is_not_due(small_house: House) -> None:
    house = small_house
    house.has(two_steps())
    house.an_unpaid_order()
    house.run()
    assert seen(house)["recovery_touches state=planned"] == 1
    assert seen(house)["recovery_touches_due"] == 0
    assert seen(house)["recovery_touches_oldest_due_seconds"] == 0


def test_touches_on_their_way_and_touches_nobody_knows_of(house: House) -> None:
    house.has(two_steps())
    house.orders(3)
    house.run(dry_run=False)
    rows = [touch["id"] for touch in house.touches() if touch["step"] == "reminder"]
    touches = table(Touch)
    with writing(house.engine.database) as connection:
        for row, state in zip(rows, ("claimed", "sending", "unknown"), strict=True):
            connection.execute(update(touches).where(touches.c.id == row).values(state=state))
    found = seen(house)
    for state in ("claimed", "sending", "unknown"):
        assert found[f"recovery_touches state={state}"] == 1


def test_brakes_and_events_that_wait(database: Engine) -> None:
    with writing(database) as connection:
        put_brakes(connection)
        put_events(connection)
    found = figures(render(database, MONDAY))
    assert found["recovery_breakers_open channel=sms kind=account"] == 1
    assert found["recovery_breakers_open channel=email kind=account"] == 0
    assert found["recovery_pauses scope=campaign"] == 2
    assert found["recovery_pauses scope=channel"] == 0
    assert found["recovery_inbox_waiting"] == 1
    assert found["recovery_inbox_faulted"] == 2


def put_brakes(connection: Connection) -> None:
    refusing = {"sender": "sms:twilio", "channel": "sms", "kind": "account", "reason": "20003"}
    times: dict[str, datetime] = {"since": MONDAY, "until": MONDAY}
    connection.execute(table(Breaker).insert(), refusing | times)
    for name in ("winback", "cart"):
        row = {"scope": "campaign", "name": name, "since": MONDAY}
        connection.execute(table(Pause).insert(), row)


def put_events(connection: Connection) -> None:
    faults = {"waits": (None, None), "bad": (MONDAY, "no"), "worse": (MONDAY, "no")}
    faults["good"] = (MONDAY, None)
    for key, (applied, fault) in faults.items():
        row = {"source": "sendgrid", "key": key, "body": "{}", "received_at": MONDAY}
        connection.execute(table(InboxItem).insert(), row | {"applied_at": applied, "fault": fault})


def test_refused_signatures_are_counted_from_nought(database: Engine) -> None:
    name = "recovery_webhooks_refused_total hook=sendgrid reason=mismatch"
    before = figures(render(database, MONDAY))[name]
    COUNTERS.count("webhooks_refused_total", hook="sendgrid", reason="mismatch")
    assert figures(render(database, MONDAY))[name] == before + 1


def test_every_figure_says_what_it_is(small_house: House) -> None:
    house = small_house
    house.has(two_steps())
    house.an_unpaid_order()
    house.run()
    text = render(house.engine.database, house.now).decode()
    for family in text_string_to_metric_families(text):
        assert family.name.startswith("recovery_")
        assert family.documentation.endswith("."), family.name
        assert family.type in ("gauge", "counter")


def test_the_page_and_its_rules_name_what_there_is(small_house: House) -> None:
    house = small_house
    house.has(two_steps())
    house.an_unpaid_order()
    house.run()
    for name, labels in SERVED.items():
        COUNTERS.count(name, **labels)
    shown = {name.partition(" ")[0] for name in seen(house)}
    written = set(re.findall(r"\brecovery_[a-z_]+\b", PAGE.read_text("utf-8")))
    assert written == shown
    rules = next(r for r in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.S) if "expr" in r)
    assert len(yaml.safe_load(rules)["groups"][0]["rules"]) == 5


def test_a_database_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "gone.db").mkdir()
    engine = open_engine(f"sqlite:///{tmp_path / 'gone.db'}")
    found = figures(render(engine, MONDAY))
    engine.dispose()
    assert found["recovery_database_up"] == 0
    assert "recovery_touches_due" not in found
    assert "recovery_webhooks_refused_total hook=orders reason=too_old" in found


def test_over_http_for_this_machine_only(small_served: Served) -> None:
    answer = small_served.get("/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"] == CONTENT_TYPE
    assert figures(answer.text.encode())["recovery_database_up"] == 1
    refused = small_served.get("/metrics", X_Forwarded_For="203.0.113.9")
    assert (refused.status, "recovery_" in refused.text) == (403, False)


@pytest.fixture
def plans(small_house: House) -> Iterator[list[str]]:
    """The plan of every statement from now on."""
    steps: list[str] = []

    def explain(connection, cursor, statement, parameters, context, many) -> None:  # type: ignore[no-untyped-def]
        if statement.startswith("SELECT"):
            raw = connection.connection.driver_connection
            found = raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps.extend(step for *_, step in found)

    event.listen(small_house.engine.database, "before_cursor_execute", explain)
    yield steps
    event.remove(small_house.engine.database, "before_cursor_execute", explain)


def test_a_scrape_walks_no_table_that_grows(small_house: House, plans: list[str]) -> None:
    small_house.has(two_steps())
    small_house.orders(3)
    small_house.run()
    plans.clear()
    render(small_house.engine.database, small_house.now)
    assert len(plans) >= 8
    walked = [
        step
        for step in plans
        for name in GROWING
        if step.startswith(f"SCAN {name}") and "USING" not in step
    ]
    assert walked == []


@pytest.mark.parametrize(
    ("caller", "headers", "public", "may"),
    [
        ("127.0.0.1", {}, False, True),
        ("::1", {}, False, True),
        ("::ffff:127.0.0.1", {}, False, True),
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.9"}, False, False),
        ("127.0.0.1", {"forwarded": "for=203.0.113.9"}, False, False),
        ("10.0.0.7", {}, False, False),
        ("203.0.113.9", {}, False, False),
        ("::ffff:10.0.0.7", {}, False, False),
        ("localhost.evil.example", {}, False, False),
        (None, {}, False, False),
        ("203.0.113.9", {}, True, True),
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.9"}, True, True),
    ],
)
def test_who_may_ask(
    caller: str | None, headers: dict[str, str], public: bool, may: bool, project: Path
) -> None:
    settings = load_settings(project, {"RECOVERY_METRICS_PUBLIC": str(public).lower()})
    assert may_ask(settings, caller, headers) is may
