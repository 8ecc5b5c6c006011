"""What a run would do, and the days after it: enrolled in a transaction that is rolled back."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import Connection

from recovery.campaign.schema import Campaign, Status
from recovery.db import writing
from recovery.dispatch import brakes
from recovery.dispatch.claim import sweep as sweep_leases
from recovery.engine import Engine
from recovery.examination import examine
from recovery.forecast import assemble
from recovery.forecast.assemble import Circumstances
from recovery.forecast.crowd import LOOKBACK, Rules
from recovery.forecast.days import Horizon
from recovery.forecast.flight import once_live
from recovery.forecast.outlook import Outlook
from recovery.incentives import budget
from recovery.intake import sweep
from recovery.lock import run_lock
from recovery.measure.costs import Costs
from recovery.planner.enrol import newest
from recovery.programme import Programme

DAYS = 14
EVERY = timedelta(minutes=10)  # what docs/operations.md gives cron


class _Foretold(Exception):
    """Raised to roll everything back."""


def foresee(engine: Engine, every: timedelta = EVERY, days: int = DAYS) -> Outlook:
    """What the campaign files as they are now would do: now, and in the next `days` days (UTC).

    Runs are taken to happen `every` so often. Raises Locked while a run is at work, and holds the
    lock itself: the numbers are those of the run that comes next. Nothing is changed.
    """
    now = engine.clock.now()
    programme = engine.programme()
    found: list[Outlook] = []
    lock = run_lock(engine.database, engine.settings.var_dir / "run.lock")
    with lock, suppress(_Foretold), writing(engine.database) as connection:
        found.append(_foretold(engine, connection, programme, Horizon(now, _end(now, days), every)))
        raise _Foretold
    return found[0]


def _end(now: datetime, days: int) -> datetime:
    """Midnight (UTC) after the last day; today is the first."""
    return datetime.combine(now.date() + timedelta(days=days), time(), UTC)


def _foretold(
    engine: Engine, connection: Connection, programme: Programme, horizon: Horizon
) -> Outlook:
    """The steps of a run, up to sending; then everything is asked of what they have written."""
    now = horizon.now
    sweep_leases(connection, now)
    engine.drain_inbox(connection, now)
    budget.expire(connection, now)
    sweep.exhaust(connection, now)
    was_live, after = once_live(connection), newest(connection)
    plan = engine.enrol_all(connection, programme, now)
    held, dispatcher = brakes.look(connection, now), engine.dispatcher(programme, now)
    campaigns = [one.campaign for one in programme.loaded]
    rules = Rules(
        scripts=dispatcher.scripts,
        class_of=dispatcher.workshop.renderer.class_of,
        paused=held.campaigns | dispatcher.scripts.paused,
        rates=dispatcher.workshop.rates,
        markets=dispatcher.markets,
        memory=_memory(campaigns),
        together=engine.settings.max_per_run is None,
    )
    return assemble.outlook(
        connection,
        Circumstances(
            horizon=horizon,
            rules=rules,
            renderer=dispatcher.workshop.renderer,
            brakes=lambda at: brakes.look(connection, at),
            rates_at=engine.rates,
            batch=engine.settings.batch,
            most=engine.settings.max_per_run,
            costs=Costs.read(engine.settings.costs),
            loaded=programme.loaded,
            held={one.campaign: why for one in campaigns if (why := _held(one, held))},
            kept=frozenset(one.campaign.campaign for one in programme.kept),
            unread=programme.unread,
            problems=examine(engine.settings).problems,
            was_live=was_live,
            after=after,
            plan=plan,
        ),
    )


def _held(campaign: Campaign, held: brakes.Brakes) -> str | None:
    """Why the campaign takes nobody, if so."""
    if campaign.status is not Status.ACTIVE:
        return campaign.status.value
    return "held" if held.everything or campaign.campaign in held.campaigns else None


def _memory(campaigns: Sequence[Campaign]) -> timedelta:
    spans = [cap.per for one in campaigns if (cap := one.limits.per_customer) is not None]
    return max([LOOKBACK, *spans])
