"""Simulating: made-up shoppers in a market of the United States, three messages an order.

Prints simulated days a second, messages a second of the whole simulation beside those of the
engine's own dispatcher in the same process, and the memory that it took.

    python -m benchmarks.simulating [ORDERS [DAYS]]           (2,000 in 30 days)
"""

import resource
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.dispatch import CAMPAIGN, NOW, Instant, dispatcher, fill
from benchmarks.support import ROOT, database, say
from recovery.campaign.loader import parse_campaign
from recovery.db import writing
from recovery.markets.rates import load_rates
from recovery.planner.enrol import enrol
from recovery.settings import load_settings
from recovery.simulate.play import Ask, simulate
from recovery.simulate.scenarios import find_scenario

THREE = """
campaign: unpaid
status: active
trigger: {on: unpaid, after: 1h, not_after: 5d}
goal: {paid_within: 7d}
holdout: 10%
segments: [{segment: all, sequence: three}]
sequences:
  three:
    - {step: first, after: 0m, email: unpaid-reminder}
    - {step: second, after: 1d, email: last-call}
    - {step: third, after: 3d, email: last-call}
"""


def simulated(orders: int, days: int) -> dict[str, float]:
    """Figures of one simulation."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "unpaid.yaml"
        file.write_text(THREE, "utf-8")
        ask = Ask(find_scenario("united-states"), orders, days, seed=1)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = perf_counter()
        played = simulate(load_settings(ROOT, {}), [file], ask)
        took = perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lived = (played.ends - ask.scenario.start).total_seconds() / 86_400
    messages = sum(played.counts.messages.values())
    return {
        "orders": orders,
        "days, with the last windows": lived,
        "runs of the engine": played.runs,
        "messages": messages,
        "seconds": took,
        "simulated days/s": lived / took,
        "orders/s": orders / took,
        "messages/s": messages / took,
        "ms a run": took / played.runs * 1000,
        "memory MB": memory / 1024,
        "memory before MB": before / 1024,
    }


def dispatched(count: int) -> float:
    """Messages a second of the dispatcher alone, as benchmarks/dispatch.py measures it."""
    with database(postgres=False) as engine:
        fill(engine, count)
        with writing(engine) as connection:
            enrol(connection, [parse_campaign(CAMPAIGN, "bench.yaml")], NOW, load_rates(NOW.date()))
        start = perf_counter()
        outcome = dispatcher(engine, Instant(), concurrency=1).run(NOW)
        return outcome.claimed / (perf_counter() - start)


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    orders, days = (*numbers, *(2000, 30)[len(numbers) :])[:2]
    figures = simulated(orders, days)
    alone = dispatched(min(5000, max(14, orders)))
    share = figures["messages/s"] / alone
    say("simulating", {**figures, "dispatching alone/s": alone, "share of dispatching": share})


if __name__ == "__main__":
    main()
