"""A whole simulation: the market lives, and the engine runs as cron would call it, until every
window is over.

Between two runs the engine is told what has happened; after each the shoppers get their messages.
A run in which nothing can happen is left out: it would change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from recovery.campaign.loader import LoadedCampaign
from recovery.campaign.schema import Status
from recovery.clock import VirtualClock
from recovery.db import reading, retried, table, written_in
from recovery.errors import UsageError
from recovery.facts import UNPAID
from recovery.i18n import say
from recovery.intake.messages import apply_events
from recovery.measure.costs import Costs
from recovery.measure.course import Course
from recovery.measure.report import Report
from recovery.message import Channel
from recovery.models import Enrolment, EnrolmentState, Touch, TouchState
from recovery.settings import Settings
from recovery.simulate.audit import Auditor
from recovery.simulate.chance import Chance
from recovery.simulate.checkout import Checkout
from recovery.simulate.diary import Action, Diary
from recovery.simulate.doors import Doors, Inside
from recovery.simulate.effects import Effects, effects
from recovery.simulate.leak import Leak
from recovery.simulate.life import Counts, Life
from recovery.simulate.news import News
from recovery.simulate.notices import Notice, Notices
from recovery.simulate.office import Office
from recovery.simulate.operator import Operator
from recovery.simulate.post import Post
from recovery.simulate.rig import Rig, rigged
from recovery.simulate.scenarios.schema import Scenario
from recovery.simulate.trade import Season, Trade
from recovery.simulate.troubles import Troubles
from recovery.simulate.truth import Truth
from recovery.simulate.webhooks import Webhooks
from recovery.simulate.world import World

if TYPE_CHECKING:
    from recovery.simulate.verdict import Verdict

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
_LONGEST_EPILOGUE = timedelta(days=35)

touches, enrolments = table(Touch), table(Enrolment)
Watch = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Ask:
    """What to play: which market, how many orders in how many days, and which luck."""

    scenario: Scenario
    orders: int
    days: int
    seed: int

    @property
    def season(self) -> Season:
        """While orders come in."""
        return Season(self.scenario.start, self.days, self.orders)


@dataclass(frozen=True, slots=True)
class Played:
    """A simulation that is over: what the engine reports, and what only the market knows."""

    ask: Ask
    ends: datetime
    campaigns: tuple[str, ...]
    report: Report
    course: Course
    costs: Costs
    truth: Truth
    effects: Effects
    counts: Counts
    breaches: dict[str, int]
    examples: dict[str, str]  # an order for each kind of breach
    runs: int
    placed: int  # orders that came in
    notices: tuple[Notice, ...]  # what an operator would have heard, in order of time
    done: tuple[Action, ...]  # entries of the diary whose time came

    def verdict(self) -> Verdict:
        """Judged."""
        from recovery.simulate.verdict import Verdict

        return Verdict(self)


def simulate(
    settings: Settings,
    files: Sequence[Path],
    ask: Ask,
    watch: Watch = lambda hours: None,
    diary: Diary | None = None,
    until: timedelta | None = None,
) -> Played:
    """Play the campaigns in `files` in the market of `ask`; `watch` hears of hours gone by.

    Shop, prices, templates and market rules are those of `settings`' project. What `diary` says is
    done in its time; `until` stops the story so long after its beginning, with what is known then.
    Raises CampaignError for a file that is wrong, DiaryError for an entry about something that
    nobody knows, and UsageError where no campaign is active.
    """
    season, post = ask.season, Post()
    senders = {channel: post.sender(channel) for channel in (Channel.EMAIL, Channel.SMS)}
    with rigged(settings, files, season.start, senders) as rig:
        _refuse_broken(rig)
        stage = Stage(Inside(rig, post), rig.clock, ask)
        stage.follow(diary or Diary(), rig.renew)
        ends = stage.play(watch, until)
        with reading(rig.database) as connection:
            found = effects(connection, stage.truth, ends)
        return Played(
            ask=ask,
            ends=ends,
            campaigns=tuple(one.campaign.campaign for one in rig.programme().loaded),
            report=rig.report(),
            course=rig.course(),
            costs=Costs.read(settings.costs),
            truth=stage.truth,
            effects=found,
            counts=stage.life.counts,
            breaches=dict(sorted(stage.auditor.breaches.items())),
            examples=stage.auditor.examples,
            runs=stage.runs,
            placed=stage.trade.placed,
            notices=tuple(stage.notices.all),
            done=tuple(stage.done),
        )


def _refuse_broken(rig: Rig) -> None:
    programme = rig.programme()
    for broken in programme.broken:
        raise broken
    if not any(one.campaign.status is Status.ACTIVE for one in programme.loaded):
        raise UsageError(
            say("no campaign here is active, so nothing would happen: write status: active")
        )


class Stage:
    """One simulation while it is played."""

    def __init__(self, doors: Doors, clock: VirtualClock, ask: Ask) -> None:
        chance, season = Chance("market", ask.seed), ask.season
        self.doors, self.engine, self.ask = doors, doors.engine, ask
        self.world = World(clock)
        self.truth = Truth()
        troubles = Troubles(ask.scenario.incidents, ask.scenario.start)
        self.auditor = Auditor(self.engine.markets, troubles)
        checkout, daily = Checkout(self.engine), season.orders / season.days
        self.life = Life(
            world=self.world,
            scenario=ask.scenario,
            checkout=checkout,
            truth=self.truth,
            troubles=troubles,
            auditor=self.auditor,
            webhooks=Webhooks(troubles.doubled),
            news=News(self.world, troubles, chance),
            leak=Leak(troubles, checkout, self.truth, chance, ask.scenario, daily),
            chance=chance,
        )
        self.trade = Trade(
            *(self.world, ask.scenario, season, chance, self.life.paid_at_once, self.life.left),
            troubles,
        )
        self.life.teach = self.trade.teach
        self.office = Office(self.engine, self.life, ask.scenario)
        begins = ask.scenario.start
        self.notices = Notices(self.engine, self.life, begins, begins + ask.days * DAY)
        self.done: list[Action] = []
        self.runs = 0
        self._wakes: list[datetime] = []
        self._ends = self.ending()

    def follow(self, diary: Diary, renew: Callable[[], None]) -> None:
        """Let what `diary` says happen in its time; `renew` is called when files have changed."""
        operator = Operator(self.engine, self.life.checkout, renew)
        for action in diary.actions:
            at = self.ask.scenario.start + action.at
            self.world.at(at, partial(self._act, operator, action))

    def play(self, watch: Watch = lambda hours: None, until: timedelta | None = None) -> datetime:
        """From the first order to the end of the last window, or so long after the beginning;
        returns when that was."""
        begins, step = self.ask.scenario.start, self.ask.scenario.runs
        at, stops = begins, None if until is None else begins + until
        self.notices.expect(self.world)
        self.trade.open()
        self._wakes = [at]
        while at < (ends := self._ends if stops is None else min(stops, self._ends)):
            before, at = at, min(at + step, ends)
            self.world.run(at)
            if self._is_awaited(at):
                self._run()
            self.notices.look(at)
            if hours := (at - begins) // HOUR - (before - begins) // HOUR:
                watch(hours)
        self.life.close()
        return at

    def ending(self) -> datetime:
        """When the window of the last order is over: then its rate counts."""
        waits = [
            one.campaign.trigger.after + one.campaign.goal.paid_within for one in self._active()
        ]
        epilogue = min(max(waits, default=timedelta(0)), _LONGEST_EPILOGUE)
        return self.ask.scenario.start + self.ask.days * DAY + epilogue + timedelta(hours=6)

    def _act(self, operator: Operator, action: Action) -> None:
        operator.act(action, self.world.now)
        self.done.append(action)
        self.office.renew()
        self._ends = max(self._ends, self.ending())
        heappush(self._wakes, self.world.now)  # perhaps something can be done that could not before

    def _active(self) -> list[LoadedCampaign]:
        loaded = self.engine.programme().loaded
        return [one for one in loaded if one.campaign.status is Status.ACTIVE]

    def _is_awaited(self, at: datetime) -> bool:
        """Whether a run could change anything: something was told, or an instant has come."""
        due = False
        while self._wakes and self._wakes[0] <= at:
            heappop(self._wakes)
            due = True
        midnight = at - at.replace(hour=0, minute=0, second=0, microsecond=0)
        return (
            due
            or self.life.news.any
            or self.life.webhooks.any
            or self.office.waits(at)
            or midnight < self.ask.scenario.runs
        )

    def _run(self) -> None:
        """What cron does, and what happens at its doors around that time."""
        self._told()
        self.notices.ran(self.doors.run())
        self.runs += 1
        for letter in self.doors.letters():
            self.life.arrive(letter)
        self.office.work()
        self._sleep()

    def _told(self) -> None:
        """The shop's news first: a payment counts before anything is sent."""
        life = self.life
        news = life.news.collect()
        if news:
            self.doors.tell(news)
        for door, items in life.webhooks.collect():
            self.engine.hear(door, items)
        if visits := life.webhooks.visits():
            now = self.world.now
            retried(self.engine.database, partial(apply_events, events=visits, now=now))
        for order in news:
            if order.status in UNPAID:
                for one in self._active():
                    for since in {order.placed_at, order.updated_at}:
                        heappush(self._wakes, since + one.campaign.trigger.after)

    def _sleep(self) -> None:
        """When the engine has to look again, if nobody tells it anything."""
        now = self.world.now
        planned = written_in(touches.c.state, [TouchState.PLANNED])
        live = written_in(enrolments.c.state, [EnrolmentState.ACTIVE])
        with reading(self.engine.database) as connection:
            due = connection.scalar(select(func.min(touches.c.due_at)).where(planned))
            over = connection.scalar(select(func.min(enrolments.c.window_ends_at)).where(live))
        for wake in (due, over):
            if wake is not None:
                heappush(self._wakes, max(wake, now + timedelta(microseconds=1)))
