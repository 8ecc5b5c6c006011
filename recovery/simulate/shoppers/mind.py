"""What a message does to whom it reaches: they pay, pay sooner, turn away, opt out. Pure.

Two kinds of people read it. Those who would have paid can only be hurried, or lost. Those who would
not have paid can be won. Whatever a message wins or loses is its true effect.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from math import exp, log
from zoneinfo import ZoneInfo

from recovery.message import Channel
from recovery.simulate.chance import Chance
from recovery.simulate.scenarios.schema import Reach, Scenario
from recovery.simulate.shoppers.lapse import Lapse

_UP, _DOWN = time(7, 0), time(23, 0)  # people read between these
_WORK = range(9, 17)
_MOST = 0.97  # nobody is sure to be won
_DEARNESS = (0.25, 4.0)  # of a basket, against the usual one: beyond, it makes no difference


@dataclass(frozen=True, slots=True)
class Told:
    """One message as a shopper has it before them."""

    channel: Channel
    ordinal: int  # the how-manieth about this order: 1 for the first
    worth: float = 0.0  # of its offer, as a share of the order; 0 without one
    kind: str | None = None  # of its offer
    dear: float = 1.0  # the order's amount against the usual basket
    lost: bool = False  # an earlier message has turned this reader away
    since: timedelta | None = None  # the message before this one; None: there was none
    offers: int = 0  # that were read before


@dataclass(frozen=True, slots=True)
class Reaction:
    """What comes of reading it. `pays_at` is None when it moves nobody to pay now."""

    pays_at: datetime | None = None
    redeems: bool = False  # with the code, when they pay: now, or by themselves later
    lost: bool = False  # would have paid, and does not any more
    clicks: bool = False
    opts_out: bool = False
    complains: bool = False


def read_at(
    lapse: Lapse, channel: Channel, ordinal: int, at: datetime, reach: Reach
) -> datetime | None:
    """When a message that arrives `at` is read; None: it is not."""
    chance = lapse.chance.of("letter", ordinal)
    if not chance.happens("read", reach.read):
        return None
    when = at + chance.wait(f"opened {channel}", reach.after.median, reach.after.spread)
    return _awake(when, lapse.person.timezone, chance)


def reaction(lapse: Lapse, told: Told, at: datetime, scenario: Scenario) -> Reaction:
    """What the reader of `told` does, who reads it `at`, with the order still unpaid."""
    reach = scenario.messages[told.channel]
    chance = lapse.chance.of("letter", told.ordinal)
    strength = _strength(lapse, told, at, scenario)
    wins = _wins(reach, at - lapse.begun)
    sure = lapse.pays_at is not None and not told.lost
    soon = at + chance.wait("reacts", scenario.replies.after.median, scenario.replies.after.spread)
    anger = _power(reach.annoys, told.ordinal - 1)  # sooner with every message
    if _is_hasty(told, scenario):
        anger *= scenario.replies.soon.annoys
    stays = Reaction(
        opts_out=chance.happens("opts out", min(1.0, reach.opt_out * anger)),
        complains=chance.happens("complains", min(1.0, reach.complaint * anger)),
    )
    if sure:
        if wins < 0 and chance.happens("lost", min(_MOST, -wins * strength)):
            return replace(stays, lost=True)
        hurried = chance.happens("hurried", scenario.replies.hurry)
        return replace(
            stays,
            pays_at=soon if hurried else None,
            redeems=told.worth > 0 and chance.happens("redeems", scenario.offers.sure),
            clicks=hurried or chance.happens("clicks", reach.clicks),
        )
    odds = max(0.0, wins) * strength + _offered(lapse, told, scenario)
    if odds > 0 and chance.happens("won", min(_MOST, odds)):
        redeems = told.worth > 0 and chance.happens("redeems", scenario.offers.redeemed)
        return Reaction(pays_at=soon, redeems=redeems, clicks=True)
    return replace(stays, clicks=chance.happens("clicks", reach.clicks))


def called(lapse: Lapse, at: datetime, scenario: Scenario) -> tuple[bool, datetime | None]:
    """A colleague calls: whether somebody answers, and when they pay because of it."""
    chance, staff = lapse.chance.of("call"), scenario.staff
    if not chance.happens("answers", staff.reached):
        return False, None
    won = lapse.pays_at is None and chance.happens(
        "won", min(_MOST, staff.wins * lapse.cause.hears)
    )
    hurried = lapse.pays_at is not None and chance.happens("hurried", 0.5)
    return True, at + timedelta(minutes=chance.whole("reacts", 2, 90)) if won or hurried else None


def _strength(lapse: Lapse, told: Told, at: datetime, scenario: Scenario) -> float:
    """How much of its usual effect a message has on this reader at this hour."""
    replies, cause = scenario.replies, lapse.cause
    whole = lapse.temper.responsive * cause.hears * _power(replies.tired, told.ordinal - 1)
    if _is_hasty(told, scenario):
        whole *= replies.soon.does
    if at - lapse.begun < cause.ripe:
        whole *= cause.unripe
    low, high = _DEARNESS
    whole *= exp(replies.dear * log(min(high, max(low, told.dear))))
    if lapse.temper.office and _at_work(at, lapse.person.timezone):
        whole *= replies.at_work
    return whole


def _is_hasty(told: Told, scenario: Scenario) -> bool:
    return told.since is not None and told.since < scenario.replies.soon.within


def _power(base: float, times: int) -> float:
    return float(base**times)


def _wins(reach: Reach, age: timedelta) -> float:
    return next((one.wins for one in reach.moves if age < one.until), reach.then)


def _offered(lapse: Lapse, told: Told, scenario: Scenario) -> float:
    """What the offer wins on top; one more of them is hardly news."""
    if not told.worth:
        return 0.0
    news = _power(scenario.replies.tired, told.offers)
    kind = scenario.offers.kinds.get(str(told.kind), 1.0)
    tenths = told.worth * 10
    return news * scenario.offers.wins * kind * tenths * lapse.temper.thrifty * lapse.cause.wants


def _awake(when: datetime, zone: str, chance: Chance) -> datetime:
    """`when`, or the next morning for who sleeps then."""
    local = when.astimezone(ZoneInfo(zone))
    if _UP <= local.time() < _DOWN:
        return when
    day = local.date() + timedelta(days=1 if local.time() >= _DOWN else 0)
    morning = datetime.combine(day, _UP, ZoneInfo(zone)).astimezone(when.tzinfo)
    return morning + timedelta(minutes=chance.whole("morning", 0, 120))


def _at_work(at: datetime, zone: str) -> bool:
    local = at.astimezone(ZoneInfo(zone))
    return local.weekday() < 5 and local.hour in _WORK
