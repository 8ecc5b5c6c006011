"""Planning: two of three unpaid orders enrolled, three touches each (goal: 1,500,000 orders).

Prints seconds of the engine's planner, of bare SQL that writes the same rows into the same tables
with the same indexes, and the ratio; each in its own fresh database.

    python -m benchmarks.planning [ORDERS]           (SQLite)
    python -m benchmarks.planning [ORDERS] --postgres
"""

import resource
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import perf_counter

from sqlalchemy import Engine, text

from benchmarks.support import database, say, tidy
from recovery.campaign.loader import parse_campaign
from recovery.db import bulk_load, reading, stored_time, writing
from recovery.markets.rates import load_rates
from recovery.planner.enrol import enrol

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MARKETS = ("US", "GB", "DE", "FR", "ES", "BR", "JP", "NO", "PL")  # the last is not asked for
CURRENCIES = ("USD", "GBP", "EUR", "EUR", "EUR", "BRL", "JPY", "NOK", "PLN")

CAMPAIGN = """
campaign: unpaid
status: active
trigger: {on: unpaid, after: 1h, not_after: 30d}
goal: {paid_within: 7d}
holdout: 10%
segments:
  - {segment: dear, market: [US, GB, DE, FR, ES, BR, JP, NO], amount: {from: 150 USD},
     customer: [returning, vip], sequence: plain}
  - {segment: rest, market: [US, GB, DE, FR, ES, BR], sequence: {plain: 50%, shipping: 50%}}
sequences:
  plain: [{step: one, after: 0m, email: a}, {step: two, after: 1d, email: b},
          {step: three, after: 3d, sms: c}]
  shipping: [{step: one, after: 0m, email: a}, {step: two, after: 1d, email: b},
             {step: three, after: 3d, email: d, offer: ship}]
offers:
  ship: {kind: free_shipping, worth: 8 USD, valid: 72h}
"""


def fill(engine: Engine, orders: int) -> None:
    """`orders` unpaid orders of as many customers, two thirds of which the campaign wants."""
    with writing(engine) as connection:
        at = stored_time(connection, NOW - timedelta(days=2))
        bulk_load(
            connection,
            "customers",
            (
                "id",
                "key",
                "source",
                "external_id",
                "email_consent",
                "sms_consent",
                "email_consent_at",
                "sms_consent_at",
            ),
            (
                (n, f"shop:c{n}", "shop", f"c{n}", "marketing", "none", at, at)
                for n in range(1, orders + 1)
            ),
        )
        columns = (
            "id", "source", "external_id", "customer_id", "status", "placed_at", "updated_at",
            "unpaid_since", "amount_minor", "currency", "country", "email", "locale", "timezone",
            "timezone_source", "customer_type", "customer_type_given", "email_consent",
            "sms_consent", "items",
        )  # fmt: skip
        bulk_load(connection, "orders", columns, (_order(n, at) for n in range(1, orders + 1)))


def _order(n: int, at: object) -> tuple[object, ...]:
    market = n % len(MARKETS)
    wanted = n % 3 != 0
    return (
        n, "shop", f"o{n}", n, "pending", at, at, at, 1_000 + n * 7_919 % 50_000,
        CURRENCIES[market] if wanted else "PLN", MARKETS[market % 6] if wanted else "PL",
        f"c{n}@example.com", "en-US", "America/New_York", "market",
        ("new", "returning", "vip")[n % 3], False, "marketing", "none", "[]",
    )  # fmt: skip


def bare(engine: Engine) -> None:
    """The floor: copy what the planner wrote, row by row the same, into empty tables."""
    with writing(engine) as connection:
        for name in ("enrolments", "touches"):
            connection.execute(text(f"INSERT INTO {name} SELECT * FROM kept_{name} ORDER BY id"))


def keep_and_empty(engine: Engine) -> None:
    with writing(engine) as connection:
        for name in ("enrolments", "touches"):
            connection.execute(text(f"CREATE TABLE kept_{name} AS SELECT * FROM {name}"))
        for name in ("touches", "enrolments"):
            connection.execute(text(f"DELETE FROM {name}"))
    tidy(engine)


@contextmanager
def timed(results: dict[str, float], name: str):
    start = perf_counter()
    yield
    results[name] = perf_counter() - start


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    orders = numbers[0] if numbers else 300_000
    loaded, took = parse_campaign(CAMPAIGN, "bench.yaml"), {}
    with database(postgres="--postgres" in sys.argv) as engine:
        fill(engine, orders)
        tidy(engine)
        rates = load_rates(NOW.date(), None)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with timed(took, "planner"), writing(engine) as connection:
            plan = enrol(connection, [loaded], NOW, rates)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with reading(engine) as connection:
            touches = connection.execute(text("SELECT count(*) FROM touches")).scalar_one()
        keep_and_empty(engine)
        with timed(took, "bare"):
            bare(engine)
    enrolled = sum(plan.enrolled["unpaid"].values())
    say(
        f"planning ({'PostgreSQL' if '--postgres' in sys.argv else 'SQLite'})",
        {
            "orders": orders,
            "enrolled": enrolled,
            "touches": touches,
            "planner s": took["planner"],
            "bare SQL s": took["bare"],
            "ratio": took["planner"] / took["bare"],
            "enrolled/s": enrolled / took["planner"],
            "memory MB": memory / 1024,
            "memory before MB": before / 1024,
        },
    )


if __name__ == "__main__":
    main()
