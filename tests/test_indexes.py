"""A run asks for what is due and what is new, never for everything there ever was."""

import shutil

import pytest
from sqlalchemy import event

from benchmarks.dispatch import NOW, Instant, fill
from recovery.clock import VirtualClock
from recovery.db import open_engine, writing
from recovery.dispatch.claim import due_count, in_flight
from recovery.engine import Engine
from recovery.incentives import budget
from recovery.message import Channel
from recovery.settings import load_settings

GROWING = ("orders", "customers", "enrolments", "touches", "decisions", "coupons", "clicks")


@pytest.fixture
def asked(sqlite_template, tmp_path):
    """An engine on SQLite, and the plan of every statement it runs."""
    file = tmp_path / "recovery.db"
    shutil.copy(sqlite_template, file)
    database, plans = open_engine(f"sqlite:///{file}"), []

    @event.listens_for(database, "before_cursor_execute")
    def explain(connection, cursor, statement, parameters, context, many):
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "WITH")):
            one = parameters[0] if many else parameters
            raw = connection.connection.driver_connection
            for *_, step in raw.execute(f"EXPLAIN QUERY PLAN {statement}", one):
                plans.append((step, statement))

    yield database, plans
    database.dispose()


def whole_tables(plans):
    return [
        (step, statement)
        for step, statement in plans
        for table in GROWING
        if step.startswith(f"SCAN {table}") and "USING" not in step
    ]


def test_a_run_reads_no_table_from_end_to_end(asked, project):
    database, plans = asked
    fill(database, 20)
    engine = Engine(load_settings(project, {}), VirtualClock(NOW))
    engine.__dict__ |= {"database": database, "senders": dict.fromkeys(Channel, Instant())}
    assert engine.run().touches.sent > 0
    assert plans
    assert whole_tables(plans) == []


def test_counting_and_expiring_read_what_is_open(asked):
    database, plans = asked
    with writing(database) as connection:
        due_count(connection, NOW)
        in_flight(connection)
        budget.expire(connection, NOW)
    assert len(plans) >= 3
    assert whole_tables(plans) == []
