"""What all campaigns cause together, and whether offers teach people to abandon.

The global hold-out is drawn anew each quarter: its quarters are strata, and so are the shares by
which one was drawn. Customers who never get an offer are drawn once, before anybody abandons: only
they can show what offers do to those who would have paid at once. That needs a feed of all orders,
not of the unpaid ones only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from recovery.campaign.experiments import Decision
from recovery.draws import SLOTS
from recovery.measure import stats
from recovery.measure.designs import Designs
from recovery.measure.evidence.layered import (
    Quarter,
    Shoppers,
    Sums,
    paid_at_once,
    quarters,
    shoppers,
)
from recovery.measure.evidence.units import Question
from recovery.measure.judging import Health, Verdict, balance, judge
from recovery.measure.lift import Lift, Stratum, lifts
from recovery.measure.stats import Effect
from recovery.measure.stats.moments import mean

PAID_AT_ONCE = 0.2  # of all orders: a feed with fewer leaves out those that were simply paid


@dataclass(frozen=True, slots=True)
class Everything:
    """All campaigns against nothing at all."""

    quarters: tuple[Quarter, ...]
    lift: Lift | None
    verdict: Verdict
    share: float | None  # held out, as the newest version says
    srm_p: float | None


@dataclass(frozen=True, slots=True)
class Offers:
    """Customers who may get offers against those who never do; differences are with − without.

    `measured` is False where the feed lacks orders that were simply paid; then all else is None.
    """

    measured: bool
    active: tuple[int, int] = (0, 0)  # with, without
    abandonments: Effect | None = None  # for each active customer
    net: tuple[tuple[str, Effect], ...] = ()  # for each active customer, minor units by currency


def everything(connection: Connection, question: Question, designs: Designs) -> Everything | None:
    """The global hold-out's report; None where nobody was ever held out globally."""
    found = quarters(connection, question, designs.global_shares())
    if not found:
        return None
    drawn = designs.sharing("global_holdout")
    share = drawn[0] / SLOTS if drawn else None
    strata = [Stratum(one.reached, one.held_out) for one in found]
    shares = {"all": 1 - share} if share else {}
    lift = lifts({"all": strata}, Decision(), shares)["all"]
    p = _sizes(found)
    verdict = judge(lift, Health(srm_p=p), draws=True, over=False)
    return Everything(tuple(found), lift, verdict, share, p)


def offers(connection: Connection, question: Question, designs: Designs) -> Offers | None:
    """The no-incentive hold-out's report; None where it is not drawn."""
    drawn = designs.sharing("no_incentive")
    if drawn is None:
        return None
    share, since = drawn
    if paid_at_once(connection, since, question.now) < PAID_AT_ONCE:
        return Offers(measured=False)
    sides = shoppers(connection, share, since, question.now)
    given, never = sides[False], sides[True]
    if min(given.active, never.active) < 2:
        return Offers(measured=True, active=(given.active, never.active))
    return Offers(
        measured=True,
        active=(given.active, never.active),
        abandonments=_difference(given.abandonments, never.abandonments),
        net=tuple(
            (currency, _difference(_of(given, currency), _of(never, currency)))
            for currency in sorted({*given.net, *never.net})
        ),
    )


def _of(side: Shoppers, currency: str) -> Sums:
    """Who bought nothing in a currency left nothing in it."""
    return side.net.get(currency, Sums(side.active))


def _difference(given: Sums, never: Sums) -> Effect:
    return stats.asymptotic_cs(
        mean(never.n, never.sum, never.squares), mean(given.n, given.sum, given.squares)
    )


def _sizes(found: Sequence[Quarter]) -> float | None:
    """p of both sides' sizes, of everybody whose share is known."""
    counted, expected = [0, 0], [0.0, 0.0]
    for one in found:
        if one.share is not None:
            held, drawn = one.share / SLOTS, sum(one.drawn)
            counted = [sum(pair) for pair in zip(counted, one.drawn, strict=True)]
            expected = [expected[0] + drawn * (1 - held), expected[1] + drawn * held]
    return balance(counted, expected)
