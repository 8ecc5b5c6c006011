"""Steps and offers against the campaign around them: never due, never true, never used."""

from collections.abc import Iterator, Sequence

from recovery.campaign.durations import format_duration
from recovery.campaign.problems import Related
from recovery.campaign.schema import AmountRange, Campaign, Condition, Segment, Step
from recovery.campaign.tree import Tree
from recovery.facts import CustomerType
from recovery.i18n import Text, say
from recovery.meaning.earlier import EVERYWHERE, Earlier
from recovery.meaning.reach import Paths
from recovery.message import Channel


def check(campaign: Campaign, tree: Tree, paths: Paths) -> None:
    """Report steps that can never be sent, offers that outlive the goal, and what nobody uses."""
    for name, number, step in _steps(campaign):
        road = ("sequences", name, number)
        if step.after >= campaign.goal.paid_within:
            here, goal = (*road, "after"), ("goal", "paid_within")
            ends = (Related(tree.value(goal), say("the goal window ends")),)
            within = format_duration(campaign.goal.paid_within)
            tree.report(
                "CR064", tree.value(here), here, related=ends, given=step.step, within=within
            )
        elif why := _never(paths, name, step):
            here = (*road, "if")
            tree.report("CR065", tree.key(here), here, given=step.step, problem=why)
    _unused(campaign, tree, paths)
    _too_long(campaign, tree)
    _guests(campaign, tree)


def _steps(campaign: Campaign) -> Iterator[tuple[str, int, Step]]:
    """Every step with its sequence and its number in it."""
    for name, steps in campaign.sequences.items():
        for number, step in enumerate(steps):
            yield name, number, step


def _never(paths: Paths, sequence: str, step: Step) -> Text | None:
    """Why the `if` of a step is true for nobody who can get there; None when it may be."""
    condition, segments = step.if_, paths.segments(sequence)
    if condition is None or not segments:
        return None
    if condition.clicked is not None and condition.clicked == condition.not_clicked:
        return say("nobody has both followed a link and not followed it")
    if condition.market and not paths.reach(sequence, step).markets:
        return say("no segment of this sequence is about these markets")
    if condition.customer and not any(_shares(one.customer, condition) for one in segments):
        return say("no segment of this sequence is about these customers")
    if condition.amount and not any(_meets(one.amount, condition.amount) for one in segments):
        return say("no segment of this sequence is about such amounts")
    return None


def _shares(customers: list[CustomerType] | None, condition: Condition) -> bool:
    return customers is None or not set(customers).isdisjoint(condition.customer or ())


def _meets(one: AmountRange | None, other: AmountRange) -> bool:
    """Whether two ranges share an amount; those in two currencies may."""
    if one is None:
        return True
    for low, high in ((one.from_, other.below), (other.from_, one.below)):
        if low and high and low.currency == high.currency and low.minor >= high.minor:
            return False
    return True


def _unused(campaign: Campaign, tree: Tree, paths: Paths) -> None:
    for name in campaign.sequences:
        if not paths.segments(name):
            road = ("sequences", name)
            tree.report("CR066", tree.key(road), road, kind=say("sequence"), given=name)
    given = {step.offer for _, _, step in _steps(campaign)}
    for name in campaign.offers:
        if name not in given:
            road = ("offers", name)
            tree.report("CR066", tree.key(road), road, kind=say("offer"), given=name)


def _too_long(campaign: Campaign, tree: Tree) -> None:
    window = campaign.goal.paid_within
    for name, offer in campaign.offers.items():
        if offer.valid > window:
            road, goal = ("offers", name, "valid"), ("goal", "paid_within")
            ends = (Related(tree.value(goal), say("the goal window ends")),)
            span = format_duration(window)
            tree.report("CR067", tree.value(road), road, related=ends, given=name, within=span)


def _guests(campaign: Campaign, tree: Tree) -> None:
    """A guest has agreed to nothing by SMS; without an e-mail most of them hear nothing."""
    earlier = Earlier()
    for number, segment in enumerate(campaign.segments):
        invited = segment.customer is not None
        if _has_guests(segment, earlier, number):
            for name in segment.sequence:
                steps = campaign.sequences.get(name, [])
                if _is_silent(steps, invited=invited):
                    road = _named(segment, number, name)
                    tree.report("CR068", tree.key(road), road, given=name, segment=segment.segment)
        earlier.add(segment, number)


def _has_guests(segment: Segment, earlier: Earlier, number: int) -> bool:
    """Whether guests come to a segment: it asks for them, or for nobody, and none takes them."""
    if segment.customer is not None and CustomerType.GUEST not in segment.customer:
        return False
    guests = segment.model_copy(update={"customer": [CustomerType.GUEST]})
    countries = segment.market or [EVERYWHERE]
    return any(earlier.takes(guests, country, number) is None for country in countries)


def _is_silent(steps: Sequence[Step], *, invited: bool) -> bool:
    """Whether no step writes to guests by e-mail; of a person's calls only who `invited` them."""
    by = {step.channel for step in steps if _for_guests(step)}
    return Channel.EMAIL not in by and bool(steps) and (invited or Channel.SMS in by)


def _for_guests(step: Step) -> bool:
    asked = step.if_.customer if step.if_ else None
    return asked is None or CustomerType.GUEST in asked


def _named(segment: Segment, number: int, sequence: str) -> tuple[str | int, ...]:
    road = ("segments", number, "sequence")
    return road if len(segment.sequence) == 1 else (*road, sequence)
