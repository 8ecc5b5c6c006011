"""Measuring: what a report costs over a million enrolments (`--full`: ten), and how it grows.

Prints seconds of each part, of the whole report, and the memory that Python took; beside them one
bare pass over the same tables, since other work on the machine slows both. The past: a
hundred days of enrolments in four campaigns; a tenth is held out, a fifth paid inside the window,
every tenth enrolment is somebody's second, every twentieth customer bought another order, three
touches each.

    python -m benchmarks.measuring [ENROLMENTS] [--postgres]
"""

import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from time import perf_counter, process_time

from sqlalchemy import Connection, text
from sqlalchemy import Engine as Database

from benchmarks.support import database, say, tidy
from recovery.campaign.loader import parse_campaign
from recovery.db import counting, is_postgres, writing
from recovery.markets.rates import Rates
from recovery.measure import counts
from recovery.measure.breakdown import Merchant, breakdown
from recovery.measure.costs import Costs
from recovery.measure.evidence.credit import credits
from recovery.measure.evidence.gathering import People, gathered
from recovery.measure.evidence.letters import letters
from recovery.measure.evidence.purses import earned, purses
from recovery.measure.evidence.reached import reached
from recovery.measure.evidence.slices import Part
from recovery.measure.evidence.tallies import tallies
from recovery.measure.evidence.units import Question
from recovery.measure.report import report
from recovery.planner.enrol import version_id

START = datetime(2026, 8, 1, tzinfo=UTC)
NOW = START + timedelta(days=105)
CAMPAIGN = """
campaign: one
status: active
trigger: {on: payment_failed}
goal: {paid_within: 7d}
holdout: 10%
segments: [{segment: all, sequence: {plain: 50%, offer: 50%}}]
sequences:
  plain:
    - {step: first, after: 30m, email: payment-failed}
    - {step: second, after: 1d, email: payment-failed}
    - {step: third, after: 3d, sms: payment-failed}
  offer:
    - {step: first, after: 30m, email: payment-failed}
    - {step: second, after: 1d, email: payment-failed}
    - {step: third, after: 3d, sms: payment-failed}
"""
SERIES = {
    "sqlite": "WITH RECURSIVE old(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM old WHERE n < :last)",
    "postgresql": "WITH old(n) AS (SELECT * FROM generate_series(CAST(1 AS bigint), :last) AS n)",
}
MINUTES = {  # an instant so many minutes after the start, as the driver stores it
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', '2026-08-01', '+' || ({}) || ' minutes')",
    "postgresql": "TIMESTAMPTZ '2026-08-01 00:00:00+00' + ({}) * INTERVAL '1 minute'",
}
AT = "60 + (n * 7919) % 144000"  # a hundred days of minutes
PAID = "(n * 31) % 5 = 0"
WHEN = f"{AT} + 1 + (n * 613) % 10080"
CUSTOMERS = """
INSERT INTO customers (id, key, source, external_id, email_consent, sms_consent)
{series} SELECT n, 'old:' || n, 'old', 'c' || n, 'marketing', 'none' FROM old
"""
ORDERS = """
INSERT INTO orders (id, source, external_id, customer_id, status, placed_at, updated_at,
  unpaid_since, amount_minor, currency, country, email, locale, timezone, timezone_source,
  customer_type, customer_type_given, failure_reason, email_consent, sms_consent, items, paid_at)
{series} SELECT n, 'old', 'o' || n, CASE WHEN n % 10 = 0 THEN n - 4 ELSE n END,
  CASE WHEN {paid} THEN 'paid' ELSE 'failed' END, {placed}, {placed}, {placed},
  1000 + n % 9000, CASE n % 3 WHEN 0 THEN 'EUR' ELSE 'USD' END,
  CASE n % 4 WHEN 0 THEN 'US' WHEN 1 THEN 'DE' WHEN 2 THEN 'GB' ELSE 'FR' END,
  'c' || n || '@example.com', 'en-US', 'America/New_York', 'order', 'new', false, 'expired_card',
  'marketing', 'none', '[]', CASE WHEN {paid} THEN {when} END FROM old
"""
OTHERS = """
INSERT INTO orders (source, external_id, customer_id, status, placed_at, updated_at,
  unpaid_since, amount_minor, currency, country, email, locale, timezone, timezone_source,
  customer_type, customer_type_given, email_consent, sms_consent, items, paid_at)
{series} SELECT 'old', 'r' || n, n, 'paid', {when}, {when}, {when}, 5000, 'USD', 'US',
  'c' || n || '@example.com', 'en-US', 'America/New_York', 'order', 'new', false, 'marketing',
  'none', '[]', {when} FROM old WHERE n % 20 = 1
"""
ENROLMENTS = """
INSERT INTO enrolments (id, campaign, version_id, order_id, customer_id, segment, sequence, holdout,
  state, enrolled_at, window_ends_at, amount_minor, currency)
{series} SELECT n,
  CASE n % 4 WHEN 0 THEN 'one' WHEN 1 THEN 'two' WHEN 2 THEN 'three' ELSE 'four' END,
  :version, n, CASE WHEN n % 10 = 0 THEN n - 4 ELSE n END, 'all',
  CASE n % 7 WHEN 0 THEN 'plain' ELSE 'offer' END, n % 11 = 0, 'exhausted', {at}, {ends},
  1000 + n % 9000, CASE n % 3 WHEN 0 THEN 'EUR' ELSE 'USD' END FROM old
"""
TOUCHES = """
INSERT INTO touches (enrolment_id, step, channel, state, planned_at, due_at, attempts, tried_at)
{series} SELECT n, CASE step WHEN 1 THEN 'first' WHEN 2 THEN 'second' ELSE 'third' END,
  CASE step WHEN 3 THEN 'sms' ELSE 'email' END,
  CASE WHEN n % 11 = 0 THEN 'withheld' WHEN n % 5 = 0 AND step > 1 THEN 'cancelled' ELSE 'sent' END,
  {at}, {at}, 1, CASE WHEN n % 11 = 0 OR (n % 5 = 0 AND step > 1) THEN NULL ELSE {at} END
FROM old CROSS JOIN (SELECT 1 AS step UNION ALL SELECT 2 UNION ALL SELECT 3) AS steps
"""
NEXT_IDS = "SELECT setval(pg_get_serial_sequence('{table}', 'id'), :last)"


def remember(engine: Database, count: int) -> None:
    """Write a past of `count` enrolments."""
    with writing(engine) as connection:
        dialect = connection.dialect.name
        minutes = MINUTES[dialect].format
        words = {
            "series": SERIES[dialect],
            "paid": PAID,
            "placed": minutes(f"{AT} - 60"),
            "at": minutes(AT),
            "ends": minutes(f"{AT} + 10080"),
            "when": minutes(WHEN),
        }
        version = version_id(connection, parse_campaign(CAMPAIGN, "one.yaml"), START)
        places = {"last": count, "version": version}
        for statement in (CUSTOMERS, ORDERS, ENROLMENTS, TOUCHES):
            connection.execute(_escaped(statement.format(**words)), places)
            if is_postgres(connection) and statement is ORDERS:
                connection.execute(text(NEXT_IDS.format(table="orders")), places)
        connection.execute(_escaped(OTHERS.format(**words)), places)


def _escaped(statement: str) -> object:
    """The colons of a time are no parameters."""
    return text(statement.replace(":%", r"\:%").replace("00:00:00", r"00\:00\:00"))


def _money(connection: Connection, people: People) -> object:
    with earned(connection, people) as each:
        return purses(connection, people, each)


BARE = (
    "SELECT count(*), sum(e.amount_minor) FROM enrolments e JOIN orders o ON o.id = e.order_id",
    "SELECT count(*), sum(length(step)) FROM touches",
)
MERCHANT = Merchant("Europe/Berlin", "EUR", Rates(NOW.date(), "none", {}))
PARTS: dict[str, Callable[[Connection, People], object]] = {
    "orders of each arm": counts.counted,
    "who converted, and when": tallies,
    "money": _money,
    "credit": credits,
    "messages": letters,
}
WHOLES: dict[str, Callable[[Connection], object]] = {
    "one bare pass over these tables": lambda c: [c.execute(text(one)).all() for one in BARE],
    "reached after all": lambda c: reached(c, Question(NOW)),
    "the whole report": lambda c: report(c, NOW, Costs()),
    "by week": lambda c: breakdown(c, Question(NOW), [Part.WEEK], MERCHANT),
}


def main() -> None:
    """Run and print."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    count, postgres = numbers[0] if numbers else 1_000_000, "--postgres" in sys.argv
    with database(postgres=postgres) as engine:
        remember(engine, count)
        tidy(engine)
        figures: dict[str, float] = {"enrolments": count}
        with counting(engine) as connection, ExitStack() as stack:
            with timed(figures, "gathering everybody"):
                people = stack.enter_context(gathered(connection, Question(NOW)))
            for name, part in PARTS.items():
                with timed(figures, name):
                    part(connection, people)
        for name, whole in WHOLES.items():
            with counting(engine) as connection, timed(figures, name):
                whole(connection)
        figures["memory of Python, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"measuring ({'PostgreSQL' if postgres else 'SQLite'})", figures)


@contextmanager
def timed(figures: dict[str, float], name: str) -> Iterator[None]:
    """Note what the block takes by the clock, and of our own CPU: SQLite works in our process."""
    start, ours = perf_counter(), process_time()
    yield
    figures[f"{name}, s"] = perf_counter() - start
    figures[f"{name}, CPU s"] = process_time() - ours


if __name__ == "__main__":
    main()
