"""Small simulations for tests: a market with few runs a day, and campaigns to play in it."""

from collections.abc import Sequence
from pathlib import Path

from recovery.settings import Settings, load_settings
from recovery.simulate.gist import Gist, Outcome, Place
from recovery.simulate.play import Ask
from recovery.simulate.scenarios import find_scenario
from tests.support.cli import ROOT

ORDERS, DAYS = 150, 2
TINY = "like: classroom-first-reminder\nscenario: tiny\nruns: 6h\n"
CAMPAIGN = """\
campaign: {name}
description: One reminder
status: active
trigger: {{on: unpaid, after: 3h, not_after: 5d}}
goal: {{paid_within: {window}}}
holdout: {holdout}
segments:
  - {{segment: everyone, market: [{market}], sequence: one}}
sequences:
  one:
    # What the author thought.
    - {{step: reminder, after: {after}, email: unpaid-reminder}}
"""


def settings() -> Settings:
    """Of this repository's project, whatever the environment says."""
    return load_settings(ROOT, {})


def scenario_file(folder: Path, more: str = "") -> Path:
    """A scenario that is played in a second, with `more` lines."""
    file = folder / "tiny.yaml"
    file.write_text(TINY + more, "utf-8")
    return file


def ask(folder: Path, more: str = "", orders: int = ORDERS, days: int = DAYS, seed: int = 1) -> Ask:
    """A question about that scenario."""
    return Ask(find_scenario(str(scenario_file(folder, more))), orders, days, seed)


def campaign_file(folder: Path, name: str = "unpaid", **values: str) -> Path:
    """A campaign with one step, in a file of its name."""
    told = {"after": "0m", "window": "3d", "market": "US", "holdout": "10%"} | values
    file = folder / f"{name}.yaml"
    file.write_text(CAMPAIGN.format(name=name, **told), "utf-8")
    return file


def gist(values: Sequence[float], seed: int = 1, orders: int = 1000, paid: bool = True) -> Gist:
    """A simulation in which each customer, one after the other, came to so many points."""
    score = {"points": sum(values), "net": sum(values), "annoyance": 0.0, "breaches": 0.0}
    day = {"day": 1, "orders": len(values), "recovered": 0, "caused": 0, "lost": 0}
    payload = {
        "scenario": "tiny",
        "orders": orders,
        "days": 2,
        "campaigns": ["one"],
        "enrolled": len(values),
        "messages": {"email": 1, "sms": 0, "task": 0},
        "opt_outs": 0,
        "complaints": 0,
        "after_payment": 0,
        "score": score,
        "curve": [day],
    }
    found = {f"o{n}": Outcome(f"p{n}", paid, one, 0.0) for n, one in enumerate(values)}
    return Gist(Place("tiny", orders, 2, seed), payload, found)
