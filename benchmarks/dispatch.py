"""Dispatch: due touches in seven locales, an instant in-process sender, the whole path.

Prints messages a second of the engine (claim, situation, policies, coupon, render, every decision
and receipt written) and of rendering the same messages alone, in one process.

    python -m benchmarks.dispatch [TOUCHES] [--postgres]
"""

import sys
from datetime import UTC, datetime, timedelta
from time import perf_counter, process_time

from sqlalchemy import Engine as Database

from benchmarks.support import ROOT, database, say
from recovery.campaign.loader import parse_campaign
from recovery.db import bulk_load, reading, stored_time, writing
from recovery.dispatch.executor import Dispatcher
from recovery.dispatch.gather import gather
from recovery.dispatch.prepare import Workshop
from recovery.dispatch.render import Renderer
from recovery.dispatch.scripts import Scripts
from recovery.links import Links
from recovery.markets.rates import load_rates
from recovery.message import Channel, Receipt
from recovery.planner.enrol import enrol
from recovery.settings import load_settings
from recovery.template.catalog import Catalog

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PLACES = (
    ("US", "USD", "en-US", "America/New_York"),
    ("DE", "EUR", "de-DE", "Europe/Berlin"),
    ("FR", "EUR", "fr-FR", "Europe/Paris"),
    ("ES", "EUR", "es-ES", "Europe/Madrid"),
    ("BR", "BRL", "pt-BR", "America/Sao_Paulo"),
    ("JP", "JPY", "ja-JP", "Asia/Tokyo"),
    ("CN", "CNY", "zh-CN", "Asia/Shanghai"),
)
ITEMS = """[{"name": "Linen shirt, navy", "quantity": 1, "minor": 4900},
{"name": "Canvas belt", "quantity": 2, "minor": 1900}, {"name": "Wool socks", "quantity": 3,
"minor": 900}, {"name": "Gift box", "quantity": 1, "minor": 500}]"""
CAMPAIGN = """
campaign: failed
status: active
trigger: {on: payment_failed, after: 1h, not_after: 30d}
goal: {paid_within: 7d}
segments: [{segment: all, sequence: one}]
sequences:
  one: [{step: reminder, after: 0m, email: payment-failed}]
limits: {per_customer: 3 per week}
"""


class Instant:
    """A sender that takes everything at once."""

    name, channel, leaves_this_machine = "instant", Channel.EMAIL, False

    def send(self, message):
        return Receipt("instant", str(message.trace.touch_id))

    def close(self):
        pass


def fill(database: Database, orders: int, start: int = 1) -> None:
    """`orders` orders with a failed payment, four items each, of as many customers; ids from
    `start`."""
    with writing(database) as connection:
        at = stored_time(connection, NOW - timedelta(hours=20))
        customers = ("id", "key", "source", "external_id", "email_consent", "sms_consent")
        bulk_load(
            connection,
            "customers",
            (*customers, "email_consent_at", "sms_consent_at"),
            (
                (n, f"shop:c{n}", "shop", f"c{n}", "marketing", "marketing", at, at)
                for n in range(start, start + orders)
            ),
        )
        columns = (
            "id", "source", "external_id", "customer_id", "status", "placed_at", "updated_at",
            "unpaid_since", "amount_minor", "currency", "country", "email", "phone", "name",
            "locale", "timezone", "timezone_source", "customer_type", "customer_type_given",
            "failure_code", "failure_source", "failure_reason", "payment_method",
            "email_consent", "sms_consent", "items",
        )  # fmt: skip
        bulk_load(
            connection, "orders", columns, (_order(n, at) for n in range(start, start + orders))
        )


def _order(n: int, at: object) -> tuple[object, ...]:
    country, currency, locale, zone = PLACES[n % len(PLACES)]
    return (
        n, "shop", f"o{n}", n, "failed", at, at, at, 11_900 + n % 977, currency, country,
        f"c{n}@example.com", f"+1415555{n % 10_000:04}", "Ada Byron", locale, zone, "order",
        "returning", False, "expired_card", "stripe", "expired_card", "card",
        "marketing", "marketing", ITEMS,
    )  # fmt: skip


def dispatcher(engine: Database, sender: object, concurrency: int = 16) -> Dispatcher:
    """The engine's dispatcher with `sender` for both channels."""
    settings = load_settings(ROOT, {})
    renderer = Renderer(
        Catalog(ROOT / "templates"), Links("benchmark", "https://shop.example"), settings.shop
    )
    return Dispatcher(
        database=engine,
        workshop=Workshop(renderer, load_rates(NOW.date(), None), "benchmark"),
        scripts=Scripts({"failed": parse_campaign(CAMPAIGN, "bench.yaml").campaign}, []),
        senders={Channel.EMAIL: sender, Channel.SMS: sender},
        concurrency=concurrency,
        batch=500,
    )


def render_alone(engine: Database, count: int) -> tuple[float, float]:
    """Messages a second, and a second of CPU, when the same touches are only rendered."""
    work = dispatcher(engine, Instant())
    with reading(engine) as connection:
        batch = gather(
            connection, range(1, count + 1), NOW, work.scripts, work.workshop.renderer.class_of
        )
        situations = list(batch.situations())
    for situation in situations[:70]:
        work.workshop.renderer.render(situation, None, NOW)
    start, cpu = perf_counter(), process_time()
    for situation in situations:
        work.workshop.renderer.render(situation, None, NOW)
    wall, cpu = perf_counter() - start, process_time() - cpu
    return len(situations) / wall, len(situations) / cpu


def main() -> None:
    """Run and print."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    count, postgres = numbers[0] if numbers else 20_000, "--postgres" in sys.argv
    with database(postgres=postgres) as engine:
        fill(engine, count)
        with writing(engine) as connection:
            enrol(connection, [parse_campaign(CAMPAIGN, "bench.yaml")], NOW, load_rates(NOW.date()))
        alone, alone_of_cpu = render_alone(engine, min(count, 7_000))
        start, cpu = perf_counter(), process_time()
        outcome = dispatcher(engine, Instant()).run(NOW)
        rate = outcome.claimed / (perf_counter() - start)
        of_cpu = outcome.claimed / (process_time() - cpu)
    say(
        f"dispatch ({'PostgreSQL' if postgres else 'SQLite'})",
        {"touches": outcome.claimed, "rendering alone/s": alone, "whole path/s": rate,
         "share of rendering (goal: 0.5)": rate / alone,
         "  by CPU of this process": of_cpu / alone_of_cpu},
    )  # fmt: skip


if __name__ == "__main__":
    main()
