"""Foretelling: `recovery plan` for unpaid orders of whom two thirds would enter, three steps each.

Prints seconds of the whole plan (enrolling included, all rolled back), of the planner alone on the
same orders, and the ratio; and what the process needed.

    python -m benchmarks.forecast [ORDERS]           (SQLite)
    python -m benchmarks.forecast [ORDERS] --postgres
"""

import resource
import shutil
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter

from benchmarks.planning import CAMPAIGN, NOW, fill
from benchmarks.support import ROOT, database, say, tidy
from recovery.campaign.loader import parse_campaign
from recovery.clock import VirtualClock
from recovery.db import writing
from recovery.engine import Engine
from recovery.foresight import foresee
from recovery.markets.rates import load_rates
from recovery.planner.enrol import enrol
from recovery.settings import load_settings

WORDS = {
    "email: a": "email: unpaid-reminder",
    "email: b": "email: cart-waiting",
    "email: d": "email: last-call",
    "sms: c": "sms: unpaid-reminder",
}


class _Enough(Exception):
    """Raised to roll back."""


@contextmanager
def timed(results: dict[str, float], name: str):
    start = perf_counter()
    try:
        yield
    finally:
        results[name] = perf_counter() - start


def campaign() -> str:
    """The campaign of the planning benchmark, in the words of the shipped templates."""
    text = CAMPAIGN
    for old, new in WORDS.items():
        text = text.replace(old, new)
    return text


def project(folder: Path) -> Path:
    """A project with that campaign and the shipped templates."""
    shutil.copytree(ROOT / "templates", folder / "templates")
    (folder / "campaigns").mkdir()
    (folder / "campaigns" / "unpaid.yaml").write_text(campaign(), "utf-8")
    return folder


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    orders, took = (numbers[0] if numbers else 300_000), dict[str, float]()
    with database(postgres="--postgres" in sys.argv) as opened, tempfile.TemporaryDirectory() as at:
        fill(opened, orders)
        tidy(opened)
        rates, loaded = load_rates(NOW.date(), None), parse_campaign(campaign(), "unpaid.yaml")
        with suppress(_Enough), timed(took, "planner"), writing(opened) as connection:
            enrol(connection, [loaded], NOW, rates)
            raise _Enough
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        url = opened.url.render_as_string(hide_password=False)
        environ = {"RECOVERY_DATABASE_URL": url, "RECOVERY_SECRET_KEY": "a secret of the benchmark"}
        engine = Engine(load_settings(project(Path(at)), environ), VirtualClock(NOW))
        with timed(took, "plan"):
            plan = foresee(engine)
        engine.close()
    say(
        f"foretelling ({'PostgreSQL' if '--postgres' in sys.argv else 'SQLite'})",
        {
            "orders": orders,
            "would enter": plan.entering,
            "messages in two weeks": sum(plan.tally.sent.values()),
            "plan s": took["plan"],
            "planner s": took["planner"],
            "ratio": took["plan"] / took["planner"],
            "memory MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "memory before MB": before / 1024,
        },
    )


if __name__ == "__main__":
    main()
