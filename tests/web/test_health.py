"""/healthz: what is due and how long, the last run, and 503 when the database is gone."""

import socket
from datetime import timedelta

import pytest
from sqlalchemy import text

from recovery.clock import Stopwatch
from recovery.db import writing
from recovery.web import health
from recovery.web.health import queue_answers
from tests.support.campaigns import a_campaign
from tests.support.house import House
from tests.support.served import Served, serving, with_keys


def test_a_fresh_house_is_well(served: Served) -> None:
    answer = served.get("/healthz")
    assert answer.status == 200
    assert answer.json | {"version": ""} == {
        "status": "ok",
        "version": "",
        "database": "ok",
        "queue": "none",
        "inbox_waiting": 0,
        "due": 0,
        "oldest_due_seconds": None,
        "last_run": None,
        "last_run_seconds": None,
    }


def test_it_tells_how_long_the_oldest_has_been_due(served: Served) -> None:
    house = served.house
    house.has(a_campaign(sequences={"plain": ["{step: a, after: 1h, email: unpaid-reminder}"]}))
    house.an_unpaid_order()
    house.run()
    house.clock.advance(timedelta(hours=3))
    told = served.get("/healthz").json
    assert (told["due"], told["oldest_due_seconds"]) == (1, 7200.0)
    assert (told["last_run"], told["last_run_seconds"]) == ("2026-11-02T10:00:00Z", 10800.0)
    with writing(house.engine.database) as connection:
        connection.execute(
            text("INSERT INTO inbox (source, key, body, received_at) VALUES ('x', '1', '{}', :at)"),
            {"at": house.now.isoformat(" ")},
        )
    assert served.get("/healthz").json["inbox_waiting"] == 1


def test_a_run_under_a_later_time_is_no_negative_age(small_served: Served) -> None:
    house = small_served.house
    house.clock.advance(timedelta(days=1))
    house.run()
    early = House(house.project, house.environ["RECOVERY_DATABASE_URL"])
    with serving(early, with_keys(early.engine.settings)) as served:
        assert served.get("/healthz").json["last_run_seconds"] == 0
        assert "recovery_last_run_age_seconds 0.0" in served.get("/metrics").text
    early.engine.close()


def test_a_database_of_another_kind_is_down(served: Served) -> None:
    """It answers, and not what we ask."""
    with writing(served.house.engine.database) as connection:
        connection.execute(text("ALTER TABLE touches RENAME TO away"))
    answer = served.get("/healthz")
    assert (answer.status, answer.json["status"]) == (503, "down")
    told = served.get("/metrics")
    assert (told.status, "recovery_database_up 0.0" in told.text) == (200, True)
    assert "touches" not in answer.text


def test_without_its_database_it_is_down_and_hooks_answer_500(small_house: House) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    with serving(small_house, with_keys(small_house.engine.settings, database_url=url)) as served:
        answer = served.get("/healthz")
        assert (answer.status, answer.json["status"]) == (503, "down")
        assert "127.0.0.1:1" not in answer.text
        assert served.tell_orders([]).status == 500
        assert served.get("/pay/x").status == 404


def test_metrics_say_so_when_the_database_was_away_from_the_start(small_house: House) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    with serving(small_house, with_keys(small_house.engine.settings, database_url=url)) as served:
        told = served.get("/metrics")
    assert (told.status, "recovery_database_up 0.0" in told.text) == (200, True)


def test_a_database_that_hangs_keeps_nobody_waiting(
    small_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # connects, and never says a word
        url = f"postgresql+psycopg://nobody@127.0.0.1:{deaf.getsockname()[1]}/nothing"
        settings = with_keys(small_house.engine.settings, database_url=url)
        with serving(small_house, settings) as served:
            watch = Stopwatch()
            told, status = served.get("/metrics"), served.get("/healthz").status
            assert (told.status, status) == (200, 503)
            assert "recovery_database_up 0.0" in told.text
            assert watch.seconds() < 5


def test_a_queue_that_does_not_answer_is_said(small_house: House) -> None:
    settings = with_keys(small_house.engine.settings, broker_url="redis://127.0.0.1:1/0")
    with serving(small_house, settings) as served:
        answer = served.get("/healthz")
        told = answer.json["status"], answer.json["queue"]
        assert (answer.status, told) == (200, ("degraded", "does not answer"))
        assert "recovery_queue_up 0.0" in served.get("/metrics").text


def test_a_queue_that_hangs_keeps_nobody_waiting(small_house: House) -> None:
    watch = Stopwatch()
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # connects, and never says a word
        assert not queue_answers(f"redis://127.0.0.1:{deaf.getsockname()[1]}/0")
    assert watch.seconds() < 2


def test_a_queue_that_answers_is_well(small_house: House, redis_url: str) -> None:
    settings = with_keys(small_house.engine.settings, broker_url=redis_url)
    with serving(small_house, settings) as served:
        told = served.get("/healthz").json
        assert (told["status"], told["queue"]) == ("ok", "ok")
        assert "recovery_queue_up 1.0" in served.get("/metrics").text


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/", "/metrics/x", "/pay/"])
def test_nothing_else_is_answered(small_served: Served, path: str) -> None:
    assert small_served.get(path).status == 404
