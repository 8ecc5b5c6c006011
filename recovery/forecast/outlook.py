"""What comes of the campaign files as they are now: everything `recovery plan` tells, as values."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from recovery.campaign.experiments import Decision
from recovery.campaign.versions import Change
from recovery.forecast.admission import Admission
from recovery.forecast.days import Tally
from recovery.forecast.entries import Entry
from recovery.forecast.flight import Group
from recovery.forecast.holdouts import Promise
from recovery.forecast.samples import Bill, Kind
from recovery.measure.costs import Costs
from recovery.message import Channel
from recovery.money import Money
from recovery.planner.enrol import GLOBAL_HOLDOUT, HOLDOUT
from recovery.problems import Problem, Severity


class Fate(StrEnum):
    """What becomes of planned touches of those who are in a campaign already."""

    AS_PLANNED = "as_planned"  # the file says of this step what they entered with
    FOLLOWS = "follows"  # content or timing are another: they get the new
    STAYS = "stays"  # the file changed what is kept: they get what they entered with
    HELD = "held"  # nothing goes out for now
    NOTHING = "nothing"  # nothing is planned: all sent, or held out


@dataclass(frozen=True, slots=True)
class Flying:
    """One group of those who are in a campaign already, and what happens to it."""

    group: Group
    fate: Fate
    held: str | None  # why, when it is held: paused, draft, broken, held


@dataclass(frozen=True, slots=True)
class LegalNote:
    """What the rules of a market tell those who send there; never legal advice."""

    market: str
    about: str  # consent.email_service, hours.sms_marketing, prices …
    status: str  # how sure we are
    text: Mapping[str, str]  # by language


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """One campaign: how it stands, what changes, who comes in, who is in it."""

    name: str
    file: str | None  # None: there is no file any more
    state: (
        str  # "unchanged", "changed", "new", "gone", "kept" (its last good text goes on), "broken"
    )
    held: str | None  # why it takes nobody: draft, paused, ended, held, broken, gone
    changes: Sequence[tuple[Change, int]]  # with the people in flight whom it reaches
    entries: Sequence[Entry]
    later: int  # of the orders known now, those that enter after this moment, until the end
    reasons: Mapping[str, int]  # every unpaid order, by what the campaign says to it
    flying: Sequence[Flying]
    promises: Sequence[Promise]
    notes: Sequence[LegalNote]
    owner: str | None = None
    decision: Decision | None = None  # None: there is no file any more

    @property
    def entering(self) -> int:
        """Orders that enter now, the hold-outs among them."""
        return sum(one.orders for one in self.entries)


@dataclass(frozen=True, slots=True)
class OfferPlan:
    """What one offer could give away in the horizon, if every coupon were used."""

    campaign: str
    offer: str
    coupons: int
    refused: int  # messages for which the budget had no room
    worst: Sequence[Money]
    budget: Money | None  # of one period
    period: str | None
    left: Money | None  # in the present period, before
    dry_on: date | None  # the first day (UTC) on which it had no room

    @property
    def over(self) -> bool:
        """Whether the budget would run out."""
        return self.dry_on is not None


@dataclass(frozen=True, slots=True)
class Day:
    """Messages of one day in UTC: campaign → channel → how many.

    `enter`: campaign → orders known now that enter on that day, after this moment.
    """

    day: date
    campaigns: Mapping[str, Mapping[Channel, int]]
    enter: Mapping[str, int] = field(default_factory=dict)

    def of(self, channel: Channel) -> int:
        """Over all campaigns."""
        return sum(sent.get(channel, 0) for sent in self.campaigns.values())

    @property
    def entering(self) -> int:
        """Over all campaigns."""
        return sum(self.enter.values())


@dataclass(frozen=True, slots=True)
class Cost:
    """What one channel costs in the horizon: units are e-mails or SMS segments."""

    channel: Channel
    messages: int
    units: int
    money: Money | None  # None: no price is set


@dataclass(frozen=True, slots=True)
class Outlook:
    """The whole plan, as of `at`: of the orders known then, nobody pays until `until`, so messages
    are at their most."""

    at: datetime
    until: datetime
    every: timedelta
    campaigns: Sequence[CampaignPlan]
    admission: Admission
    days: Sequence[Day]
    tally: Tally
    bills: Mapping[Kind, Bill]
    costs: Sequence[Cost]
    offers: Sequence[OfferPlan]
    in_several: int
    problems: Sequence[Problem]  # of the one validator
    unwritten: Sequence[str]  # messages that can't be written for some order
    without_rate: Sequence[str]  # currencies that some amount can't be compared with
    prices: Costs

    @property
    def broken(self) -> list[str]:
        """Files that can't be read and messages that can't be written, in words."""
        errors = [one for one in self.problems if one.severity is Severity.ERROR]
        return [f"{one.file}:{one.line}: {one.message}" for one in errors] + [*self.unwritten]

    @property
    def entering(self) -> int:
        """Orders that enter now, over all campaigns told of."""
        return sum(one.entering for one in self.campaigns)

    @property
    def later(self) -> int:
        """Orders known now that enter after this moment, over all campaigns told of."""
        return sum(one.later for one in self.campaigns)

    def of(self, names: Sequence[str]) -> "Outlook":
        """Only the campaigns `names`; orders and customers stay those of the whole shop."""
        return narrowed(self, frozenset(names)) if names else self

    def now(self) -> dict[str, Any]:
        """What the run at this moment does: the numbers of `recovery run`."""
        tally = self.tally
        return {
            "enrolled": {one.name: arms(one.entries) for one in self.campaigns if one.entries},
            "sent": sum(n for (_, channel), n in tally.sent_now.items() if channel.value != "task"),
            "tasks": sum(
                n for (_, channel), n in tally.sent_now.items() if channel.value == "task"
            ),
            "skipped": by_reason(tally.skipped_now),
            "snoozed": by_reason(tally.snoozed_now),
        }


def arms(entries: Sequence[Entry]) -> dict[str, int]:
    """Arm → orders, as `recovery run` tells it."""
    found: Counter[str] = Counter()
    for entry in entries:
        found.update(entry.sequences)
        found[HOLDOUT] += entry.holdout
        found[GLOBAL_HOLDOUT] += entry.global_holdout
    return {name: count for name, count in sorted(found.items()) if count}


def by_reason(counted: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Campaigns added up; the largest first."""
    found: Counter[str] = Counter()
    for (_, reason), count in counted.items():
        found[reason] += count
    return {reason: count for reason, count in _largest(found) if count}


def narrowed(plan: Outlook, names: frozenset[str]) -> Outlook:
    """`plan` with what belongs to `names` only."""
    admitted = plan.admission
    return replace(
        plan,
        campaigns=[one for one in plan.campaigns if one.name in names],
        admission=Admission(
            {name: told for name, told in admitted.campaigns.items() if name in names},
            admitted.orders,
            {pair: n for pair, n in admitted.collisions.items() if names & set(pair)},
        ),
        days=[
            Day(
                one.day,
                {name: sent for name, sent in one.campaigns.items() if name in names},
                {name: count for name, count in one.enter.items() if name in names},
            )
            for one in plan.days
        ],
        tally=_tally_of(plan.tally, names),
        bills={kind: bill for kind, bill in plan.bills.items() if kind.campaign in names},
        offers=[one for one in plan.offers if one.campaign in names],
    )


def _tally_of(tally: Tally, names: frozenset[str]) -> Tally:
    kept = {one.name: getattr(tally, one.name) for one in fields(Tally) if one.name != "sent"}
    return Tally(
        sent=Counter({key: n for key, n in tally.sent.items() if key[1] in names}),
        **{name: _kept(counted, names) for name, counted in kept.items()},
    )


def _kept(counted: Counter[Any], names: frozenset[str]) -> Counter[Any]:
    """Keys are a campaign, or begin with one."""
    return Counter(
        {
            key: count
            for key, count in counted.items()
            if (key if isinstance(key, str) else key[0]) in names
        }
    )


def _largest(counted: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    yield from sorted(counted.items(), key=lambda one: (-one[1], one[0]))
