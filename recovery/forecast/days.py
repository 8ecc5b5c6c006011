"""The coming days, run by run, if nobody pays: the rules that send, asked on a later clock.

A run happens now, and then every so often, as cron does it. What is due at a run is decided in the
order in which the dispatcher takes it, by the dispatcher's own rules, on the picture that it would
have then. Nothing is written.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple

from recovery.campaign.schema import Step, WithoutOffer
from recovery.dispatch.brakes import Brakes
from recovery.dispatch.policies import decide
from recovery.dispatch.situation import Decision, Send, Situation, Skip, Snooze
from recovery.forecast.crowd import Party, Rules
from recovery.forecast.ledger import Ledger, Wish
from recovery.forecast.samples import Samples
from recovery.incentives.issue import Grant
from recovery.incentives.offer import Issued, Refusal, Terms, terms
from recovery.message import Channel, MessageClass
from recovery.models import CouponState, EnrolmentState

A_CODE = "ABCD-EFGH-JKLM"  # of a coupon that nobody gets


@dataclass(frozen=True, slots=True)
class Horizon:
    """The runs that are looked at: at `now`, then `every` so often, up to but not at `end`."""

    now: datetime
    end: datetime
    every: timedelta

    def run_after(self, due: datetime) -> datetime:
        """The first run that finds what is due at `due`."""
        return max(self.now, self.now - (self.now - due) // self.every * self.every)

    def days(self) -> list[date]:
        """Every day (UTC) from now to the end."""
        count = (self.end - self.now).days + 1
        days = [self.now.date() + timedelta(days=n) for n in range(count + 1)]
        return [day for day in days if day <= (self.end - timedelta(microseconds=1)).date()]


@dataclass(slots=True)
class Tally:
    """What would happen, counted in touches. `…_now` is the run at this very moment."""

    sent: Counter[tuple[date, str, Channel]] = field(default_factory=Counter)  # day, campaign
    steps: Counter[tuple[str, int, str, str]] = field(default_factory=Counter)
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)  # campaign, reason
    delayed: Counter[tuple[str, str]] = field(default_factory=Counter)  # each reason once a touch
    held: Counter[str] = field(default_factory=Counter)  # by campaign: it or its channel is paused
    ended: Counter[str] = field(default_factory=Counter)  # the goal window was over first
    later: Counter[str] = field(default_factory=Counter)  # due beyond the horizon
    sent_now: Counter[tuple[str, Channel]] = field(default_factory=Counter)
    skipped_now: Counter[tuple[str, str]] = field(default_factory=Counter)
    snoozed_now: Counter[tuple[str, str]] = field(default_factory=Counter)


class _Event(NamedTuple):
    at: datetime  # of the run
    due: datetime
    touch: int
    tie: int  # parties are not compared
    party: Party


@dataclass(slots=True)
class Days:
    """One pass over the horizon; call `live` with every wave of parties."""

    horizon: Horizon
    rules: Rules
    brakes: Callable[[datetime], Brakes]
    batch: int  # touches decided together
    most: int | None  # touches that one run may take
    ledger: Ledger
    samples: Samples
    tally: Tally = field(default_factory=Tally)
    _events: list[_Event] = field(default_factory=list)
    _ties: int = 0
    _taken: Counter[datetime] = field(default_factory=Counter)  # touches, by run
    _granted: dict[tuple[int, int], frozenset[int]] = field(default_factory=dict)
    _decided: list[tuple[_Event, Situation, Decision]] = field(default_factory=list)

    def live(self, parties: Iterable[Party]) -> None:
        """Let the days pass for `parties`."""
        self._events = [event for party in parties for event in self._all_of(party)]
        heapify(self._events)
        while self._events and self._events[0].at < self.horizon.end:
            self._run(self._events[0].at)
        for event in self._events:
            self.tally.later[_campaign(event)] += event.party.size

    def _all_of(self, party: Party, besides: Collection[int] = ()) -> Iterator[_Event]:
        for touch, due in party.open.items():
            if touch not in besides:
                yield self._event(self.horizon.run_after(due), due, touch, party)

    def _event(self, at: datetime, due: datetime, touch: int, party: Party) -> _Event:
        self._ties += 1
        return _Event(at, due, touch, self._ties, party)

    def _put_off(self, event: _Event, due: datetime) -> None:
        """To the first run at `due`, which is not the one at hand."""
        at = max(self.horizon.run_after(due), event.at + self.horizon.every)
        heappush(self._events, self._event(at, due, event.touch, event.party))

    def _run(self, at: datetime) -> None:
        """Everything that is due at one run, a batch at a time."""
        self.ledger.expire(at)
        open_channels = self.brakes(at).open_channels()
        turn = list[_Event]()
        while self._events and self._events[0].at == at:
            event = heappop(self._events)
            if _over(event, self.horizon.now):
                self.tally.ended[_campaign(event)] += event.party.size
                event.party.closes(event.touch)
            elif _campaign(event) in self.rules.paused:
                self.tally.held[_campaign(event)] += event.party.size
            elif _channel(event) not in open_channels:
                self._hold(event)
            elif self._has_room(event):
                turn.append(event)
        self._granted = self._allotted(turn, at)
        for chosen in _batches(turn, self.batch):
            self._decide(chosen, at)

    def _hold(self, event: _Event) -> None:
        """A channel that is still closed at the end is closed by hand; a breaker lets go."""
        if _channel(event) in self.brakes(self.horizon.end).open_channels():
            self._put_off(event, event.due)
        else:
            self.tally.held[_campaign(event)] += event.party.size

    def _has_room(self, event: _Event) -> bool:
        """Whether the run takes it still; else it waits for the next. Parties are of one then."""
        if self.most is None:
            return True
        self._taken[event.at] += 1
        if self._taken[event.at] <= self.most:
            return True
        self._put_off(event, event.due)
        return False

    def _allotted(self, turn: list[_Event], at: datetime) -> dict[tuple[int, int], frozenset[int]]:
        """Who gets the offers of this turn: budgets are drawn on in the order of the touches.

        Of a party with several messages only the first is asked here: the others depend on it.
        """
        first: dict[int, _Event] = {}
        for event in turn:
            first.setdefault(id(event.party), event)
        wishes = [(event, wish) for event in first.values() if (wish := self._wish(event, at))]
        got = self.ledger.allot([wish for _, wish in wishes], at)
        return {
            (id(event.party), event.touch): members
            for (event, _), members in zip(wishes, got, strict=True)
        }

    def _wish(self, event: _Event, at: datetime) -> Wish | None:
        if not _step(event).offer:
            return None
        s = _situation(event)
        if isinstance(decide(s, at, self.rules.rates), Send):
            offered = self._offer(s, at)
            if isinstance(offered, Terms):
                return _wish(event, s, offered)
        return None

    def _decide(self, chosen: list[_Event], at: datetime) -> None:
        """One batch: what is decided in it shows in the picture of the next."""
        self._decided = []
        for event in chosen:
            self._one(event, at)
        for event, situation, decision in self._decided:
            self._note(event, situation, decision)
            if isinstance(decision, Snooze):
                event.party.waits(event.touch, decision.until)
                self._put_off(event, decision.until)
            else:
                event.party.closes(event.touch)

    def _one(self, event: _Event, at: datetime) -> None:
        """What becomes of a touch; where an offer does not reach everybody, it is two things."""
        s = _situation(event)
        decision = decide(s, at, self.rules.rates)
        offered = self._offer(s, at) if isinstance(decision, Send) and s.step.offer else None
        if isinstance(offered, Refusal):
            decision, offered = _without(s, offered.reason), None
        if offered is None:
            self._made(event, s, decision, None, at)
            return
        got = self._granted.get((id(event.party), event.touch))
        if got is None:
            (got,) = self.ledger.allot([_wish(event, s, offered)], at)
        if len(got) < event.party.size:
            rest = self._parted(event, got) if got else event
            self._made(rest, s, _without(s, "offer_budget_spent"), None, at)
        if got:
            self._made(event, s, decision, Grant(offered, offered.code or A_CODE), at)

    def _parted(self, event: _Event, stay: frozenset[int]) -> _Event:
        """The event for those who are not among `stay`; what was decided before holds for them."""
        party = event.party
        rest = party.split(frozenset(party.members) - stay)
        before = [one for one in self._decided if one[0].party is party]
        self._decided += [(past._replace(party=rest), s, d) for past, s, d in before]
        known = {event.touch, *(past.touch for past, *_ in before)}
        for other in self._all_of(rest, known):
            heappush(self._events, other)
        return event._replace(party=rest)

    def _offer(self, s: Situation, at: datetime) -> Terms | Refusal:
        if s.no_incentive:
            return Refusal("no_incentive")
        if self.rules.class_of(s.step.template) is not MessageClass.MARKETING:
            return Refusal("offer_in_service_template")
        name = s.step.offer or ""
        place = s.enrolment_id, s.touch_id
        offer = s.campaign.offers[name]
        return terms(name, offer, s.order.amount, s.issued, place, at, self.rules.rates)

    def _made(
        self, event: _Event, s: Situation, decision: Decision, grant: Grant | None, at: datetime
    ) -> None:
        """Its words, when it goes out; they may still say no."""
        batch = event.party.batch
        if isinstance(decision, Send) and s.step.channel is not Channel.TASK:
            decision = self.samples.take(s, grant, decision, event.party.size, at)
        leaves = isinstance(decision, Send)
        if grant is not None and isinstance(decision, Skip):
            self.ledger.withdraw(_wish(event, s, grant.terms), at)
        elif grant is not None:
            batch.remember_offer(s, _as_issued(s, grant, at, sent=leaves))
        if leaves:
            batch.remember(s, at)
        self._decided.append((event, s, decision))

    def _note(self, event: _Event, s: Situation, decision: Decision) -> None:
        size, campaign, tally = event.party.size, s.campaign.campaign, self.tally
        first = event.at == self.horizon.now
        match decision:
            case Send():
                version = event.party.rows[event.touch].version_id
                tally.sent[event.at.date(), campaign, s.step.channel] += size
                tally.steps[campaign, version, s.sequence, s.step.step] += size
                tally.sent_now[campaign, s.step.channel] += size * first
            case Skip(reason):
                tally.skipped[campaign, reason] += size
                tally.skipped_now[campaign, reason] += size * first
            case Snooze(_, reason):
                tally.snoozed_now[campaign, reason] += size * first
                if (event.touch, reason) not in event.party.delayed:
                    event.party.delayed.add((event.touch, reason))
                    tally.delayed[campaign, reason] += size


def _situation(event: _Event) -> Situation:
    """As its run finds it: live, since a run that closes it is seen by `_over`. In the tables a
    journey may be closed already, for others who enter after it."""
    s = event.party.batch.situation(event.party.rows[event.touch])
    live = EnrolmentState.ACTIVE
    return s if s.enrolment_state is live else replace(s, enrolment_state=live)


def _wish(event: _Event, s: Situation, offered: Terms) -> Wish:
    members, campaign = event.party.members, s.campaign.campaign
    return Wish(event.due, members, campaign, offered, s.order.amount)


def _row(event: _Event) -> Any:
    return event.party.rows[event.touch]


def _campaign(event: _Event) -> str:
    return str(_row(event).campaign)


def _step(event: _Event) -> Step:
    row = _row(event)
    return event.party.batch.scripts[row.version_id].steps[row.sequence, row.step]


def _channel(event: _Event) -> Channel:
    return _step(event).channel


def _over(event: _Event, now: datetime) -> bool:
    """A run closes journeys whose goal window is over before it sends; the one now has done so."""
    return event.at > now and _row(event).window_ends_at <= event.at


def _batches(turn: list[_Event], size: int) -> Iterator[list[_Event]]:
    batch, count = list[_Event](), 0
    for event in turn:
        batch.append(event)
        count += event.party.size
        if count >= size:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def _without(s: Situation, reason: str) -> Decision:
    """Without its offer the step goes out all the same, or not at all, as the campaign says."""
    return Skip(reason) if s.step.without_offer is WithoutOffer.SKIP else Send(reason)


def _as_issued(s: Situation, grant: Grant, at: datetime, *, sent: bool) -> Issued:
    return Issued(
        enrolment_id=s.enrolment_id,
        touch_id=s.touch_id,
        offer=grant.terms.name,
        code=grant.code,
        issued_at=at,
        expires_at=grant.terms.expires_at,
        state=CouponState.ISSUED if sent else CouponState.RESERVED,
    )
