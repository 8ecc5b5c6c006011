"""What campaign files would do about one made-up order, read from the files alone.

Every sequence that it may be drawn into, as a list of touches with their time from the moment at
which the order was left unpaid. Nobody clicks; nights, consent and limits are the engine's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from recovery.campaign.durations import format_duration
from recovery.campaign.schema import AmountRange, Audience, Campaign, Segment, Status, Step
from recovery.i18n import Text, mark, say
from recovery.markets.rates import Rates, load_rates
from recovery.message import Channel
from recovery.reasons import FailureReason, reason_for
from recovery.simulate.lab.exercise import Probe

# Amounts of a made-up order are compared at the rates of one day, the same for everybody.
_DAY = date(2026, 10, 5)
CHANNELS = {
    Channel.EMAIL: mark("e-mail"),
    Channel.SMS: mark("SMS"),
    Channel.TASK: mark("a call"),
}


@dataclass(frozen=True, slots=True)
class Planned:
    """One touch: `after` counts from the moment at which the order was left unpaid."""

    channel: Channel
    after: timedelta
    offer: str | None


Path = Sequence[Planned]


def active(campaigns: Iterable[Campaign]) -> list[Campaign]:
    """Those that take orders."""
    return [one for one in campaigns if one.status is Status.ACTIVE]


def paths(campaigns: Iterable[Campaign], order: Probe) -> list[Path]:
    """What `order` may get: one path for each sequence of the segment that takes it, none when no
    active campaign does. The campaign that wants it first has it, of two the one with the higher
    priority."""
    rates = load_rates(_DAY)
    wanting = [
        (one.trigger.after, -one.priority, one.campaign, one, segment)
        for one in active(campaigns)
        if one.trigger.status is order.status
        and (segment := _taker(one.segments, order, rates)) is not None
    ]
    if not wanting:
        return []
    *_, campaign, segment = min(wanting, key=lambda each: each[:3])
    return [
        _path(campaign, campaign.sequences[name], order, rates)
        for name in segment.sequence
        if name in campaign.sequences
    ]


def described(path: Path) -> Text:
    """`e-mail after 6h, SMS after 1d4h with an offer`, or that there is nothing."""
    if not path:
        return say("nothing")
    told = [_told(one) for one in path]
    whole = told[0]
    for one in told[1:]:
        whole = say("{before}, {after}", before=whole, after=one)
    return whole


def _told(touch: Planned) -> Text:
    words = Text(CHANNELS[touch.channel])
    after = format_duration(touch.after)
    if touch.offer is not None:
        return say("{channel} after {span} with an offer", channel=words, span=after)
    return say("{channel} after {span}", channel=words, span=after)


def _taker(segments: Iterable[Segment], order: Probe, rates: Rates) -> Segment | None:
    return next((one for one in segments if _fits(one, order, rates)), None)


def _path(campaign: Campaign, steps: Iterable[Step], order: Probe, rates: Rates) -> Path:
    return [
        Planned(step.channel, campaign.trigger.after + step.after, step.offer)
        for step in steps
        if step.if_ is None or (step.if_.clicked is None and _fits(step.if_, order, rates))
    ]


def _fits(audience: Audience, order: Probe, rates: Rates) -> bool:
    reason = (reason_for(None, order.failure) if order.failure else None) or FailureReason.UNKNOWN
    return all(
        (
            audience.market is None or order.market in audience.market,
            audience.customer is None or order.customer in audience.customer,
            audience.failure is None
            or reason.value in audience.failure
            or order.failure in audience.failure,
            audience.amount is None or _within(audience.amount, order, rates),
        )
    )


def _within(amount: AmountRange, order: Probe, rates: Rates) -> bool:
    """As the planner compares; without a rate nothing is within."""
    low, high = (
        bound and rates.threshold(bound, order.amount.currency)
        for bound in (amount.from_, amount.below)
    )
    if (low is None and amount.from_) or (high is None and amount.below):
        return False
    minor = order.amount.minor
    return (low is None or minor >= low.minor) and (high is None or minor < high.minor)
