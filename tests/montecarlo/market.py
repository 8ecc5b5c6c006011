"""The simulated order market, played by the real engine: is the report true of it?

One market, one campaign, a hold-out of 30 %; in one world messages win a part of those who would
not have paid, in the other they do nothing at all. What is true is the market's own.
"""

import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from shutil import copytree
from statistics import fmean, stdev

from recovery.measure.evidence.credit import Rule
from recovery.measure.judging import Verdict
from recovery.settings import load_settings
from recovery.simulate.play import Ask, simulate
from recovery.simulate.scenarios import read_scenario
from tests.montecarlo.chance import about, most
from tests.montecarlo.check import Check, Seen, between
from tests.support.campaigns import a_campaign
from tests.support.cli import ROOT

ORDERS, DAYS = 700, 3
CAMPAIGN = a_campaign(
    trigger="{on: unpaid, after: 1h}",
    goal="{paid_within: 7d}",
    holdout="30%",
    sequences={
        "plain": [
            "{step: first, after: 0m, email: unpaid-reminder}",
            "{step: second, after: 1d, email: unpaid-reminder}",
        ]
    },
)
WORLD = """
like: base
scenario: planted
title: {en: Planted, zh: 已知效果}
about: {en: What a message wins is known., zh: 催付效果已知。}
runs: 6h
markets: {US: {causes: {distracted: 60%}}, DE: {share: 0%}, BR: {share: 0%}}
people: {again: 0%, office: 0%, email_consent: {marketing: 100%, transactional: 0%, none: 0%}}
causes: {distracted: {pays: 25%, hears: 1.0}}
messages: {email: {arrives: 100%, read: 100%, moves: [{until: 100d, wins: WINS}], then: WINS}}
"""
SETTLED = (Verdict.LIFT, Verdict.HARM)


@dataclass(frozen=True)
class Life:
    """One simulation: what the report says of its sequence, and what is true."""

    absolute: float
    looked: tuple[float, float]  # the interval of one look
    sequence: tuple[float, float]  # the interval that holds at every look
    settled: bool
    truth: float
    caused: int
    credited: int


def live(seed: int, wins: str) -> Life:
    """From the first order to the end of the last window."""
    with tempfile.TemporaryDirectory() as name:
        project = Path(name)
        copytree(ROOT / "templates", project / "templates")
        campaign, world = project / "planted.yaml", project / "world.yaml"
        campaign.write_text(CAMPAIGN, "utf-8")
        world.write_text(WORLD.replace("WINS", wins), "utf-8")
        ask = Ask(read_scenario(world), ORDERS, DAYS, seed)
        played = simulate(load_settings(project, {}), [campaign], ask)
    (row,) = (one for one in played.report.rows if not one.arm.holdout)
    effect, lift = played.effects[row.arm], row.lift
    assert lift is not None and lift.one_look is not None and lift.interval is not None
    assert lift.absolute is not None and effect.lift is not None
    return Life(
        absolute=lift.absolute,
        looked=(lift.one_look.low, lift.one_look.high),
        sequence=(lift.interval.low, lift.interval.high),
        settled=row.verdict in SETTLED,
        truth=effect.lift,
        caused=effect.caused,
        credited=sum(row.credits[Rule.LAST_TOUCH].values()),
    )


@cache
def lives(wins: str, times: int) -> list[Life]:
    """So many, each with a seed of its own; the checks look at the same ones."""
    with ProcessPoolExecutor() as pool:
        return list(pool.map(partial(live, wins=wins), range(times)))


def _covers(wins: str, interval: str, times: int) -> Seen:
    def holds(one: Life) -> bool:
        low, high = getattr(one, interval)
        return bool(low <= one.truth <= high)

    return Seen(fmean(map(holds, lives(wins, times))))


def _cries(times: int) -> Seen:
    return Seen(fmean(one.settled for one in lives("0%", times)))


def _unbiased(wins: str, times: int) -> Seen:
    """How far the mean of all reports is from the mean truth, in standard errors."""
    known = lives(wins, times)
    off = [one.absolute - one.truth for one in known]
    popular = sum(one.credited for one in known) / max(1, sum(one.caused for one in known))
    return Seen(abs(fmean(off)) / (stdev(off) / len(off) ** 0.5), popular)


WINS = "20%"
_SCENE = f"the simulated market, two messages, each wins {WINS} of those who would not pay, "
_NOTHING = "the simulated market, messages do nothing: "
CHECKS = (
    Check(
        "market",
        _SCENE + "one look: the interval holds the true effect",
        partial(_covers, WINS, "looked"),
        about,
        short=0,
        long=60,
    ),
    Check(
        "market",
        _SCENE + "every look: the interval holds the true effect",
        partial(_covers, WINS, "sequence"),
        lambda times: (about(times)[0], 1.0),
        short=4,
        long=60,
    ),
    Check(
        "market",
        _SCENE + "mean of the reports less the mean truth, in standard errors",
        partial(_unbiased, WINS),
        between(0, 3.3),
        short=4,
        long=60,
        popular="credited orders ÷ what was caused",
    ),
    Check("market", _NOTHING + "a verdict of lift or harm", _cries, most, short=4, long=60),
    Check(
        "market",
        _NOTHING + "one look: the interval holds zero",
        partial(_covers, "0%", "looked"),
        about,
        short=0,
        long=60,
    ),
)
