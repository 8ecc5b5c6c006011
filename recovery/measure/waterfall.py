"""From the money of an arm's customers to what the messages earned. Pure: a survey comes in."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from recovery.campaign.experiments import Decision, Rule
from recovery.measure.cash import Cash
from recovery.measure.evidence.purses import Purse
from recovery.measure.evidence.units import Arm
from recovery.measure.judging import Verdict, outcome
from recovery.measure.lift import Lift, stratified
from recovery.measure.stats import ALPHA, Interval, Moments
from recovery.measure.stats.anytime import sequence_of
from recovery.measure.stats.moments import mean
from recovery.measure.stats.tails import z_of
from recovery.measure.survey import Survey
from recovery.money import round_half_up


def waterfall(survey: Survey, arm: Arm, control: Arm, lift: Lift | None) -> tuple[Cash, ...]:
    """By currency of the orders, and of messages that are billed in another one; compared with what
    `control` left where there is a `lift`."""
    found = []
    ours = {key[2] for key in survey.purses if key[0] == arm}
    billed = {key[3] for key, minor in survey.bills.items() if key[0] == arm and minor}
    for currency in sorted(ours | billed):
        cash = Cash(
            currency,
            _purse(survey, arm, currency),
            round_half_up(_messages(survey, arm, currency)),
        )
        if lift is not None and lift.absolute is not None:
            cash = _against(survey, cash, arm, control, lift)
        found.append(cash)
    return tuple(found)


def _against(survey: Survey, cash: Cash, arm: Arm, control: Arm, lift: Lift) -> Cash:
    """With what as many of the hold-out left, compared within each design."""
    organic, here, there = 0.0, 0, 0
    for versions in survey.strata(arm[:2]):
        treated = _purse(survey, arm, cash.currency, versions)
        held = _purse(survey, control, cash.currency, versions)
        if treated.units and not held.units:
            return cash  # nobody of this currency was held out: nothing to compare with
        here, there = here + treated.units, there + held.units
        organic += held.net / held.units * treated.units if held.units else 0.0
    cash = replace(cash, organic=round_half_up(Decimal(repr(organic))))
    gained = cash.incremental or 0
    caused = (lift.absolute or 0.0) * here
    settled = lift.enough_data and outcome(lift) is Verdict.LIFT and caused > 0
    spent = cash.incentives + cash.messages
    return replace(
        cash,
        interval=_interval(survey, arm, control, cash),
        cap=_cap(survey, arm, cash.currency),
        holdout=round_half_up(Decimal(gained * there) / here) if here else None,
        per_order=round(spent / caused) if settled else None,
    )


def _interval(survey: Survey, arm: Arm, control: Arm, cash: Cash) -> Interval | None:
    """Of the incremental net, no customer counting for more than the cap; None where a few large
    orders would rule it."""
    capital = survey.capped.get((arm[:2], cash.currency))
    if capital is None:
        return None
    pairs = []
    for versions in survey.strata(arm[:2]):
        sides = []
        for one in (arm, control):
            purse = _purse(survey, one, cash.currency, versions)
            sums = [capital.sums.get((one, version), (0.0, 0.0)) for version in versions]
            bill = float(_messages(survey, one, cash.currency, versions, cash.currency))
            if purse.units > 1:
                total, squares = (sum(part) for part in zip(*sums, strict=True))
                left = mean(purse.units, total, squares)
                sides.append(replace(left, mean=left.mean - bill / purse.units))
        if len(sides) == 2:
            pairs.append((sides[0], sides[1]))
    several = sum(one[:2] == arm[:2] and not one.holdout for one in survey.arms())
    return (
        of_money(pairs, survey.designs.decision(arm.campaign), ALPHA / several) if pairs else None
    )


def of_money(
    pairs: Sequence[tuple[Moments, Moments]], decision: Decision, alpha: float = ALPHA
) -> Interval | None:
    """Of what all treated customers left more than as many of the hold-out; (treated, control) of
    each design, from sums in which nobody counts for more than the cap. Several sequences share
    5 %: `alpha` is one's part."""
    est, se = stratified(pairs)
    treated = sum(one.n for one, _ in pairs)
    if decision.rule is Rule.FIXED:
        return Interval(est - z_of(alpha) * se, est + z_of(alpha) * se).times(treated)
    everybody = treated + sum(one.n for _, one in pairs)
    found = sequence_of(est, se, everybody, decision.customers, alpha)
    if found.lo is None or found.hi is None:
        return None
    return Interval(found.lo, found.hi).times(treated)


def _cap(survey: Survey, arm: Arm, currency: str) -> int | None:
    capital = survey.capped.get((arm[:2], currency))
    return capital.cap if capital else None


def _purse(survey: Survey, arm: Arm, currency: str, versions: Sequence[int] | None = None) -> Purse:
    whole = Purse()
    for (one, version, money), part in survey.purses.items():
        if (one, money) == (arm, currency) and (versions is None or version in versions):
            whole.add(part)
    return whole


def _messages(
    survey: Survey,
    arm: Arm,
    currency: str,
    versions: Sequence[int] | None = None,
    orders: str | None = None,
) -> Decimal:
    """What the messages billed in a currency cost; of customers whose `orders` are in one."""
    return sum(
        (
            minor
            for (one, version, theirs, billed), minor in survey.bills.items()
            if (one, billed) == (arm, currency)
            and (versions is None or version in versions)
            and orders in (None, theirs)
        ),
        Decimal(0),
    )
