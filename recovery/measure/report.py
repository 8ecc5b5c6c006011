"""The report: the rate of each sequence, and its lift against the hold-out of its own segment.

Recovery rate = enrolled orders paid within the goal window after enrolment ÷ enrolled orders
whose window is over. Lift is measured on customers, each at the first enrolment in the segment.
Everyone enrolled counts, sent to or not (intention to treat).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from recovery.campaign.experiments import Decision
from recovery.campaign.schema import Status
from recovery.measure import stats
from recovery.measure.across import Everything, Offers, everything, offers
from recovery.measure.cash import Cash
from recovery.measure.comparing import Compared, Early, compare
from recovery.measure.costs import Costs
from recovery.measure.counts import Counts
from recovery.measure.evidence.credit import Rule
from recovery.measure.evidence.repeats import Repeats
from recovery.measure.evidence.tallies import Tally
from recovery.measure.evidence.units import Arm, Question
from recovery.measure.journey import Hazard, hazards
from recovery.measure.judging import Health, Verdict, judge, outcome
from recovery.measure.lift import Lift
from recovery.measure.stats import Interval, Proportion
from recovery.measure.stats.moments import ratio
from recovery.measure.steps import StepTest, step_tests
from recovery.measure.survey import Survey, survey
from recovery.message import Channel
from recovery.money import Money, digits, round_half_up

__all__ = ["Arm", "Balance", "Lift", "Report", "Row", "Verdict", "report"]


@dataclass(frozen=True, slots=True)
class Balance:
    """One currency's money: net = recovered − incentives − messages − refunded."""

    recovered: Money
    incentives: Money
    messages: Money
    refunded: Money

    @property
    def net(self) -> Money:
        """What is left."""
        return self.recovered - self.incentives - self.messages - self.refunded


@dataclass(frozen=True, slots=True)
class Row:
    """One arm. `lift` is None for a hold-out, and for a sequence whose segment has none."""

    arm: Arm
    enrolled: int
    mature: Proportion  # recovered orders, of those whose window is over
    interval: Interval | None  # of that rate, orders of one customer hanging together
    lift: Lift | None
    verdict: Verdict
    touches: Mapping[str, int]
    money: tuple[Balance, ...]  # of orders, by currency
    people: Tally  # customers, each at the first enrolment
    early: Early  # before the first message was due, and after
    cash: tuple[Cash, ...]  # of customers, by currency
    health: Health
    credits: Mapping[Rule, Counter[str]]
    stages: tuple[Hazard, ...]
    decision: Decision
    window: timedelta | None  # the goal window; None where no version can be read
    owner: str | None = None

    @property
    def rate(self) -> float | None:
        """Recovery rate; None while no window is over."""
        return self.mature.rate if self.mature.total else None

    @property
    def outcome(self) -> Verdict | None:
        """On which side of zero the lift lies, where a verdict was reached."""
        settled = self.verdict in (Verdict.FINAL, Verdict.LIFT, Verdict.HARM)
        if self.verdict is Verdict.HARM:
            return Verdict.HARM
        return outcome(self.lift) if settled and self.lift else None


@dataclass(frozen=True, slots=True)
class Report:
    """Every arm at one instant; sequences by name, each segment's hold-out after them."""

    at: datetime
    rows: tuple[Row, ...]
    steps: tuple[StepTest, ...] = ()
    everything: Everything | None = None  # all campaigns against nothing at all
    offers: Offers | None = None  # who may get offers against who never does

    def payload(self) -> dict[str, Any]:
        """The JSON of `recovery report --json`."""
        from recovery.measure.payload import payload

        return payload(self)


def report(
    connection: Connection, now: datetime, costs: Costs, campaign: str | None = None
) -> Report:
    """Count and compare, as of `now`; of one `campaign` or of all."""
    question = Question(now, campaign)
    found = survey(connection, question, costs)
    compared = {arm[:2]: compare(found, arm[:2]) for arm in found.arms()}
    return Report(
        at=now,
        rows=tuple(_row(found, compared[arm[:2]], arm, costs) for arm in found.arms()),
        steps=tuple(step_tests(connection, now, campaign)),
        everything=everything(connection, question, found.designs),
        offers=offers(connection, question, found.designs),
    )


def _row(found: Survey, compared: Compared, arm: Arm, costs: Costs) -> Row:
    counted, newest = found.orders[arm], found.designs.newest(arm.campaign)
    seen, people = Proportion(counted.recovered, counted.mature), found.tally(arm)
    lift = compared.lifts.get(str(arm.sequence))
    over = newest is not None and newest.status is Status.ENDED and _all_mature(found, arm)
    verdict = judge(lift, compared.health, draws=found.designs.draws(arm.campaign), over=over)
    trusted = verdict not in (Verdict.SRM_FAIL, Verdict.CONTAMINATED)
    return Row(
        arm=arm,
        enrolled=counted.enrolled,
        mature=seen,
        interval=clustered(seen, found.repeats.get(arm)),
        lift=None if arm.holdout or lift is None else lift if trusted else lift.silent(),
        verdict=verdict,
        touches={channel: found.letters.sent[arm][channel] for channel in Channel},
        money=_balances(counted, found.letters.parts[arm], costs),
        people=people,
        early=compared.early[arm],
        cash=tuple(one if trusted else one.silent() for one in compared.cash[arm]),
        health=compared.health,
        credits={rule: one.get(arm, Counter()) for rule, one in found.credits.items()},
        stages=() if arm.holdout else hazards(found, arm, Arm(*arm[:2], None, holdout=True)),
        decision=found.designs.decision(arm.campaign),
        window=newest.window if newest else None,
        owner=newest.owner if newest else None,
    )


def _all_mature(found: Survey, arm: Arm) -> bool:
    return all(
        one.enrolled == one.mature for other, one in found.orders.items() if other[:2] == arm[:2]
    )


def clustered(seen: Proportion, repeats: Repeats | None) -> Interval | None:
    """Wilson's interval of a rate of orders, of as many independent ones as these are worth: a
    customer's orders hang together (design effect, L. Kish, 1965)."""
    if not seen.total:
        return None
    count, total, worth = seen.count, seen.total, 1.0
    if repeats is not None and 1 < repeats.customers < repeats.d and 0 < count < total:
        r = repeats
        whole = ratio(r.customers, r.m, r.mm, r.d, r.dd, r.md)
        alone = seen.rate * (1 - seen.rate) / total
        worth = max(1.0, (whole.variance or 0.0) / whole.n / alone)
    return stats.wilson(count / worth, total / worth).interval


def _balances(
    counted: Counts, parts: Mapping[tuple[str, str], int], costs: Costs
) -> tuple[Balance, ...]:
    """A message billed in another currency than the orders makes a row of its own."""
    exact: dict[str, Decimal] = {}
    for (channel, country), units in parts.items():
        if (price := costs.of(Channel(channel), country)) and units:
            exact[price.currency] = exact.get(price.currency, Decimal(0)) + price.each * units
    return tuple(
        Balance(
            recovered=Money(counted.money[currency].recovered, currency),
            incentives=Money(counted.money[currency].incentives, currency),
            messages=_rounded(exact.get(currency, Decimal(0)), currency),
            refunded=Money(counted.money[currency].refunded, currency),
        )
        for currency in sorted({*counted.money, *exact})
    )


def _rounded(exact: Decimal, currency: str) -> Money:
    """Prices may be finer than a cent: only their sum is rounded."""
    return Money(round_half_up(exact.scaleb(digits(currency))), currency)
