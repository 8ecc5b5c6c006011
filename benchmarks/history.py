"""History: 1,000 due touches beside ten million finished ones, against beside none.

Prints seconds of a whole run (sweep, exhaust, plan, settle, dispatch to an instant sender, count)
in both cases and their ratio. The past: of every three old orders one is still unpaid, so that it
lies in the indexes the planner reads, the others were paid in time or too late; three touches each.

    python -m benchmarks.history [FINISHED_TOUCHES] [--postgres]
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import Engine as Database
from sqlalchemy import text

from benchmarks.dispatch import CAMPAIGN, NOW, Instant, fill
from benchmarks.support import ROOT, database, say, tidy
from recovery.campaign.loader import parse_campaign
from recovery.clock import VirtualClock
from recovery.db import is_postgres, stored_time, writing
from recovery.engine import Engine
from recovery.message import Channel
from recovery.planner.enrol import version_id
from recovery.settings import load_settings

DUE = 1_000  # a run
ROUNDS = 5
STEPS = 3
FIRST = 1_000_000  # of the ids of old rows: below are the orders of today

# Everything old as sets over one series of numbers. Which third an order is in: n % 3.
SERIES = {
    "sqlite": "WITH RECURSIVE old(n) AS "
    "(SELECT :first UNION ALL SELECT n + 1 FROM old WHERE n < :last)",
    "postgresql": "WITH old(n) AS (SELECT * FROM generate_series(:first, :last) AS n)",
}
CUSTOMERS = """
INSERT INTO customers
  (id, key, source, external_id, email_consent, sms_consent, email_consent_at, sms_consent_at)
{series} SELECT n, 'old:' || n, 'old', 'c' || n, 'marketing', 'none', :long_ago, :long_ago FROM old
"""
ORDERS = """
INSERT INTO orders (id, source, external_id, customer_id, status, placed_at, updated_at,
  unpaid_since, amount_minor, currency, country, email, locale, timezone, timezone_source,
  customer_type, customer_type_given, failure_reason, email_consent, sms_consent, items, paid_at)
{series} SELECT n, 'old', 'o' || n, n, CASE n % 3 WHEN 0 THEN 'failed' ELSE 'paid' END, :long_ago,
  :long_ago, :long_ago, 1000 + n % 9000, 'USD', 'US', 'c' || n || '@example.com', 'en-US',
  'America/New_York', 'order', 'new', false, 'expired_card', 'marketing', 'none', '[]',
  CASE n % 3 WHEN 0 THEN NULL WHEN 1 THEN :soon ELSE :late END FROM old
"""
ENROLMENTS = """
INSERT INTO enrolments (id, campaign, version_id, order_id, customer_id, segment, sequence, holdout,
  state, reason, enrolled_at, window_ends_at, ended_at, amount_minor, currency, recovered_minor)
{series} SELECT n, 'failed', :version, n, n, 'all', 'one', n % 10 = 0,
  CASE n % 3 WHEN 1 THEN 'recovered' ELSE 'exhausted' END,
  CASE n % 3 WHEN 1 THEN 'paid' ELSE 'goal_window_over' END, :long_ago, :window, :window,
  1000 + n % 9000, 'USD', CASE n % 3 WHEN 1 THEN 1000 + n % 9000 END FROM old
"""
TOUCHES = """
INSERT INTO touches (enrolment_id, step, channel, state, reason, planned_at, due_at, attempts,
  tried_at, provider, provider_id)
{series} SELECT n, 'old-' || step, 'email',
  CASE WHEN n % 10 = 0 THEN 'withheld' WHEN n % 3 = 1 AND step > 1 THEN 'cancelled' ELSE 'sent' END,
  CASE WHEN n % 3 = 1 AND step > 1 THEN 'paid' END, :long_ago, :long_ago, 1,
  CASE WHEN n % 10 = 0 OR (n % 3 = 1 AND step > 1) THEN NULL ELSE :long_ago END, 'instant', 'old'
FROM old CROSS JOIN (SELECT 1 AS step UNION ALL SELECT 2 UNION ALL SELECT 3) AS steps
"""
DECISIONS = """
INSERT INTO decisions (at, enrolment_id, touch_id, verdict, reason)
SELECT :long_ago, enrolment_id, id, state, reason FROM touches
"""
NEXT_ID = "SELECT setval(pg_get_serial_sequence('enrolments', 'id'), :last)"


def remember(engine: Database, finished: int) -> None:
    """Write a past of `finished` touches, from its customers to its journal."""
    old = {"first": FIRST, "last": FIRST + finished // STEPS - 1}
    with writing(engine) as connection:
        series = SERIES[connection.dialect.name]
        times = {"long_ago": 90, "soon": 88, "late": 70, "window": 83}
        old |= {
            name: stored_time(connection, NOW - timedelta(days=days))
            for name, days in times.items()
        }
        loaded = parse_campaign(CAMPAIGN, "failed.yaml")
        old["version"] = version_id(connection, loaded, NOW - timedelta(days=90))
        for statement in (CUSTOMERS, ORDERS, ENROLMENTS, TOUCHES, DECISIONS):
            words = statement.format(series=series)
            connection.execute(_statement(words, is_postgres(connection)), old)
        if is_postgres(connection):  # rows written with an id of their own move no sequence
            connection.execute(text(NEXT_ID), old)


def _statement(words: str, postgres: bool) -> object:
    """PostgreSQL wants to be told what an unnamed time is."""
    if postgres:
        for name in ("long_ago", "soon", "late", "window"):
            words = words.replace(f":{name}", f"CAST(:{name} AS timestamptz)")
    return text(words)


@contextmanager
def project(engine: Database) -> Iterator[Engine]:
    """An engine on `engine`'s database with one campaign and an instant sender."""
    with TemporaryDirectory() as folder:
        campaigns = Path(folder) / "campaigns"
        campaigns.mkdir()
        (campaigns / "failed.yaml").write_text(CAMPAIGN, "utf-8")
        (Path(folder) / "templates").symlink_to(ROOT / "templates")
        whole = Engine(load_settings(Path(folder), {}), VirtualClock(NOW))
        whole.__dict__ |= {"database": engine, "senders": dict.fromkeys(Channel, Instant())}
        yield whole


def runs(engine: Database, rounds: int) -> list[float]:
    """Seconds of `rounds` runs, each over DUE new orders; a first one, not counted, warms up."""
    seconds = []
    with project(engine) as whole:
        for round_ in range(rounds + 1):
            fill(engine, DUE, start=1 + round_ * DUE)
            start = perf_counter()
            result = whole.run()
            seconds.append(perf_counter() - start)
            assert result.touches.sent == DUE, result
    return seconds[1:]


def measure(finished: int, *, postgres: bool) -> float:
    """Median seconds of a run beside `finished` touches."""
    with database(postgres=postgres) as engine:
        if finished:
            remember(engine, finished)
        tidy(engine)
        return median(runs(engine, ROUNDS))


def main() -> None:
    """Run and print."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    finished, postgres = numbers[0] if numbers else 300_000, "--postgres" in sys.argv
    beside = partial(measure, postgres=postgres)
    alone, with_past = beside(0), beside(finished)
    say(
        f"history ({'PostgreSQL' if postgres else 'SQLite'})",
        {
            "due touches a run": DUE,
            "finished touches": finished,
            "beside none, s": alone,
            "beside them, s": with_past,
            "ratio (goal: at most 1.2)": with_past / alone,
        },
    )


if __name__ == "__main__":
    main()
