"""Putting the plan together: every question of this room asked once, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from recovery.campaign.loader import LoadedCampaign
from recovery.campaign.schema import Offer
from recovery.dispatch.brakes import Brakes
from recovery.dispatch.render import Renderer
from recovery.forecast import crowd, entries, flight, holdouts
from recovery.forecast.admission import admission
from recovery.forecast.arrivals import Arrivals, arrive
from recovery.forecast.campaigns import Book, campaign_plans
from recovery.forecast.crowd import Rules
from recovery.forecast.days import Days, Horizon, Tally
from recovery.forecast.entries import Cell
from recovery.forecast.ledger import Ledger, Promised
from recovery.forecast.legal import legal_notes
from recovery.forecast.outlook import Cost, Day, LegalNote, OfferPlan, Outlook
from recovery.forecast.samples import Bill, Kind, Samples, by_channel
from recovery.markets import load_markets
from recovery.markets.rates import Rates
from recovery.measure import counts
from recovery.measure.costs import Costs
from recovery.message import Channel
from recovery.money import Money
from recovery.planner.enrol import Plan
from recovery.problems import Problem


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Everything the plan depends on besides the database.

    `held`: campaigns that take nobody, and why. `was_live`: those of which some text was live
    before this transaction. `plan` is what it enrolled, with ids above `after`. `rates_at` are the
    exchange rates that a later run would take.
    """

    horizon: Horizon
    rules: Rules
    renderer: Renderer
    brakes: Callable[[datetime], Brakes]
    rates_at: Callable[[datetime], Rates]
    batch: int
    most: int | None
    costs: Costs
    loaded: Sequence[LoadedCampaign]
    held: Mapping[str, str]
    kept: frozenset[str]
    unread: frozenset[str]
    problems: Sequence[Problem]
    was_live: frozenset[str]
    after: int
    plan: Plan


def outlook(connection: Connection, given: Circumstances) -> Outlook:
    """Ask everything about now, where the transaction has enrolled; then let the days come."""
    horizon = given.horizon
    cells = entries.cells(connection, given.after)
    book, several = _book(connection, given, cells), entries.in_several(connection)
    ledger = Ledger.read(connection)
    left = _budgets(given, ledger)
    arrivals = arrive(connection, _taking(given), horizon, given.rates_at)
    days = _lived(connection, given, ledger)
    bills = days.samples.bills
    return Outlook(
        at=horizon.now,
        until=horizon.end,
        every=horizon.every,
        campaigns=campaign_plans(replace(book, arrivals=arrivals, notes=_notes(given, bills))),
        admission=book.admission,
        days=_days(horizon, days.tally, arrivals),
        tally=days.tally,
        bills=bills,
        costs=costs(bills, given.costs),
        offers=_offers(given, ledger, left),
        in_several=several,
        problems=given.problems,
        unwritten=sorted(days.samples.broken),
        without_rate=given.plan.without_rate,
        prices=given.costs,
    )


def _taking(given: Circumstances) -> list[LoadedCampaign]:
    """Campaigns that take orders."""
    return [one for one in given.loaded if one.campaign.campaign not in given.held]


def _lived(connection: Connection, given: Circumstances, ledger: Ledger) -> Days:
    """The days of the horizon, for everybody."""
    days = Days(
        horizon=given.horizon,
        rules=given.rules,
        brakes=given.brakes,
        batch=given.batch,
        most=given.most,
        ledger=ledger,
        samples=Samples(given.renderer),
    )
    now, every = given.horizon.now, given.horizon.every
    for wave in crowd.waves(connection, given.rules, given.after, now, every):
        days.live(wave)
    return days


def _book(connection: Connection, given: Circumstances, cells: Sequence[Cell]) -> Book:
    """What is known of the campaigns before the days come."""
    campaigns, now = [one.campaign for one in given.loaded], given.horizon.now
    groups = flight.in_flight(connection, given.after)
    return Book(
        loaded={one.campaign.campaign: one for one in given.loaded},
        kept=given.kept,
        was_live=given.was_live,
        published={one.campaign: one for one in given.plan.published},
        held=given.held,
        unread=given.unread,
        entries=entries.entries(cells),
        admission=admission(connection, campaigns, given.held, now, given.rules.rates, given.after),
        groups=groups,
        texts=flight.entered_with(connection, {one.version for one in groups}),
        promises=holdouts.promises(
            campaigns,
            entries.sizes(cells),
            holdouts.weekly_entries(connection, now),
            counts.count(connection, now),
        ),
    )


def _notes(given: Circumstances, bills: Mapping[Kind, Bill]) -> Mapping[str, Sequence[LegalNote]]:
    markets = given.rules.markets or load_markets()
    return legal_notes(_used(bills), markets, given.rules.class_of)


def _used(bills: Mapping[Kind, Bill]) -> list[Kind]:
    return [kind for kind, bill in bills.items() if bill.messages]


def _days(horizon: Horizon, tally: Tally, arrivals: Arrivals) -> list[Day]:
    sent: dict[date, dict[str, dict[Channel, int]]] = {day: {} for day in horizon.days()}
    for (day, campaign, channel), count in tally.sent.items():
        sent[day].setdefault(campaign, {})[channel] = count
    come: dict[date, dict[str, int]] = {day: {} for day in sent}
    for (day, campaign), count in arrivals.items():
        come[day][campaign] = count
    return [Day(day, campaigns, come[day]) for day, campaigns in sent.items()]


def costs(bills: Mapping[Kind, Bill], prices: Costs) -> list[Cost]:
    """What each channel costs at the prices of the settings."""
    units = by_channel(bills)
    found = []
    for channel, count in units.items():
        messages = sum(bill.messages for kind, bill in bills.items() if kind.channel is channel)
        price = prices.of(channel)
        found.append(Cost(channel, messages, count, price.times(count) if price else None))
    return found


def _budgets(given: Circumstances, ledger: Ledger) -> dict[tuple[str, str], Money]:
    """(Campaign, offer) → what its budget holds in the present period, before anything is sent."""
    return {
        (one.campaign.campaign, name): ledger.left(
            one.campaign.campaign, name, offer.budget, given.horizon.now
        )
        for one in given.loaded
        for name, offer in one.campaign.offers.items()
        if offer.budget is not None
    }


def _offers(
    given: Circumstances, ledger: Ledger, left: Mapping[tuple[str, str], Money]
) -> list[OfferPlan]:
    offers = {
        (one.campaign.campaign, name): offer
        for one in given.loaded
        for name, offer in one.campaign.offers.items()
    }
    places = [*offers, *(place for place in ledger.promised if place not in offers)]
    return [_offer(place, offers.get(place), ledger, left.get(place)) for place in places]


def _offer(
    place: tuple[str, str], offer: Offer | None, ledger: Ledger, left: Money | None
) -> OfferPlan:
    found = ledger.promised.get(place, Promised())
    budget = offer.budget if offer else None
    return OfferPlan(
        campaign=place[0],
        offer=place[1],
        coupons=found.coupons,
        refused=found.refused,
        worst=[Money(minor, currency) for currency, minor in sorted(found.worst.items())],
        budget=budget.amount if budget else None,
        period=budget.per.value if budget else None,
        left=left,
        dry_on=found.dry_since.date() if found.dry_since else None,
    )
