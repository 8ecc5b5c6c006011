"""The office: colleagues who take over tasks and call, so many in an hour of their working day."""

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from recovery.db import retried
from recovery.engine import Engine
from recovery.intake import tasks
from recovery.money import Money
from recovery.simulate.life import Life
from recovery.simulate.scenarios.schema import Scenario

NAME = "office"
HOUR = timedelta(hours=1)


class Office:
    """Works through the tasks that the engine has handed over, dearest first."""

    def __init__(self, engine: Engine, life: Life, scenario: Scenario) -> None:
        self._engine, self._life = engine, life
        self._staff, self._runs = scenario.staff, scenario.runs
        self._any = _hands_over(engine)

    def renew(self) -> None:
        """The campaigns have changed: from now on some may hand work over."""
        self._any = self._any or _hands_over(self._engine)

    def waits(self, at: datetime) -> bool:
        """Whether somebody may be at work: then a run is worth its while."""
        return self._any and self._is_open(at) and at.minute < self._runs.total_seconds() / 60

    def work(self) -> None:
        """Call as many as there is time for until the next run."""
        now = self._life.world.now
        if not self.waits(now):
            return
        retried(self._engine.database, partial(self._work, now=now))

    def _work(self, connection: Connection, now: datetime) -> None:
        rates, base = self._engine.rates(now), self._engine.settings.base_currency

        def worth(amount: Money) -> Money | None:
            return rates.convert(amount, base)

        for work in tasks.waiting(connection, now, worth)[: self._staff.calls]:
            tasks.claim(connection, work.id, NAME, now)
            reached = self._life.call(work.order)
            outcome = tasks.Outcome.REACHED if reached else tasks.Outcome.NO_ANSWER
            tasks.close(connection, work.id, outcome, now, name=NAME)

    def _is_open(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self._staff.zone))
        first, last = self._staff.hours
        return local.weekday() < 5 and first <= local.hour < last


def _hands_over(engine: Engine) -> bool:
    """Whether any sequence has a step for a person."""
    steps = (
        step
        for one in engine.programme().loaded
        for sequence in one.campaign.sequences.values()
        for step in sequence
    )
    return any(step.channel.value == "task" for step in steps)
