"""Messages of steps: offers, languages, and how many notices a market takes for a service."""

from collections import Counter
from collections.abc import Iterable, Sequence

from recovery.campaign.problems import Related, Road
from recovery.campaign.schema import Campaign, Step, TriggerOn
from recovery.campaign.tree import Tree
from recovery.i18n import say
from recovery.markets import Markets, market
from recovery.markets.limits import service_full
from recovery.meaning.reach import Paths, Reach, meet
from recovery.meaning.voices import Voices
from recovery.message import Channel, MessageClass

_SHOWN = 6  # markets in one sentence


def check(campaign: Campaign, tree: Tree, paths: Paths, voices: Voices, markets: Markets) -> None:
    """Report offers in service messages, languages that lack, and one notice too many."""
    basket = campaign.trigger.on is TriggerOn.CART
    foreign = set[str]()  # templates that were told of once
    for name, steps in campaign.sequences.items():
        for number, step in enumerate(steps):
            if step.channel is Channel.TASK:
                continue
            road = ("sequences", name, number, str(step.channel))
            reached = paths.reach(name, step)
            _offer(tree, road, step, voices)
            if step.template not in foreign and _language(tree, road, step, reached, voices):
                foreign.add(step.template)
            if _is_notice(step, voices):
                before, there = _notices(step, steps[:number], voices), sorted(reached.markets)
                _too_many(tree, road, step, before, there, markets, basket=basket)


def _offer(tree: Tree, road: Road, step: Step, voices: Voices) -> None:
    if step.offer is None or voices.message_class(step.template) is not MessageClass.SERVICE:
        return
    here = (*road[:-1], "offer")
    seen = (Related(tree.value(road), say("this calls itself a service message")),)
    tree.report("CR069", tree.value(here), here, related=seen, given=step.template)


def _language(tree: Tree, road: Road, step: Step, reached: Reach, voices: Voices) -> bool:
    """Of the markets that somebody named, those that would read another language than theirs."""
    named = sorted(reached.markets) if reached.named else []
    foreign = [one for one in named if _is_foreign(voices, step, one)]
    if foreign:
        tree.report("CR070", tree.value(road), road, given=step.template, markets=_told(foreign))
    return bool(foreign)


def _is_foreign(voices: Voices, step: Step, country: str) -> bool:
    home = market(country)
    return home is not None and voices.lacks(step.template, step.channel, home.locale)


def _is_notice(step: Step, voices: Voices) -> bool:
    is_message = step.channel is not Channel.TASK and step.offer is None
    return is_message and voices.message_class(step.template) is MessageClass.SERVICE


def _notices(step: Step, before: Sequence[Step], voices: Voices) -> Counter[Channel]:
    """The notices that one order can have had before a step, as far as their markets tell."""
    return Counter(one.channel for one in before if _is_notice(one, voices) and meet(one, step))


def _too_many(
    tree: Tree,
    road: Road,
    step: Step,
    before: Counter[Channel],
    reached: Iterable[str],
    markets: Markets,
    *,
    basket: bool,
) -> None:
    rules = {one: markets.rules(one) for one in reached}
    full = [one for one in rules if service_full(rules[one], before, step.channel, basket=basket)]
    if full:
        count, told = rules[full[0]].service_messages, _told(full)
        tree.report("CR071", tree.value(road), road, given=step.step, markets=told, count=count)


def _told(markets: Sequence[str]) -> str:
    more = len(markets) - _SHOWN
    return ", ".join(markets[:_SHOWN]) + (f" +{more}" if more > 0 else "")
