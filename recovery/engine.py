"""The engine: every room in the order in which an order visits them; the whole API in one place.

Time enters here: each method reads the clock once, and below it there is only `now`.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO
from uuid import uuid4

from sqlalchemy import Connection

from recovery import telemetry
from recovery.clock import Stopwatch, VirtualClock
from recovery.crash import crash_point
from recovery.db import counting, reading, rehearsing, retried, writing
from recovery.dispatch import brakes, ceiling
from recovery.dispatch.claim import Aside, due_count, in_flight
from recovery.dispatch.claim import sweep as sweep_leases
from recovery.dispatch.executor import Delivery as Delivery
from recovery.dispatch.executor import Outcome
from recovery.dispatch.reconcile import Reconciled, reconciler
from recovery.dispatch.unanswered import unanswered
from recovery.facts import OrderSnapshot
from recovery.i18n import say
from recovery.incentives import budget
from recovery.intake import arrivals, inbox, settle, sweep
from recovery.intake.importing import ImportResult, import_files
from recovery.intake.inbox import Applied
from recovery.intake.orders import Taken, take
from recovery.intake.reading import PLAINLY, Manner
from recovery.intake.unfit import learning
from recovery.lock import run_lock
from recovery.measure import explain as story
from recovery.measure import report as measuring
from recovery.measure import runs
from recovery.measure.costs import Costs
from recovery.measure.course import Course, course
from recovery.measure.telling import tell_broken, telling, without_rate
from recovery.parts import Parts
from recovery.planner import publish
from recovery.planner.enrol import Plan, enrol
from recovery.programme import Programme

# Hands what is due at an instant to whoever sends it.
Courier = Callable[["Engine", datetime], Delivery]


class Engine(Parts):
    """The whole job on one project."""

    def import_orders(
        self,
        files: Sequence[str | Path | IO[bytes]],
        source: str,
        rejects: Path | None = None,
        progress: Callable[[int], None] | None = None,
        manner: Manner = PLAINLY,
    ) -> ImportResult:
        """Take orders in; what they settle is settled in the same transaction."""
        now = self.clock.now()
        return import_files(
            self.database,
            files,
            source,
            self.settings.vip,
            now,
            rejects,
            progress,
            self.settings.rates_file,
            manner,
        )

    def accept(self, orders: Sequence[OrderSnapshot]) -> Taken:
        """Take in what one source says about `orders`, judged already, and settle what they end."""
        now, settings = self.clock.now(), self.settings
        return retried(
            self.database,
            partial(
                take, snapshots=orders, vip=settings.vip, now=now, rates_file=settings.rates_file
            ),
        )

    def hear(self, source: str, items: Sequence[inbox.Item]) -> Applied:
        """Take in what a provider says: `items` are (key, body) as its webhook keeps them."""
        now, settings = self.clock.now(), self.settings
        return inbox.receive(self.database, source, items, now, settings.vip, settings.rates_file)

    def apply_inbox(self, now: datetime) -> Applied:
        """Apply what webhooks stored and nobody applied yet: a payment counts before any claim."""
        vip, rates = self.settings.vip, self.settings.rates_file
        applied, more = Applied(), True
        while more:
            work = partial(inbox.apply, now=now, vip=vip, rates_file=rates)
            found = retried(self.database, work)
            applied += found
            more = found.items > 0 and found.trouble is None
        if applied.trouble is not None:
            raise applied.trouble  # a mistake of ours: what it kept out may be a payment
        return applied

    def drain_inbox(self, connection: Connection, now: datetime) -> Applied:
        """The same in the caller's transaction; a mistake of ours is in what it returns."""
        settings = self.settings
        return inbox.drain(connection, now, settings.vip, settings.rates_file)

    def run(
        self,
        courier: Courier | None = None,
        *,
        dry_run: bool = False,
        begun: Callable[[str], None] = lambda token: None,
    ) -> runs.RunResult:
        """One recovery run: sweep, settle, enrol, schedule, dispatch what is due.

        `begun` is called with the run's id once no other run can be at work. Raises Locked when
        one is. A broken campaign stops only itself.
        """
        now, elapsed = self.clock.now(), Stopwatch().seconds
        result = runs.RunResult(uuid4().hex[:12], now, dry_run, elapsed)
        with run_lock(self.database, self.settings.var_dir / "run.lock"), telling(result):
            begun(result.token)
            programme = self.programme()
            tell_broken(result, programme.broken, programme.kept, programme.problems)
            result.wrong += self.markets.mistakes
            if dry_run:
                self._rehearse(programme, now, result)
            else:
                self._perform(programme, courier or dispatched, now, result)
            result.seconds = elapsed()
        return result

    def dispatch(
        self,
        now: datetime,
        programme: Programme | None = None,
        batches: int | None = None,
        *,
        most: int | None = None,
        standing: bool | None = None,
        patience: float = 0.0,
        shared: bool = False,
    ) -> Outcome:
        """Send what is due at `now`, at most `batches` batches and `most` touches; safe beside
        other workers. For the pace it waits `patience` seconds; where that is `shared`, only one
        of all workers does.

        `standing`: time stands still at `now` (`--at`); by default, whether our clock does. When
        it runs, a `now` of the past (a hint that waited) counts from the present: a lease that
        began back then would be over before the message has left.
        """
        if standing is None:
            standing = isinstance(self.clock, VirtualClock)
        now = now if standing else max(now, self.clock.now())
        self.apply_inbox(now)
        dispatcher = self.dispatcher(programme or self.programme(), now, patient=not standing)
        with learning(self.database, now):
            return dispatcher.run(now, batches, most, patience=patience, shared=shared)

    def reconcile(self, now: datetime) -> Reconciled:
        """Look for touches of unknown fate at their providers, where those can be asked."""
        with reconciler(self.database, self.settings, self.links.touch_in) as asking:
            return asking.run(now)

    def due(self, now: datetime) -> int:
        """How many touches are due at `now`, of those that one run may claim."""
        paused = self.programme().scripts().paused
        with reading(self.database) as connection:
            return self._due(connection, now, paused)

    def _due(self, connection: Connection, now: datetime, paused: Collection[str]) -> int:
        """What is due but for brakes, ceiling and `paused` campaigns."""
        run = telemetry.run_id()
        held, most = brakes.look(connection, now, run), ceiling.left(connection, run)
        aside = Aside(held.campaigns | set(paused))
        due = due_count(connection, now, held.open_channels(), aside)
        return due if most is None else min(due, most)

    def busy(self, now: datetime, paused: Collection[str] = ()) -> bool:
        """Whether anything due at `now` may still be claimed, but for `paused` campaigns, or is on
        its way."""
        with reading(self.database) as connection:
            return self._due(connection, now, paused) + in_flight(connection) > 0

    def report(self, campaign: str | None = None) -> measuring.Report:
        """The recovery rate of each sequence, as of now."""
        with counting(self.database) as connection:
            return measuring.report(
                connection, self.clock.now(), Costs.read(self.settings.costs), campaign
            )

    def course(self, campaign: str | None = None) -> Course:
        """How the report of now came about: lift day by day, cohorts week by week."""
        with counting(self.database) as connection:
            return course(connection, self.clock.now(), self.settings.timezone, campaign)

    def explain(self, order: str, source: str | None = None) -> story.Story:
        """Everything decided about one order, in time order."""
        # A story needs no campaign file; they only help to say why an order was never enrolled.
        known = self.programme().loaded if self.settings.campaigns_dir.is_dir() else ()
        campaigns = [one.campaign for one in known]
        with reading(self.database) as connection:
            return story.explain(connection, order, source, self.clock.now(), campaigns)

    def task_text(self, touch_id: int, lang: str) -> str:
        """What a colleague has to do about the touch of a task, in the words of its template."""
        now = self.clock.now()
        with reading(self.database) as connection:
            return self.dispatcher(self.programme(), now).task_text(connection, touch_id, lang, now)

    def _perform(
        self, programme: Programme, courier: Courier, now: datetime, result: runs.RunResult
    ) -> None:
        with reading(self.database) as connection:
            since = runs.Since.read(connection)
        retried(
            self.database,
            partial(ceiling.grant, run=result.token, most=self.settings.max_per_run, now=now),
        )
        result.inbox = self.apply_inbox(now).counts()
        with writing(self.database) as connection:
            result.released = sweep_leases(connection, now, result.token).released
            crash_point("C6a")
        retried(self.database, partial(budget.expire, now=now))
        retried(self.database, partial(sweep.exhaust, now=now))
        reconciled = self.reconcile(now)
        result.reconciled = reconciled.counts()
        result.refused += reconciled.refused
        plan = retried(self.database, lambda connection: self.enrol_all(connection, programme, now))
        self._tell_plan(plan, now, result)
        retried(
            self.database,
            lambda connection: settle.settle(
                connection, now, closed=sweep.overtaken(connection, plan.after)
            ),
        )
        delivery = courier(self, now)
        result.hinted, result.abandoned = delivery.hinted, delivery.abandoned
        result.notes += delivery.warnings
        with writing(self.database) as connection:
            arrivals.take_turn(connection)
            self._count(connection, since, result)
            result.refused += brakes.met(connection, result.token, since.last_at, now)
            waits = self._due(connection, now, programme.scripts().paused)
            if waits and any(outcome.paced for outcome in delivery.outcomes):
                result.notes.append(
                    say("{count} due wait for the pace; the next run goes on", count=waits)
                )
            runs.keep(connection, result, since)

    def _rehearse(self, programme: Programme, now: datetime, result: runs.RunResult) -> None:
        """The same work in one transaction that is rolled back; no provider is called."""
        with rehearsing(self.database) as connection:
            since = runs.Since.read(connection)
            ceiling.grant(connection, result.token, self.settings.max_per_run, now)
            result.released = sweep_leases(connection, now, result.token).released
            result.reconciled = Reconciled().counts()
            result.inbox = self.drain_inbox(connection, now).counts()
            budget.expire(connection, now)
            sweep.exhaust(connection, now)
            self._tell_plan(self.enrol_all(connection, programme, now), now, result)
            if self.settings.broker_url.startswith("memory:"):
                self.dispatcher(programme, now).rehearse(connection, now)
            else:  # the workers will decide; a run says how much it has for them
                paused = programme.scripts().paused
                result.hinted = self._due(connection, now, paused)
            self._count(connection, since, result)

    def enrol_all(self, connection: Connection, programme: Programme, now: datetime) -> Plan:
        """Publish what has changed, then enrol for every campaign that nobody holds."""
        published = publish.publish(connection, programme.loaded, now)
        held = brakes.look(connection, now)
        taking = [
            one
            for one in programme.loaded
            if not held.everything and one.campaign.campaign not in held.campaigns
        ]
        names = {one.campaign.campaign for one in programme.loaded}
        return replace(
            enrol(connection, taking, now, self.rates(now)),
            published=published,
            gone=publish.gone(connection, programme.unread, names),
        )

    def _tell_plan(self, plan: Plan, now: datetime, result: runs.RunResult) -> None:
        result.published = [one.payload() for one in plan.published]
        result.enrolled = plan.enrolled
        result.notes += without_rate(plan.without_rate, now.date())
        result.notes += [
            say(
                "campaign {name} has no file any more: nobody enters, {count} go on to its end",
                name=name,
                count=people,
            )
            for name, people in sorted(plan.gone.items())
        ]

    def _count(self, connection: Connection, since: runs.Since, result: runs.RunResult) -> None:
        result.touches = runs.tally(connection, result.token, since.entry)
        result.settled = runs.settled(connection, result.token)
        result.imported = runs.imported(connection, since.run)
        result.wrong += runs.broken(connection, since.told)
        result.unanswered = unanswered(connection).payload()
        if ceiling.left(connection, result.token) == 0:
            result.notes.append(say("RECOVERY_MAX_PER_RUN is used up; what else is due waits"))
        result.notes += [*brakes.paused(connection), *inbox.to_look_at(connection)]


def dispatched(engine: Engine, now: datetime) -> Delivery:
    """The plainest courier: send everything here and now."""
    return Delivery([engine.dispatch(now, patience=engine.settings.pace.seconds)])
