"""What the rules of the markets forbid, foretold from campaign files; the gate is at dispatch."""

from collections.abc import Callable, Collection, Iterator, Sequence

from recovery.campaign.loader import Reading
from recovery.campaign.schema import Campaign, Step
from recovery.campaign.tree import Tree
from recovery.markets import Markets, countries
from recovery.markets.limits import sms_full
from recovery.meaning.reach import sure
from recovery.message import Channel
from recovery.problems import Problem, problem
from recovery.sms import has_link
from recovery.template.catalog import Catalog
from recovery.template.errors import TemplateError
from recovery.template.sample import sample

NAMED = 5  # markets in one sentence


def lawful(reading: Reading, catalog: Catalog, markets: Markets) -> Reading:
    """The reading with what the markets' rules have against it; an error stops the campaign."""
    if reading.part is None:
        return reading
    campaign, tree = reading.part.campaign, reading.part.places()
    for name, steps in campaign.sequences.items():
        _links(tree, campaign, name, markets, lambda template: _linked(catalog, template))
        _texts(tree, campaign, name, steps, markets)
    return reading.judged(tree.problems)


def own_rules(markets: Markets) -> list[Problem]:
    """What is wrong in the merchant's own files, and what of it loosens a rule."""
    found = markets.problems
    for one in markets.sheets:
        changed = markets.rules(one.market).changes if one.market and one.content else ()
        for change in changed:
            if change.loosens:
                place, road = one.place(change.road), tuple(change.road.split("."))
                fact, before = change.road, change.shipped
                found.append(problem("CR201", one.file, place, road, fact=fact, shipped=before))
    return found


def _links(
    tree: Tree, campaign: Campaign, name: str, markets: Markets, linked: Callable[[str], bool]
) -> None:
    for number, step in enumerate(campaign.sequences[name]):
        if step.channel is not Channel.SMS:
            continue
        reached = _reached(campaign, name, step)
        blocked = [one for one in reached if not markets.rules(one).sms_links]
        if blocked and linked(step.template):
            road = ("sequences", name, number, "sms")
            code = "CR202" if len(blocked) == len(reached) else "CR203"
            tree.report(code, tree.value(road), road, markets=_told(blocked))


def _texts(
    tree: Tree, campaign: Campaign, name: str, steps: Sequence[Step], markets: Markets
) -> None:
    """SMS that come after as many others as the market stands, whatever happens."""
    for number, step in enumerate(steps):
        if step.channel is not Channel.SMS:
            continue
        before = [one for one in steps[:number] if one.channel is Channel.SMS]
        told = {
            country: {Channel.SMS: sum(sure(one, country) for one in before)}
            for country in _reached(campaign, name, step)
        }
        full = [one for one in told if sms_full(markets.rules(one), told[one])]
        if full:
            road, limit = ("sequences", name, number, "sms"), markets.rules(full[0]).sms_per_order
            count = told[full[0]][Channel.SMS] + 1
            at, named = tree.value(road), _told(full)
            tree.report("CR204", at, road, count=count, markets=named, limit=limit)


def _reached(campaign: Campaign, name: str, step: Step) -> list[str]:
    """The markets whose customers can come to a step; all there are where nothing is said."""
    segments = [one for one in campaign.segments if name in dict(one.sequence)]
    found = {country for one in segments for country in one.market or countries()}
    only = step.if_.market if step.if_ is not None else None
    return sorted(found.intersection(only) if only else found)


def _linked(catalog: Catalog, template: str) -> bool:
    return any(has_link(body) for body in _bodies(catalog, template))


def _bodies(catalog: Catalog, template: str) -> Iterator[str]:
    try:
        locales: Collection[str] = catalog.message(template).locales(Channel.SMS)
        for locale in sorted(locales):
            yield catalog.sms(template, sample(locale)).body
    except TemplateError:
        return  # told with the templates' own mistakes


def _told(markets: list[str]) -> str:
    more = len(markets) - NAMED
    return ", ".join(markets[:NAMED]) + (f" +{more}" if more > 0 else "")
