"""Hold-outs, offers and limits of the campaigns, against what an exercise asks for."""

from collections.abc import Iterator, Sequence

from recovery.campaign.durations import format_duration
from recovery.campaign.schema import Campaign, Offer
from recovery.i18n import Value, say
from recovery.simulate.lab.exercise import Count, Limiting, Offering


def judge_holdout(campaigns: Sequence[Campaign], wanted: Count) -> tuple[bool, Value]:
    """Whether the hold-out of each campaign is such a share, and the first that is not."""
    shares = [one.holdout / 10_000 for one in campaigns]
    wrong = next((share for share in shares if not wanted.holds(share)), None)
    return wrong is None, f"{(shares[0] if wrong is None else wrong):.0%}"


def judge_offers(campaigns: Sequence[Campaign], wanted: Offering) -> tuple[bool, Value]:
    """Whether every offer that a step uses is such, and what is wrong with the first that isn't."""
    used = dict(_used(campaigns))
    if not used:
        return not wanted.some, say("no offer is used")
    for name, offer in used.items():
        if (lack := _lack(offer, wanted)) is not None:
            return False, say("{name}: {lack}", name=name, lack=lack)
    return True, ", ".join(used)


def judge_limits(campaigns: Sequence[Campaign], wanted: Limiting) -> tuple[bool, Value]:
    """Whether every campaign protects its customers so, and what the first lacks."""
    for one in campaigns:
        limits = one.limits
        if wanted.quiet and limits.quiet is None:
            return False, say("{name} has no {key}", name=one.campaign, key="quiet")
        if wanted.per_customer and limits.per_customer is None:
            return False, say("{name} has no {key}", name=one.campaign, key="per_customer")
        if wanted.min_gap is not None and not wanted.min_gap.holds(limits.min_gap):
            return False, f"{one.campaign}: min_gap {format_duration(limits.min_gap)}"
    return True, ""


def _used(campaigns: Sequence[Campaign]) -> Iterator[tuple[str, Offer]]:
    for one in campaigns:
        for steps in one.sequences.values():
            for step in steps:
                if step.offer is not None and step.offer in one.offers:
                    yield step.offer, one.offers[step.offer]


def _lack(offer: Offer, wanted: Offering) -> Value | None:
    if wanted.kinds is not None and offer.kind.value not in wanted.kinds:
        return f"kind: {offer.kind.value}"
    if wanted.budget and offer.budget is None:
        return say("there is no {key}", key="budget")
    if wanted.once and offer.once_per_customer is None:
        return say("there is no {key}", key="once_per_customer")
    if wanted.min_order and offer.min_order is None:
        return say("there is no {key}", key="min_order")
    return None
