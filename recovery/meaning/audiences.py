"""Segments against each other: one that can never match, two whose amounts cross by mistake.

The first segment that fits takes an order, so that a general one after a special one is as it
should be. What is told: a segment that earlier ones leave nothing, and two of the same customers
and reasons whose ranges of amounts cross without one holding the other.
"""

from recovery.campaign.problems import Related
from recovery.campaign.schema import Audience, Campaign, TriggerOn
from recovery.campaign.tree import Tree
from recovery.i18n import say
from recovery.meaning.earlier import EVERYWHERE, Earlier, range_of
from recovery.money import Money
from recovery.reasons import MEANINGS, FailureReason, reason_for


def check(campaign: Campaign, tree: Tree) -> None:
    """Report segments that can never match, and amounts that cross."""
    earlier = Earlier()
    for number, segment in enumerate(campaign.segments):
        countries = segment.market or [EVERYWHERE]
        takers = [earlier.takes(segment, country, number) for country in countries]
        if takers and all(taker is not None for taker in takers):
            _taken(campaign, tree, number, {one for one in takers if one is not None})
        else:
            _crossing(campaign, tree, earlier, number, countries)
        earlier.add(segment, number)
        _reasons(campaign, tree, number)


def _taken(campaign: Campaign, tree: Tree, number: int, takers: set[int]) -> None:
    road = ("segments", number, "segment")
    name, others = campaign.segments[number].segment, sorted(takers)
    first = tuple(
        Related(tree.value(("segments", one, "segment")), say("takes its orders first"))
        for one in others
    )
    taker = ", ".join(campaign.segments[one].segment for one in others)
    tree.report("CR060", tree.value(road), road, related=first, given=name, other=taker)


def _crossing(
    campaign: Campaign, tree: Tree, earlier: Earlier, number: int, countries: list[str]
) -> None:
    segment = campaign.segments[number]
    for country in countries:
        other = earlier.crossing(segment, country, number)
        if other is not None:
            road = ("segments", number, "amount")
            there = ("segments", other, "amount")
            seen = (Related(tree.value(there), say("the first that fits takes the order")),)
            tree.report(
                "CR061",
                tree.value(road),
                road,
                related=seen,
                given=segment.segment,
                other=campaign.segments[other].segment,
                shared=_shared(segment, campaign.segments[other]),
            )
            return


def _shared(one: Audience, other: Audience) -> str:
    first, second = range_of(one), range_of(other)
    currency = str(first.currency)
    low, high = max(first.low, second.low), min(first.high, second.high)
    bottom = f"{Money(low, currency)} {currency}"
    return bottom if high == float("inf") else f"{bottom} - {Money(int(high), currency)} {currency}"


def _reasons(campaign: Campaign, tree: Tree, number: int) -> None:
    """Reasons of failure where nothing can have failed, or about which nobody is written to."""
    failures = campaign.segments[number].failure
    if failures is None:
        return
    road = ("segments", number, "failure")
    name = campaign.segments[number].segment
    if campaign.trigger.on in (TriggerOn.CART, TriggerOn.UNPAID):
        on = campaign.trigger.on.value
        tree.report("CR062", tree.key(road), road, given=name, on=on)
        return
    silent = [one for one in failures if not MEANINGS[_meant(one)].may_contact]
    for one in silent:
        place = tree.value((*road, failures.index(one)))
        tree.report("CR063", place, road, given=one)


def _meant(failure: str) -> FailureReason:
    return reason_for(None, failure) or FailureReason.UNKNOWN
