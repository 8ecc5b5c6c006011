"""What a campaign file says now against the text that is live: what changes, and for whom."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from recovery.campaign.durations import format_duration
from recovery.campaign.schema import Campaign, Limits, Offer, Segment, Step
from recovery.campaign.values import Budget, Cap, Quiet
from recovery.i18n import Text, Value, say
from recovery.money import Money


class Reach(StrEnum):
    """Whom a change touches."""

    NOW = "now"  # everybody, from the next run on: status and priority
    FLIGHT = "flight"  # those in the campaign, too: content and timing
    ENTRANTS = "entrants"  # only who enters from now on: the others keep what they entered with


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed. `road`: where in the file, such as `sequences.plain.reminder`."""

    reach: Reach
    road: str
    words: Text


def changes(live: Campaign, file: Campaign) -> list[Change]:
    """Everything that differs, in the order of the file."""
    found = [*_head(live, file), *_segments(live, file)]
    for name in [*file.sequences, *(one for one in live.sequences if one not in file.sequences)]:
        found += _sequence(name, live.sequences.get(name), file.sequences.get(name))
    return [*found, *_offers(live.offers, file.offers), *_limits(live.limits, file.limits)]


def _head(live: Campaign, file: Campaign) -> Iterator[Change]:
    for key in ("status", "priority"):
        yield from _value(Reach.NOW, key, key, getattr(live, key), getattr(file, key))
    for key in ("on", "after", "not_after"):
        old, new = getattr(live.trigger, key), getattr(file.trigger, key)
        yield from _value(Reach.ENTRANTS, f"trigger.{key}", key, old, new)
    goal = live.goal.paid_within, file.goal.paid_within
    yield from _value(Reach.ENTRANTS, "goal.paid_within", "paid_within", *goal)
    if live.holdout != file.holdout:
        yield _changed(Reach.ENTRANTS, "holdout", _share(live.holdout), _share(file.holdout))


def _segments(live: Campaign, file: Campaign) -> Iterator[Change]:
    before = {one.segment: one for one in live.segments}
    after = {one.segment: one for one in file.segments}
    for name in [*after, *(one for one in before if one not in after)]:
        road = f"segments.{name}"
        if name not in before:
            yield Change(Reach.ENTRANTS, road, say("segment {name} is new", name=name))
        elif name not in after:
            yield Change(Reach.ENTRANTS, road, say("segment {name} is gone", name=name))
        else:
            yield from _segment(road, before[name], after[name])
    shared = [name for name in before if name in after]
    if shared != [name for name in after if name in before]:
        yield Change(
            Reach.ENTRANTS, "segments", say("the segments stand in another order: the first wins")
        )


def _segment(road: str, live: Segment, file: Segment) -> Iterator[Change]:
    if live.sequence != file.sequence:
        old, new = _shares(live.sequence), _shares(file.sequence)
        yield _changed(Reach.ENTRANTS, f"{road}.sequence", old, new)
    for key in ("market", "customer", "failure"):
        yield from _value(
            Reach.ENTRANTS, f"{road}.{key}", key, getattr(live, key), getattr(file, key)
        )
    if live.amount != file.amount:
        yield _changed(Reach.ENTRANTS, f"{road}.amount", _range(live), _range(file))


def _sequence(
    name: str, live: Sequence[Step] | None, file: Sequence[Step] | None
) -> Iterator[Change]:
    road = f"sequences.{name}"
    if live is None:
        yield Change(Reach.ENTRANTS, road, say("sequence {name} is new", name=name))
    elif file is None:
        yield Change(
            Reach.ENTRANTS,
            road,
            say("sequence {name} is gone; who is in it goes on with it", name=name),
        )
    else:
        yield from _steps(road, {one.step: one for one in live}, {one.step: one for one in file})


def _steps(road: str, live: Mapping[str, Step], file: Mapping[str, Step]) -> Iterator[Change]:
    for name in [*file, *(one for one in live if one not in file)]:
        place = f"{road}.{name}"
        if name not in live:
            yield Change(Reach.ENTRANTS, place, say("step {name} is new", name=name))
        elif name not in file:
            yield Change(
                Reach.ENTRANTS,
                place,
                say("step {name} is gone; who is on the way still gets it", name=name),
            )
        else:
            yield from _step(place, live[name], file[name])


def _step(road: str, live: Step, file: Step) -> Iterator[Change]:
    if live.channel != file.channel:
        yield _changed(Reach.ENTRANTS, f"{road}.channel", live.channel, file.channel)
    elif live.template != file.template:
        yield _changed(Reach.FLIGHT, f"{road}.{file.channel}", live.template, file.template)
    yield from _value(Reach.FLIGHT, f"{road}.after", "after", live.after, file.after)
    yield from _value(Reach.FLIGHT, f"{road}.to", "to", live.to, file.to)
    yield from _value(Reach.ENTRANTS, f"{road}.offer", "offer", live.offer, file.offer)
    if live.without_offer != file.without_offer:
        old, new = live.without_offer, file.without_offer
        yield _changed(Reach.ENTRANTS, f"{road}.without_offer", old, new)
    if live.if_ != file.if_:
        yield Change(Reach.ENTRANTS, f"{road}.if", say("the condition of the step is another"))


def _offers(live: Mapping[str, Offer], file: Mapping[str, Offer]) -> Iterator[Change]:
    for name in [*file, *(one for one in live if one not in file)]:
        road = f"offers.{name}"
        if name not in live:
            yield Change(Reach.ENTRANTS, road, say("offer {name} is new", name=name))
        elif name not in file:
            yield Change(Reach.ENTRANTS, road, say("offer {name} is gone", name=name))
        else:
            for key in Offer.model_fields:
                old, new = getattr(live[name], key), getattr(file[name], key)
                yield from _value(Reach.ENTRANTS, f"{road}.{key}", key, old, new)


def _limits(live: Limits, file: Limits) -> Iterator[Change]:
    for key in Limits.model_fields:
        yield from _value(
            Reach.FLIGHT, f"limits.{key}", key, getattr(live, key), getattr(file, key)
        )


def _value(reach: Reach, road: str, key: str, old: object, new: object) -> Iterator[Change]:
    if old != new:
        yield _changed(reach, road, _plain(key, old), _plain(key, new))


def _changed(reach: Reach, road: str, old: Value, new: Value) -> Change:
    return Change(reach, road, say("{old} becomes {new}", old=old, new=new))


def _plain(key: str, value: object) -> Value:
    """As the marketer writes it."""
    match value:
        case None:
            return say("nothing")
        case timedelta():
            return format_duration(value)
        case Money():
            return _money(value)
        case Budget(amount, per):
            return say("{amount} per {period}", amount=_money(amount), period=per)
        case Cap(count, per):
            return say("{count} in {span}", count=count, span=format_duration(per))
        case Quiet(start, end):
            return f"{start:%H:%M}-{end:%H:%M}"
        case list():
            return ", ".join(map(str, value))
        case int() if key == "percent":
            return _share(value)
    return str(value)


def _share(points: int) -> str:
    return f"{points / 100:g}%"


def _shares(shares: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {_share(share)}" for name, share in shares.items())


def _range(segment: Segment) -> Value:
    if segment.amount is None:
        return say("any amount")
    low, high = segment.amount.from_, segment.amount.below
    if low and high:
        return say("from {low} to below {high}", low=_money(low), high=_money(high))
    return say("from {low}", low=_money(low)) if low else say("below {high}", high=_money(high))


def _money(money: Money | None) -> str:
    return f"{money} {money.currency}" if money is not None else ""
